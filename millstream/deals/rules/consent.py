"""How low a host may offer goods: as low as their maker agreed to."""

from millstream.deals.refusals import BelowFloor, NotAgreed
from millstream.deals.types import Consent, Least
from millstream.kernel.money import format_minor


def least_price(*, list_minor: int, floor_minor: int | None, is_own: bool) -> Least:
    """The least that goods may be offered for: another seller's at the agreed floor price, else at the shop's price.

    A floor price binds those with whom it was agreed; on their own goods hosts are free, down to the smallest coin.
    """
    if is_own:
        return Least(1, Consent.OWN)
    if floor_minor is None:
        return Least(list_minor, Consent.NONE)
    return Least(floor_minor, Consent.AGREED)


def check_least(price_minor: int, least: Least, currency: str) -> None:
    """Refuse a price below the least there is, saying whether the maker agreed to less than the shop's price at all."""
    if price_minor >= least.minor:
        return
    told = format_minor(least.minor, currency)
    if least.consent is Consent.NONE:
        raise NotAgreed(list=told, list_minor=least.minor)
    raise BelowFloor(floor=told, floor_minor=least.minor)
