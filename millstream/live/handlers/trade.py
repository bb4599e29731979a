"""What `live` does when it hears: writes the trade of rooms, counts what shows have sold."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from millstream.deals.api import deal_prices
from millstream.kernel.facts import Fact, Heard, Hint, hears
from millstream.live.facts import ProductPinned, ProductUnpinned, ShowEnded, ShowStarted, SwitchThrown
from millstream.live.handlers import deal_trade, gift_trade
from millstream.live.models import RundownItem
from millstream.live.queries import trade_item
from millstream.live.rules import pin_data
from millstream.live.types import ShowState, TradeKind
from millstream.shops.api import for_sale
from millstream.shops.facts import PriceChanged, StockLeft
from millstream.shops.types import VariantId

HEARD: Final = (ShowStarted, ShowEnded, ProductPinned, ProductUnpinned, SwitchThrown, StockLeft, PriceChanged)

# The shows are locked in key order, like every lock; their numbers move on by one under the lock.
_WRITE = """
WITH concerned AS (
    SELECT id FROM live_show WHERE id = ANY(%s) ORDER BY id FOR UPDATE
), moved AS (
    UPDATE live_show AS show SET last_trade = show.last_trade + 1
    FROM concerned WHERE show.id = concerned.id
    RETURNING show.id, show.room, show.last_trade
)
INSERT INTO live_trade (show_id, room, number, kind, at, data)
SELECT id, room, last_trade, %s, %s, %s::jsonb FROM moved
RETURNING room, number
"""


@hears(*HEARD, *deal_trade.FACTS, *gift_trade.FACTS, name="live.trade")
def write_trade(heard: Heard[Any]) -> Sequence[Hint]:
    """Give each thing that a room trades its number. This handler is the one writer of every room."""
    if isinstance(heard.fact, deal_trade.FACTS):
        shows, kind, data = deal_trade.trade_of(heard.fact)
    elif isinstance(heard.fact, gift_trade.FACTS):
        shows, kind, data = gift_trade.trade_of(heard.fact)
    else:
        shows, kind, data = _trade_of(heard.fact, heard.now)
    return _write(shows, kind, heard.at, data) if shows else ()


def _trade_of(fact: Fact, now: datetime) -> tuple[Sequence[UUID], TradeKind, Mapping[str, Any]]:
    """Which rooms a fact concerns, and what they are told."""
    match fact:
        case ProductPinned(show=show, variant=variant):
            goods = for_sale([VariantId(variant)]).get(VariantId(variant))
            if goods is None:  # withdrawn in the meantime: nothing that could be sold is on the table
                return (show,), TradeKind.UNPIN, {"variant": str(variant)}
            deals = deal_prices([(show, variant)], now=now, coming=True).get((show, variant), ())
            return (show,), TradeKind.PIN, pin_data(goods, show, deals)
        case ProductUnpinned(show=show, variant=variant):
            return (show,), TradeKind.UNPIN, {"variant": str(variant)}
        case ShowStarted(show=show):
            return (show,), TradeKind.STATE, {"state": ShowState.LIVE.value}
        case ShowEnded(show=show):
            return (show,), TradeKind.STATE, {"state": ShowState.ENDED.value}
        case SwitchThrown(show=show, what=what, open=is_open):
            return (show,), TradeKind(what), {"open": is_open}
        case StockLeft(variant=variant, left=left):
            return _live_shows(variant), TradeKind.STOCK, {"variant": str(variant), "left": left}
        case PriceChanged(variant=variant, price_minor=price_minor, currency=currency):
            told = {"variant": str(variant), "price_minor": price_minor, "currency": currency}
            return _live_shows(variant), TradeKind.PRICE, told
        case _:
            raise AssertionError(f"live.trade heard {fact.kind}")


def _live_shows(variant: UUID) -> list[UUID]:
    found = RundownItem.objects.filter(variant_id=variant, show__state=ShowState.LIVE.value)
    return list(found.values_list("show_id", flat=True))


def _write(shows: Sequence[UUID], kind: TradeKind, at: datetime, data: Mapping[str, Any]) -> list[Hint]:
    """Write one trade row per show and tell the room servers; the row is the truth, the hint may be lost."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(shows), kind.value, at, json.dumps(data, ensure_ascii=False)])
        written = cursor.fetchall()
    return [
        Hint(f"room.{room}.trade", {"p": "rows", "items": [trade_item(number, kind.value, at, data)]})
        for room, number in written
    ]
