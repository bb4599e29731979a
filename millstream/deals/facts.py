"""What deals tells the world. Each tells which deal or auction; how it stands now is asked at the door."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class DealOpened(Fact):
    """A deal is on from now on, or one that is on has other figures (the shop's price, the allotment)."""

    kind: ClassVar[str] = "deals.deal_opened"
    subject_field: ClassVar[str] = "deal"

    deal: UUID
    show: UUID
    variant: UUID
    price_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class DealLeft(Fact):
    """What is left of a deal's allotment changed."""

    kind: ClassVar[str] = "deals.deal_left"
    subject_field: ClassVar[str] = "deal"

    deal: UUID
    show: UUID
    variant: UUID
    left: int


@dataclass(frozen=True, slots=True)
class DealClosed(Fact):
    """A deal is over; `back` units of its allotment went back to the stock."""

    kind: ClassVar[str] = "deals.deal_closed"
    subject_field: ClassVar[str] = "deal"

    deal: UUID
    show: UUID
    variant: UUID
    back: int
    why: str


@dataclass(frozen=True, slots=True)
class AuctionOpened(Fact):
    """An auction takes bids from now on."""

    kind: ClassVar[str] = "deals.auction_opened"
    subject_field: ClassVar[str] = "auction"

    auction: UUID
    show: UUID
    variant: UUID
    start_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class BidTaken(Fact):
    """Bids were taken: one such fact per auction and batch, with the number and price after the last of them."""

    kind: ClassVar[str] = "deals.bid_taken"
    subject_field: ClassVar[str] = "auction"

    auction: UUID
    show: UUID
    number: int
    price_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class AuctionExtended(Fact):
    """A late bid gave the others more time."""

    kind: ClassVar[str] = "deals.auction_extended"
    subject_field: ClassVar[str] = "auction"

    auction: UUID
    show: UUID
    closes_at: str
    extensions: int


@dataclass(frozen=True, slots=True)
class AuctionClosed(Fact):
    """An auction changed its state for good or for the winner's time: `won`, `sold`, `unsold`, `cancelled`."""

    kind: ClassVar[str] = "deals.auction_closed"
    subject_field: ClassVar[str] = "auction"

    auction: UUID
    show: UUID
    variant: UUID
    state: str
    price_minor: int
    currency: str
