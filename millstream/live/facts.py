"""Facts about shows and what they pin."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class ShowPlanned(Fact):
    """A show has a time, a stream and a room."""

    kind: ClassVar[str] = "live.show_planned"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "show"
    show: UUID
    host: UUID
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class ShowStarted(Fact):
    """The show is on."""

    kind: ClassVar[str] = "live.show_started"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "show"
    show: UUID
    host: UUID


@dataclass(frozen=True, slots=True)
class ShowEnded(Fact):
    """The show is over, or was called off (`cancelled`) before it began."""

    kind: ClassVar[str] = "live.show_ended"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "show"
    show: UUID
    host: UUID
    cancelled: bool


@dataclass(frozen=True, slots=True)
class ProductPinned(Fact):
    """A product is being explained now."""

    kind: ClassVar[str] = "live.product_pinned"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "show"
    show: UUID
    variant: UUID


@dataclass(frozen=True, slots=True)
class ProductUnpinned(Fact):
    """No product is being explained."""

    kind: ClassVar[str] = "live.product_unpinned"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "show"
    show: UUID
    variant: UUID


@dataclass(frozen=True, slots=True)
class ListedQuickly(Fact):
    """A host listed something for a seller while the show ran. The price is in minor units of `currency`."""

    kind: ClassVar[str] = "live.listed_quickly"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "show"
    show: UUID
    host: UUID
    seller: UUID
    product: UUID
    variant: UUID
    price_minor: int
    currency: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ListingAllowed(Fact):
    """A household does not let a host list in its name any more, or does again (`allowed`)."""

    kind: ClassVar[str] = "live.listing_allowed"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "seller"
    seller: UUID
    host: UUID
    allowed: bool


@dataclass(frozen=True, slots=True)
class CrewJoined(Fact):
    """Somebody works on a show of a host, or on all of them when there is no `show`."""

    kind: ClassVar[str] = "live.crew_joined"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "crew"
    crew: UUID
    host: UUID
    show: UUID | None
    actor: UUID
    role: str


@dataclass(frozen=True, slots=True)
class CrewLeft(Fact):
    """Somebody works on a host's shows no more; `by` is the host or the person."""

    kind: ClassVar[str] = "live.crew_left"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "crew"
    crew: UUID
    host: UUID
    show: UUID | None
    actor: UUID
    by: UUID


@dataclass(frozen=True, slots=True)
class SwitchThrown(Fact):
    """The operator closed or opened the counter (`sale`) or the picture (`video`) of a show."""

    kind: ClassVar[str] = "live.switch_thrown"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "show"
    show: UUID
    what: str
    open: bool
