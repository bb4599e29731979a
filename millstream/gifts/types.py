"""Ids and records of gifts and coupons. Amounts are integer minor units of `currency`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

GiftId = NewType("GiftId", UUID)
CouponId = NewType("CouponId", UUID)

MOST_PIECES: Final = 2_000
MOST_ENTRIES: Final = 100_000
MOST_GRABS_AT_ONCE: Final = 500
MOST_BUDGET_MINOR: Final = 100_000_00
MOST_WINS: Final = 20
LONGEST_TITLE: Final = 60
SHORTEST_OPEN: Final = timedelta(seconds=10)
LONGEST_OPEN: Final = timedelta(hours=12)
SEED_BYTES: Final = 32


class GiftKind(StrEnum):
    """What is given: equal coupons to the first, a sum in random parts, or coupons to drawn winners."""

    COUPON = "coupon"
    RED_PACKET = "red_packet"
    DRAW = "draw"


class GiftState(StrEnum):
    """What a gift is doing. Whether an announced one is open already, the clock says."""

    ANNOUNCED = "announced"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class GiftSpec:
    """What is announced: so many pieces of a budget in a show, from when until when, usable until when.

    `minimum_minor` is the least price of goods that a coupon may be used on; `most_wins` how many gifts of the show
    one person may win. `verified_only`: only for people who are signed in or have verified a contact.
    """

    show: UUID
    host: UUID
    kind: GiftKind
    title: str
    currency: str
    budget_minor: int
    pieces: int
    opens_at: datetime
    closes_at: datetime
    usable_until: datetime
    minimum_minor: int = 0
    most_wins: int = 3
    verified_only: bool = False


@dataclass(frozen=True, slots=True)
class GiftRecord:
    """A gift as everybody sees it; `seed` and the hash of the file of entries are empty until it is over."""

    id: GiftId
    show: UUID
    host: UUID
    kind: GiftKind
    state: GiftState
    title: str
    currency: str
    budget_minor: int
    pieces: int
    taken: int
    entries: int
    given_minor: int
    minimum_minor: int
    most_wins: int
    opens_at: datetime
    closes_at: datetime
    usable_until: datetime
    commitment: str
    seed: str
    verified_only: bool = False
    entries_sha256: str = ""

    @property
    def left(self) -> int:
        """Pieces that nobody has yet."""
        return self.pieces - self.taken


@dataclass(frozen=True, slots=True)
class GrabAsk:
    """Somebody reaches for a gift. `buyer_key` stands for their contact (None: none on file), `name` is shown.

    `verified_key` stands for who they have proved to be (None: nobody); a gift for verified people knows no other.
    """

    gift: GiftId
    visitor: UUID
    buyer_key: bytes | None
    name: str
    verified_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Grabbed:
    """What reaching came to: a coupon at once, or an entry in a draw. `existed`: the same person had reached before."""

    gift: GiftId
    number: int
    won: bool
    amount_minor: int
    currency: str
    coupon: str
    existed: bool = False


@dataclass(frozen=True, slots=True)
class ReachRecord:
    """One line of a gift's receipt, in the order in which people reached for it."""

    number: int
    name: str
    at: datetime
    amount_minor: int
    passed_over: bool


@dataclass(frozen=True, slots=True)
class CouponRecord:
    """Money off for one person, once."""

    id: CouponId
    code: str
    gift: GiftId
    show: UUID
    host: UUID
    amount_minor: int
    currency: str
    minimum_minor: int
    usable_until: datetime
    used: bool


@dataclass(frozen=True, slots=True)
class CouponAsk:
    """A wish that brings a coupon: who brings it, on what goods, and how low the price may go.

    `least_minor` is what the goods must come to at least, by floor price; None where the seller agreed to no cut.
    """

    code: str
    visitor: UUID | None
    buyer_key: bytes | None
    host: UUID | None
    currency: str
    goods_minor: int
    least_minor: int | None


@dataclass(frozen=True, slots=True)
class CouponOffer:
    """What a coupon takes off."""

    coupon: CouponId
    discount_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something about gifts that is not as promised."""

    where: str
    promise: str
    expected: str
    found: str
