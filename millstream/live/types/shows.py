"""Ids and records of shows and their rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

from millstream.kernel.texts import Text

ShowId = NewType("ShowId", UUID)
RoomId = NewType("RoomId", UUID)

DOORS_OPEN_BEFORE: Final = timedelta(hours=1)
PLANNED_KEEPS_FOR: Final = timedelta(hours=12)
REPLAY_SELLS_FOR: Final = timedelta(days=30)
MUTE_FOR: Final = timedelta(minutes=10)
MOST_IN_RUNDOWN: Final = 60
LONGEST_TITLE: Final = 80
LONGEST_STORY: Final = 1_000
LONGEST_NOTE: Final = 500


class Operator:
    """The platform's operator, who may end any show and moderate any room; checked at the edge."""


OPERATOR: Final = Operator()


class ShowState(StrEnum):
    """What a show is doing."""

    PLANNED = "planned"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class TradeKind(StrEnum):
    """What a trade item tells."""

    PIN = "pin"
    UNPIN = "unpin"
    STOCK = "stock"
    PRICE = "price"
    STATE = "state"
    DEAL = "deal"
    AUCTION = "auction"
    GIFT = "gift"
    SALE = "sale"
    VIDEO = "video"


class TalkRole(StrEnum):
    """As what somebody talks in a room."""

    GUEST = "guest"
    BUYER = "buyer"
    MAKER = "maker"
    HOST = "host"
    COHOST = "cohost"
    MODERATOR = "moderator"


@dataclass(frozen=True, slots=True)
class ShowPlan:
    """What it takes to plan a show. `poster` is a picture's address, empty for none yet."""

    host: UUID
    title: Text
    story: Text
    starts_at: datetime
    poster: str = ""
    slug: str = ""
    scene_seed: int = 1
    lasts_minutes: int = 120
    series: UUID | None = None
    occurrence: date | None = None


@dataclass(frozen=True, slots=True)
class ShowRecord:
    """A show as others see it."""

    id: ShowId
    slug: str
    title: Text
    story: Text
    host: UUID
    poster: str
    state: ShowState
    starts_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    stream: UUID
    room: RoomId
    last_trade: int
    likes: int
    lasts_minutes: int = 120
    changes: int = 0
    series: UUID | None = None
    occurrence: date | None = None

    @property
    def ends_about(self) -> datetime:
        """When the show is expected to be over."""
        return self.starts_at + timedelta(minutes=self.lasts_minutes)


@dataclass(frozen=True, slots=True)
class RundownRecord:
    """One product of a rundown; `sold` counts units paid for in this show."""

    variant: UUID
    position: int
    note: str
    sold: int


@dataclass(frozen=True, slots=True)
class PinRecord:
    """A product that was, or is being, explained; the times are the room's."""

    variant: UUID
    pinned_at: datetime
    unpinned_at: datetime | None


@dataclass(frozen=True, slots=True)
class TradeRecord:
    """One numbered item of a room's trade; numbers count from 1 without a gap."""

    number: int
    kind: TradeKind
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """Something said in a room; `reply` is the message that it answers, `mentions` are variants that it names."""

    id: UUID
    name: str
    role: TalkRole
    text: str
    at: datetime
    reply: UUID | None = None
    mentions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SpokenBy:
    """Who talks: the visitor counts for limits and mutes, the name and role are shown.

    `actor` is whom somebody signed in acts as, `network` the mark of where it comes from; the rest says to which
    circles of talkers it belongs. `person` stands for who a verified reader has proved to be, in hex.
    """

    visitor: UUID
    name: str
    role: TalkRole
    actor: UUID | None = None
    network: str = ""
    verified: bool = False
    follower: bool = False
    buyer: bool = False
    operator: bool = False
    person: str = ""


@dataclass(frozen=True, slots=True)
class TallyRecord:
    """What a show has sold so far, counted from paid orders."""

    orders: int
    units: int
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ChapterRecord:
    """Where in the replay a product is explained."""

    variant: UUID
    at: datetime
    offset_seconds: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whose goods a host may show: everybody's, or those of some sellers."""

    every_seller: bool
    sellers: frozenset[UUID]

    def covers(self, seller: UUID) -> bool:
        """Whether the host may show this seller's goods; everybody may show their own."""
        return self.every_seller or seller in self.sellers
