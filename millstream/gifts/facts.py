"""What gifts tell the world. Amounts in minor units of the gift's currency."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class GiftAnnounced(Fact):
    """A gift will be given; the seed that decides is committed to."""

    kind: ClassVar[str] = "gifts.gift_announced"
    subject_field: ClassVar[str] = "gift"

    gift: UUID
    show: UUID
    host: UUID
    commitment: str


@dataclass(frozen=True, slots=True)
class GiftLeft(Fact):
    """People reached for a gift: one fact per gift and batch, with what is left after it."""

    kind: ClassVar[str] = "gifts.gift_left"
    subject_field: ClassVar[str] = "gift"

    gift: UUID
    show: UUID
    left: int
    entries: int


@dataclass(frozen=True, slots=True)
class GiftEnded(Fact):
    """A gift is over and its seed revealed: everybody can compute who got what."""

    kind: ClassVar[str] = "gifts.gift_ended"
    subject_field: ClassVar[str] = "gift"

    gift: UUID
    show: UUID
    seed: str
    taken: int
    given_minor: int


@dataclass(frozen=True, slots=True)
class CouponUsed(Fact):
    """A coupon took something off an order."""

    kind: ClassVar[str] = "gifts.coupon_used"
    subject_field: ClassVar[str] = "coupon"

    coupon: UUID
    gift: UUID
    order: UUID
    discount_minor: int
