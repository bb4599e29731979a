"""Let coupons take something off orders, once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from millstream.gifts.facts import CouponUsed
from millstream.gifts.models import Coupon
from millstream.gifts.queries import coupon_record
from millstream.gifts.refusals import (
    CouponExpired,
    CouponNeedsMore,
    CouponNotHere,
    CouponTakesNothing,
    CouponUnknown,
)
from millstream.gifts.refusals import CouponUsed as AlreadyUsed
from millstream.gifts.rules import discount_of
from millstream.gifts.types import CouponAsk, CouponId, CouponOffer
from millstream.kernel.facts import record_many
from millstream.kernel.refusals import Refusal

_USE = """
UPDATE gifts_coupon AS coupon SET used_order = told.order_id, used_minor = told.discount, used_at = %s
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS told(id, order_id, discount)
WHERE coupon.id = told.id AND coupon.used_order IS NULL
RETURNING coupon.id, coupon.gift_id, coupon.used_order, coupon.used_minor
"""


@dataclass(frozen=True, slots=True)
class CouponUse:
    """A coupon that takes something off an order."""

    coupon: CouponId
    order: UUID
    discount_minor: int


def offer_coupons(asks: Sequence[CouponAsk], *, now: datetime) -> list[CouponOffer | Refusal]:
    """What each coupon takes off, in the order of `asks`; locks the coupons until the caller's transaction ends.

    A coupon that is brought twice in one batch counts for the first. One statement, however many.
    """
    rows = Coupon.objects.filter(code__in={ask.code for ask in asks}).select_related("gift").order_by("id")
    if connection.in_atomic_block:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found = {row.code: row for row in rows}
    taken: set[str] = set()
    answers: list[CouponOffer | Refusal] = []
    for ask in asks:
        answer = _offer(found.get(ask.code), ask, now)
        if isinstance(answer, CouponOffer):
            if ask.code in taken:
                answer = AlreadyUsed()
            else:
                taken.add(ask.code)
        answers.append(answer)
    return answers


def _offer(row: Coupon | None, ask: CouponAsk, now: datetime) -> CouponOffer | Refusal:
    if row is None or not (row.visitor == ask.visitor or bytes(row.buyer_key) == ask.buyer_key):
        return CouponUnknown()
    coupon = coupon_record(row)
    if coupon.used:
        return AlreadyUsed()
    if now >= coupon.usable_until:
        return CouponExpired(until=coupon.usable_until.isoformat())
    if coupon.host != ask.host or coupon.currency != ask.currency:
        return CouponNotHere()
    if ask.goods_minor < coupon.minimum_minor:
        return CouponNeedsMore(minimum_minor=coupon.minimum_minor, currency=coupon.currency)
    discount = discount_of(coupon, ask)
    return CouponOffer(coupon.id, discount) if discount else CouponTakesNothing()


def use_coupons(uses: Sequence[CouponUse], *, now: datetime) -> None:
    """Mark coupons as used, in the transaction that places their orders; the caller holds their locks."""
    assert connection.in_atomic_block, "a coupon is used in the transaction that makes its order"
    if not uses:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _USE,
            [
                now,
                [use.coupon for use in uses],
                [use.order for use in uses],
                [use.discount_minor for use in uses],
            ],
        )
        used = cursor.fetchall()
    assert len(used) == len(uses), "a coupon was used under its lock"
    record_many(
        [CouponUsed(coupon=row[0], gift=row[1], order=row[2], discount_minor=row[3]) for row in used],
        now=now,
    )


@transaction.atomic
def free_coupons(orders: Sequence[UUID]) -> int:
    """Give coupons back whose orders came to nothing; returns how many."""
    return Coupon.objects.filter(used_order__in=orders).update(used_order=None, used_minor=0, used_at=None)
