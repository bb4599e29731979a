"""How the refusals of gifts are said."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final[Mapping[str, Wording]] = {
    "gifts.no_such_gift": Wording(_("There is no such gift."), _("Go back to the room."), 404),
    "gifts.wrong": Wording(
        _("This gift cannot be announced like that ({fields})."),
        _("Give a title, pieces, a budget that makes whole pieces, and a time between 10 seconds and 12 hours."),
        422,
    ),
    "gifts.not_open": Wording(_("It is not open yet."), _("Wait for the countdown; everybody starts together.")),
    "gifts.over": Wording(_("All pieces are gone."), _("Look how it was shared out; there may be another one."), 409),
    "gifts.contact_needed": Wording(
        _("Gifts are one for each person."),
        _("Leave a phone number or e-mail first; it is used for nothing else."),
        422,
    ),
    "gifts.verified_only": Wording(
        _("This gift is for people who have shown who they are."),
        _("Sign in with a code to your phone or e-mail, then reach again."),
        403,
    ),
    "gifts.won_enough": Wording(
        _("You have won {most} gifts of this show already."), _("Let others have this one."), 409
    ),
    "gifts.too_many": Wording(_("This show has {most} gifts already."), _("Wait for the next show."), 409),
    "gifts.coupon_unknown": Wording(
        _("This is no coupon of yours."), _("Look at your coupons and choose one of them."), 404
    ),
    "gifts.coupon_used": Wording(_("This coupon was used before."), _("Buy without it, or choose another one."), 409),
    "gifts.coupon_expired": Wording(_("This coupon is no longer good."), _("Buy without it."), 409),
    "gifts.coupon_not_here": Wording(
        _("This coupon is for another host's show."), _("Use it there, or buy without it."), 409
    ),
    "gifts.coupon_needs_more": Wording(
        _("The goods come to too little for this coupon."), _("Take more of them, or buy without it."), 409
    ),
    "gifts.coupon_takes_nothing": Wording(
        _("The maker sells at no lower price."), _("Use the coupon on other goods, or buy without it."), 409
    ),
}
