"""The door of gifts."""

from millstream.gifts.actions.announce_gift import announce_gift
from millstream.gifts.actions.end_gift import end_due_gifts, end_gift, end_gifts_of
from millstream.gifts.actions.grab_gifts import grab_gifts
from millstream.gifts.actions.use_coupons import CouponUse, free_coupons, offer_coupons, use_coupons
from millstream.gifts.queries import (
    check_gifts,
    coupons_of,
    entries_hash,
    entry_file,
    gift,
    gifts_of,
    mine,
    open_gifts_of,
    reaches,
)

__all__ = [
    "CouponUse",
    "announce_gift",
    "check_gifts",
    "coupons_of",
    "end_due_gifts",
    "end_gift",
    "end_gifts_of",
    "entries_hash",
    "entry_file",
    "free_coupons",
    "gift",
    "gifts_of",
    "grab_gifts",
    "mine",
    "offer_coupons",
    "open_gifts_of",
    "reaches",
    "use_coupons",
]
