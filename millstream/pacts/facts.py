"""What pacts tell the world."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class PactAgreed(Fact):
    """A pact was agreed; it counts from `valid_from`."""

    kind: ClassVar[str] = "pacts.pact_agreed"
    subject_field: ClassVar[str] = "pact"

    pact: UUID
    part: str
    permille: int
    beneficiary: UUID | None
    seller: UUID | None
    host: UUID | None
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class PactEnded(Fact):
    """A pact counts no longer from `valid_to` on; what it froze stays."""

    kind: ClassVar[str] = "pacts.pact_ended"
    subject_field: ClassVar[str] = "pact"

    pact: UUID
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class FloorPriceEnded(Fact):
    """A maker takes a floor price back: nobody may go below the shop's price by it any more."""

    kind: ClassVar[str] = "pacts.floor_price_ended"
    subject_field: ClassVar[str] = "variant"

    variant: UUID
    seller: UUID
    host: UUID | None


@dataclass(frozen=True, slots=True)
class FloorPriceAgreed(Fact):
    """A lowest price was agreed for a variant."""

    kind: ClassVar[str] = "pacts.floor_price_agreed"
    subject_field: ClassVar[str] = "variant"

    variant: UUID
    seller: UUID
    host: UUID | None
    price_minor: int
    currency: str
