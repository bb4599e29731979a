"""Ids and records of deals and auctions. Amounts are integer minor units of the shop's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

from millstream.kernel.texts import Text

DealId = NewType("DealId", UUID)
AuctionId = NewType("AuctionId", UUID)

SHORTEST_DEAL: Final = timedelta(minutes=1)
LONGEST_RUN_NOW: Final = timedelta(minutes=20)
LONGEST_DEAL: Final = timedelta(days=1)
SHORTEST_AUCTION: Final = timedelta(seconds=30)
LONGEST_AUCTION: Final = timedelta(days=1)
PLANNED_AHEAD: Final = timedelta(days=60)
LARGEST_ALLOTMENT: Final = 100_000
MOST_A_BUYER: Final = 99
SHORTEST_KEY: Final = 8
LONGEST_KEY: Final = 64
MOST_BIDS_AT_ONCE: Final = 1_000
# Under this topic a bidder is told of all auctions; the subject is the bidder.
BIDS_TOPIC: Final = "bids"
HISTORY_FOR: Final = timedelta(days=30)


class DealKind(StrEnum):
    """A deal has a window of its own; a room price stands from the show's beginning to its end."""

    WINDOW = "window"
    ROOM = "room"


class DealState(StrEnum):
    """Where a deal is. Closed and cancelled (it never opened) are its ends."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class DealEnd(StrEnum):
    """Why a deal ended."""

    TIME = "time"
    HOST = "host"
    SHOW = "show"
    FLOOR = "floor"
    LIST_PRICE = "list_price"
    NO_STOCK = "no_stock"


class Consent(StrEnum):
    """What lets a host offer goods below the shop's price: own goods, the maker's consent, nothing."""

    OWN = "own"
    AGREED = "agreed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LeastAsk:
    """Goods that a host wants to offer: whose they are, and what the shop asks for one."""

    variant: UUID
    seller: UUID
    host: UUID | None
    list_minor: int


@dataclass(frozen=True, slots=True)
class Least:
    """The least at which one may be offered, and by whose consent."""

    minor: int
    consent: Consent


class AuctionState(StrEnum):
    """Where an auction is. Won means that the winner may buy it now; sold, unsold and cancelled are its ends."""

    OPEN = "open"
    WON = "won"
    SOLD = "sold"
    UNSOLD = "unsold"
    CANCELLED = "cancelled"


class BidState(StrEnum):
    """What a bid came to: it leads, another maximum beats it, or the leader raised their own."""

    LEADING = "leading"
    OUTBID = "outbid"
    RAISED = "raised"


@dataclass(frozen=True, slots=True)
class DealSpec:
    """A deal for a window. Without `opens_at` it opens now; `size` units are carved from the stock."""

    show: UUID
    host: UUID
    variant: UUID
    price_minor: int
    size: int
    lasts: timedelta
    cap: int | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoomPriceSpec:
    """A price in the room: opens with the show, ends with it. Without `size` it is for all that the shop has."""

    show: UUID
    host: UUID
    variant: UUID
    price_minor: int
    size: int | None = None
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class DealRecord:
    """A deal as others see it; the floor price is not among it. `left` is None without an allotment."""

    id: DealId
    show: UUID
    host: UUID
    seller: UUID
    variant: UUID
    kind: DealKind
    state: DealState
    price_minor: int
    was_minor: int
    currency: str
    size: int | None
    left: int | None
    cap: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    lowest_30_days: bool
    title: Text
    image: str
    end: DealEnd | None

    def is_on(self, now: datetime) -> bool:
        """Whether the deal's window is open now, whatever a sweep has tidied."""
        if self.state not in (DealState.PLANNED, DealState.OPEN) or self.opens_at is None:
            return False
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


@dataclass(frozen=True, slots=True)
class SpecialPrice:
    """A deal or a won lot as the till takes it: the price, the allotment that it comes from, from when until when."""

    id: UUID
    variant: UUID
    stock_item: UUID | None
    price_minor: int
    price_source: str
    pool: UUID | None
    cap: int | None
    left: int | None
    opens_at: datetime
    closes_at: datetime | None

    def is_on(self, now: datetime) -> bool:
        """Whether it is a price now."""
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """A price at which a variant was offered to everybody, from when until when (None: still)."""

    source: str
    price_minor: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AuctionSpec:
    """An auction of one unit of a variant. `falls` lets an unpaid lot go to the next bidder, once."""

    show: UUID
    host: UUID
    variant: UUID
    start_minor: int
    lasts: timedelta
    extend_seconds: int = 10
    most_extensions: int = 30
    pay_minutes: int = 15
    falls: bool = True


@dataclass(frozen=True, slots=True)
class AuctionRecord:
    """An auction as everybody sees it. No maximum is in it, whoever's it is."""

    id: AuctionId
    show: UUID
    host: UUID
    seller: UUID
    variant: UUID
    state: AuctionState
    start_minor: int
    price_minor: int
    next_minor: int
    list_minor: int
    currency: str
    bids: int
    leader: str
    opened_at: datetime
    closes_at: datetime
    extend_seconds: int
    most_extensions: int
    extensions: int
    pay_minutes: int
    falls: bool
    has_fallen: bool
    offer_until: datetime | None
    title: Text
    image: str
    head: str


@dataclass(frozen=True, slots=True)
class BidStep:
    """One bid on the public receipt: what it did to the price, and its place in the chain. No maximum is in it."""

    number: int
    at: datetime
    name: str
    price_minor: int
    leader: str
    closes_at: datetime
    extended: bool
    seal: str
    hash: str


@dataclass(frozen=True, slots=True)
class OwnBid:
    """A bid as its bidder sees it: the maximum, and the salt with which the public seal can be made again."""

    number: int
    max_minor: int
    salt: str


@dataclass(frozen=True, slots=True)
class Bidding:
    """As what somebody stands in an auction: their shown name, their maximum, whether they lead or have won."""

    name: str
    max_minor: int
    is_leading: bool
    own: Sequence[OwnBid]


@dataclass(frozen=True, slots=True)
class BidAsk:
    """A wish to bid up to a maximum. `key` is the client's; `actor` is the signed-in actor, None for a guest.

    In `language` a bidder who is away is told what becomes of the bid.
    """

    auction: UUID
    visitor: UUID
    key: str
    max_minor: int
    actor: UUID | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class BidAnswer:
    """A bid that stands in the rows under `number`, and what it came to when its turn was over."""

    auction: UUID
    number: int
    state: BidState
    you: str
    your_max_minor: int
    price_minor: int
    next_minor: int
    currency: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class DealDifference:
    """A promise of deals or auctions that does not hold."""

    promise: str
    row_id: UUID
    expected: str
    found: str


type Receipt = Mapping[str, Any]
