"""Pure decisions about shows, rundowns and talk."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from millstream.deals.types import SpecialPrice
from millstream.live.types import DOORS_OPEN_BEFORE, PLANNED_KEEPS_FOR, Agreement, ShowState
from millstream.pacts.types import PactRecord, Part
from millstream.shops.types import ForSale

LATE_BY: Final = timedelta(minutes=5)
LONGEST_SLUG: Final = 60
GOP_WANTED_MS: Final = 2_000


def slug_from(title: Mapping[str, str], suffix: str) -> str:
    """A public address from the English title, or from any Latin letters there are, with a suffix of its own."""
    plain = unicodedata.normalize("NFKD", title.get("en") or next(iter(title.values()), ""))
    words = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    return f"{(words or 'show')[:LONGEST_SLUG].strip('-')}-{suffix}"


def is_too_late(starts_at: datetime, now: datetime) -> bool:
    """Whether a show cannot be planned for this moment any more."""
    return starts_at < now - LATE_BY


def doors_open_at(starts_at: datetime) -> datetime:
    """From when a planned show takes a picture, so that the host can look at it first."""
    return starts_at - DOORS_OPEN_BEFORE


def takes_picture(state: ShowState, starts_at: datetime, now: datetime) -> bool:
    """Whether a show takes a picture now: while it is live, and planned ones from an hour before their time."""
    if state is ShowState.LIVE:
        return True
    return state is ShowState.PLANNED and doors_open_at(starts_at) <= now <= starts_at + PLANNED_KEEPS_FOR


def in_order[T](items: Sequence[T], wanted: Mapping[T, int]) -> list[T]:
    """The items by the numbers that somebody typed; equal numbers and items without one keep their order."""
    return sorted(items, key=lambda item: (wanted.get(item, len(items) + 1), items.index(item)))


def pin_data(goods: ForSale, show: UUID, deals: Sequence[SpecialPrice] = ()) -> dict[str, Any]:
    """What a room tells about a pinned product: at the shop's price, with every deal on it that is on or to come."""
    return {
        "product": str(goods.product_id),
        "variant": str(goods.variant_id),
        "title": dict(goods.title),
        "price_minor": goods.price_minor,
        "currency": goods.currency,
        "left": goods.left,
        "image": goods.image,
        "url": product_url(goods),
        "buy_url": buy_url(goods.variant_id, show),
        "deals": [price_data(deal) for deal in deals],
    }


def price_data(price: SpecialPrice) -> dict[str, Any]:
    """A deal or lot as far as it decides what one unit costs; the fields are those of a traded deal."""
    return {
        "deal": str(price.id),
        "price_minor": price.price_minor,
        "left": price.left,
        "opens_at": wire_time(price.opens_at),
        "closes_at": wire_time(price.closes_at),
    }


def wire_time(moment: datetime | None) -> str | None:
    """A moment as rooms tell it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None


def show_url(slug: str) -> str:
    """The page of a show."""
    return f"/shows/{slug}/"


def product_url(goods: ForSale) -> str:
    """The page of a product."""
    return f"/products/{goods.product_slug}/"


def buy_url(variant: UUID, show: UUID) -> str:
    """The buy sheet of a variant within a show."""
    return f"/buy/{variant}/?show={show}"


def is_gop_too_long(gop_ms: int | None) -> bool:
    """Whether key frames come so seldom that viewers wait for the picture."""
    return gop_ms is not None and gop_ms > GOP_WANTED_MS


def agreement(host: UUID, pacts: Sequence[PactRecord], now: datetime) -> Agreement:
    """Whose goods a host may show, by the pacts about the host's part that are in force."""
    counting = [
        pact
        for pact in pacts
        if pact.part is Part.HOST
        and pact.valid_from <= now
        and (pact.valid_to is None or pact.valid_to > now)
        and pact.host in (None, host)
        and pact.beneficiary in (None, host)
    ]
    named = frozenset(pact.seller for pact in counting if pact.seller is not None)
    return Agreement(every_seller=any(pact.seller is None for pact in counting), sellers=named | {host})


def is_price_the_hosts(seller: UUID, host: UUID, *, quick: bool, sold: int) -> bool:
    """Whether a host may set this list price: of own goods, or of a quick listing nothing of which is paid for."""
    return seller == host or (quick and sold == 0)
