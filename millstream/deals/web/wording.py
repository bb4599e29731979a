"""Words of the refusals of deals."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final = {
    "deals.no_such_deal": Wording(_("There is no such deal any more."), _("Go back to the show."), 404),
    "deals.no_such_auction": Wording(_("There is no such auction."), _("Go back to the show."), 404),
    "deals.lot_gone": Wording(
        _("This lot is not yours to buy any more."), _("It was bought, or its time is over; look at the auction."), 409
    ),
    "deals.not_in_show": Wording(
        _("This product is not for sale in this show."), _("Put it into the rundown first."), 409
    ),
    "deals.price_not_better": Wording(
        _("A deal must cost less than the shop asks now ({list})."), _("Choose a lower price."), 422
    ),
    "deals.below_floor": Wording(
        _("The maker's floor price for this is {floor}."),
        _("Choose that or more, or ask the maker to write a lower one under Pacts, Floor prices. Only you see it."),
        422,
    ),
    "deals.not_agreed": Wording(
        _("The maker has agreed to no lower price than the shop's, {list}."),
        _("Agree on a floor price first: the maker writes it under Pacts, Floor prices."),
        422,
    ),
    "deals.running": Wording(
        _("This product has a deal or an auction in this show already."), _("Close that one first, or wait."), 409
    ),
    "deals.bad_window": Wording(
        _("A deal runs 1 to 20 minutes from now, or up to a day when it is planned ahead."),
        _("Choose another time."),
        422,
    ),
    "deals.bad_allotment": Wording(
        _("That number of units cannot be set aside."), _("Write a whole number from 1 to {most}."), 422
    ),
    "deals.bad_terms": Wording(_("These terms of an auction are not possible."), _("Correct them."), 422),
    "deals.auction_over": Wording(
        _("The auction is over: this bid came after its close."), _("Look at the receipt to see how it went."), 409
    ),
    "deals.bid_too_low": Wording(_("The least that can be bid now is {least}."), _("Bid that or more."), 409),
    "deals.bid_lowered": Wording(
        _("Your maximum is {own} already: it can be raised, not lowered."), _("Bid more, or wait."), 409
    ),
    "deals.bid_too_high": Wording(_("Nobody can bid more than {most}."), _("Check the amount."), 422),
    "deals.not_your_auction": Wording(
        _("Who hosts or sells a lot does not bid on it."), _("Leave it to the others."), 403
    ),
    "deals.contact_needed": Wording(
        _("To bid you must be reachable."), _("Give a phone number or an e-mail address, or sign in."), 409
    ),
    "deals.key_reused": Wording(
        _("The same key came with another bid."), _("Send each bid with a key of its own."), 409
    ),
    "deals.key_missing": Wording(
        _("A bid needs an idempotency key of 8 to 64 characters."), _("Send one and try again."), 422
    ),
    "deals.bids_stand": Wording(
        _("Somebody has bid: the auction runs to its end."), _("It can only be called off before the first bid."), 409
    ),
}
