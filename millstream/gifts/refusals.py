"""What gifts say no with."""

from millstream.kernel.refusals import Refusal


class NoSuchGift(Refusal):
    """There is no such gift."""

    code = "gifts.no_such_gift"


class GiftWrong(Refusal):
    """A gift cannot be announced like this; `fields` names what is wrong."""

    code = "gifts.wrong"


class GiftNotOpen(Refusal):
    """The gift opens later, at `opens_at`."""

    code = "gifts.not_open"


class GiftOver(Refusal):
    """The gift is over: all pieces are gone, or its time is."""

    code = "gifts.over"


class ContactNeeded(Refusal):
    """Gifts are for people with a phone number or e-mail on file: one person, one piece."""

    code = "gifts.contact_needed"


class VerifiedOnly(Refusal):
    """This gift is for people who are signed in or have verified a contact."""

    code = "gifts.verified_only"


class WonEnough(Refusal):
    """This person has won as many gifts of this show as one may (`most`)."""

    code = "gifts.won_enough"


class TooManyGifts(Refusal):
    """A show has as many gifts as it may have (`most`)."""

    code = "gifts.too_many"


class CouponUnknown(Refusal):
    """There is no such coupon for this person."""

    code = "gifts.coupon_unknown"


class CouponUsed(Refusal):
    """The coupon was used before."""

    code = "gifts.coupon_used"


class CouponExpired(Refusal):
    """The coupon could be used until `until`."""

    code = "gifts.coupon_expired"


class CouponNotHere(Refusal):
    """The coupon is for goods of another host's show, or in another currency."""

    code = "gifts.coupon_not_here"


class CouponNeedsMore(Refusal):
    """The goods must come to `minimum` at least."""

    code = "gifts.coupon_needs_more"


class CouponTakesNothing(Refusal):
    """The maker agreed to no lower price: the coupon would take nothing off these goods."""

    code = "gifts.coupon_takes_nothing"
