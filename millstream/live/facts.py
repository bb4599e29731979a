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
