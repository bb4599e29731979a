"""What the home page shows."""

from datetime import datetime
from typing import Any, Final

from millstream.live import api as live
from millstream.live.web.shows import cards as show_cards
from millstream.shops import api as shops
from millstream.shops.types import ShelfAsk
from millstream.shops.web.storefront import cards as goods_cards
from millstream.shops.web.storefront import maker_cards

GOODS: Final = 10
MAKERS: Final = 6
COMING: Final = 3
REPLAYS: Final = 3


def home_page(now: datetime) -> dict[str, Any]:
    """Shows that are live, the next ones or else replays, goods and makers; about eight statements."""
    live_shows, coming = live.live_now(), live.upcoming(now)[:COMING]
    past = [] if coming else live.replays()[:REPLAYS]
    drawn = show_cards([*live_shows, *coming, *past], now)
    on, later = drawn[: len(live_shows)], drawn[len(live_shows) :]
    pinned = live.pinned(live_shows[0].id) if live_shows else None
    return {
        "hero": on[0] if on else None,
        "hero_story": live_shows[0].story if live_shows else None,
        "pinned": pinned,
        "live": on[1:],
        "coming": later,
        "goods": goods_cards(shops.shelf(ShelfAsk(size=GOODS)).items),
        "makers": maker_cards(shops.makers(limit=MAKERS)),
    }
