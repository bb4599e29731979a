"""What deals says no with."""

from millstream.kernel.refusals import Refusal


class NoSuchDeal(Refusal):
    """There is no such deal, or it is over."""

    code = "deals.no_such_deal"


class NoSuchAuction(Refusal):
    """There is no such auction."""

    code = "deals.no_such_auction"


class LotGone(Refusal):
    """The lot is no longer this winner's: bought, fallen to the next, or the time is over."""

    code = "deals.lot_gone"


class NotInShow(Refusal):
    """The product is not in the rundown of this show, or not for sale."""

    code = "deals.not_in_show"


class PriceNotBetter(Refusal):
    """A deal must cost less than the shop's price now (`list`, an amount as written)."""

    code = "deals.price_not_better"


class BelowFloor(Refusal):
    """The price is below the maker's floor price (`floor`, an amount as written); said to who directs the show only."""

    code = "deals.below_floor"


class NotAgreed(Refusal):
    """The maker has agreed with this host to no price below the shop's (`list`, an amount as written)."""

    code = "deals.not_agreed"


class DealRunning(Refusal):
    """This product has a deal or an auction planned or open in this show already."""

    code = "deals.running"


class BadWindow(Refusal):
    """A deal lasts from one minute to 20 when run now, to a day when planned; it does not begin in the past."""

    code = "deals.bad_window"


class BadAllotment(Refusal):
    """The allotment or the cap is not a number of units that can be (`most`)."""

    code = "deals.bad_allotment"


class BadTerms(Refusal):
    """The terms of an auction are not what they can be (`field`)."""

    code = "deals.bad_terms"


class AuctionOver(Refusal):
    """The auction takes no bids any more."""

    code = "deals.auction_over"


class BidTooLow(Refusal):
    """The maximum is below the least that can be bid now (`least`, an amount as written; `next_minor`)."""

    code = "deals.bid_too_low"


class BidLowered(Refusal):
    """A maximum can be raised, never lowered."""

    code = "deals.bid_lowered"


class BidTooHigh(Refusal):
    """The maximum is beyond reason (`most`, an amount as written)."""

    code = "deals.bid_too_high"


class NotYourAuction(Refusal):
    """Who hosts or sells a lot does not bid on it."""

    code = "deals.not_your_auction"


class ContactNeeded(Refusal):
    """A bidder must be reachable: a contact on file, or signed in."""

    code = "deals.contact_needed"


class KeyReused(Refusal):
    """The same idempotency key came with another bid."""

    code = "deals.key_reused"


class KeyMissing(Refusal):
    """A bid carries an idempotency key of 8 to 64 characters."""

    code = "deals.key_missing"


class BidsStand(Refusal):
    """An auction with bids runs to its end."""

    code = "deals.bids_stand"
