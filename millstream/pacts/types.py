"""Parts of a sale, pacts and frozen splits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

PactId = NewType("PactId", UUID)
FloorPriceId = NewType("FloorPriceId", UUID)

WHOLE_PERMILLE: Final = 1000


class Part(StrEnum):
    """Who has a part in a sale. The order is the order of ties; carriage is not shared, it is paid for delivery."""

    MAKER = "maker"
    HOST = "host"
    STATION = "station"
    PARK = "park"
    PLATFORM = "platform"
    CARRIAGE = "carriage"


SHARING: Final = (Part.MAKER, Part.HOST, Part.STATION, Part.PARK, Part.PLATFORM)
AGREED: Final = (Part.HOST, Part.STATION, Part.PARK, Part.PLATFORM)


@dataclass(frozen=True, slots=True)
class PactSpec:
    """What is to be agreed: a part of every sale of a seller (of every seller: None), in shows of a host (of any).

    `beneficiary` may be None for the host's part alone: then whoever hosts the show is meant.
    """

    part: Part
    permille: int
    beneficiary: UUID | None
    seller: UUID | None = None
    host: UUID | None = None
    valid_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class PactRecord:
    """A pact as agreed; in force from `valid_from` until `valid_to`, which is open as long as it is None."""

    id: PactId
    part: Part
    permille: int
    beneficiary: UUID | None
    seller: UUID | None
    host: UUID | None
    agreed_at: datetime
    valid_from: datetime
    valid_to: datetime | None
    version: int

    def in_force(self, moment: datetime) -> bool:
        """Whether the pact counts at a moment."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


@dataclass(frozen=True, slots=True)
class SplitAsk:
    """A line of an order whose money is to be shared: goods after discount, delivery, in minor units."""

    line_id: UUID
    seller: UUID
    host: UUID | None
    goods_minor: int
    delivery_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class SplitLineRecord:
    """One actor's frozen share of a line's money. The amount may be zero: a part of very little."""

    part: Part
    actor: UUID
    permille: int
    base_minor: int
    amount_minor: int
    pact_id: PactId | None


@dataclass(frozen=True, slots=True)
class ShareShown:
    """One part of a sale as a page shows it. `actor` is None where whoever hosts is meant."""

    part: Part
    actor: UUID | None
    permille: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FloorPriceSpec:
    """The lowest price at which a variant may be offered, by one host (by anybody: None)."""

    variant: UUID
    seller: UUID
    host: UUID | None
    price_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class FloorPriceRecord:
    """An agreed floor price."""

    id: FloorPriceId
    variant: UUID
    seller: UUID
    host: UUID | None
    price_minor: int
    currency: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something about splits that is not as promised: where, what the promise is, what stands there."""

    where: str
    promise: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: {self.promise}: expected {self.expected}, found {self.found}"
