"""How low hosts may offer goods now, by the floor prices that count."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from millstream.deals.rules.consent import least_price
from millstream.deals.types import Least, LeastAsk
from millstream.pacts.api import floor_prices


def least_prices(asks: Sequence[LeastAsk], *, now: datetime) -> list[Least]:
    """The least at which each may be offered, in the order of `asks`: deals, prices in rooms, auctions and coupons.

    One statement for each host, however many goods.
    """
    floors: dict[tuple[UUID | None, UUID], int] = {}
    for host in {ask.host for ask in asks}:
        found = floor_prices([ask.variant for ask in asks if ask.host == host], host=host, now=now)
        floors |= {(host, variant): floor.price_minor for variant, floor in found.items()}
    return [
        least_price(
            list_minor=ask.list_minor,
            floor_minor=floors.get((ask.host, ask.variant)),
            is_own=ask.host is not None and ask.seller == ask.host,
        )
        for ask in asks
    ]
