"""Write the coupons of those who won."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from millstream.gifts.models import Coupon, Gift
from millstream.kernel.ids import new_id, short_code


def give_coupons(gift: Gift, given: Mapping[int, tuple[UUID, bytes, int]], now: datetime) -> dict[int, str]:
    """Give coupons by the number of the reach: visitor, buyer key, amount. Returns their codes.

    In the transaction that holds the gift's lock.
    """
    coupons = []
    for number, (visitor, key, amount) in given.items():
        coupon_id = new_id()
        coupons.append(
            Coupon(
                id=coupon_id,
                code=short_code(coupon_id),
                gift_id=gift.id,
                number=number,
                visitor=visitor,
                buyer_key=key,
                amount_minor=amount,
                given_at=now,
            )
        )
    Coupon.objects.bulk_create(coupons)
    return {coupon.number: coupon.code for coupon in coupons}
