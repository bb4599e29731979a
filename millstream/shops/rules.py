"""Pure decisions of shops: who gets stock, what a price and a stock change may be, how texts are found."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from millstream.shops.refusals import ForeignCurrency, PriceNotPositive
from millstream.shops.types import (
    CAP_REACHED,
    NOT_FOR_SALE,
    SOLD_OUT,
    TOGETHER,
    HoldAnswer,
    HoldAsk,
    HoldRefused,
    HoldTaken,
    PoolId,
    StockItemId,
)

HIGHEST_PRICE_MINOR: Final = 10**11
MOST_WORDS: Final = 2_000
MOST_PLACES: Final = 50
MOST_TERMS: Final = 12
LONGEST_WORD: Final = 40
LONGEST_SEARCH: Final = 80
LONGEST_SKU: Final = 40
LONGEST_SLUG: Final = 80
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Runs of Chinese signs, or of letters and digits of any other script.
_RUNS: Final = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
_AFTER: Final = re.compile(r"([0-9.:e+ -]{1,40})_([0-9a-f]{32})")

type CapKey = tuple[PoolId, bytes]


@dataclass(frozen=True, slots=True)
class PoolRoom:
    """An open pool: the stock item it is carved from, and what is free in it."""

    stock_item_id: StockItemId
    free: int


def cap_key(ask: HoldAsk) -> CapKey | None:
    """Whose counter a capped ask counts on; None when there is no cap."""
    if ask.cap is None or ask.pool_id is None or ask.buyer_key is None:
        return None
    return ask.pool_id, ask.buyer_key


def decide_holds(
    asks: Sequence[HoldAsk],
    free: Mapping[StockItemId, int],
    pools: Mapping[PoolId, PoolRoom],
    taken: Mapping[CapKey, int],
) -> list[HoldAnswer]:
    """Give stock in the order asked: each order gets all of what it asks for, or nothing; later ones may still fit.

    `free` is what each stock item has for buyers outside pools, `taken` what buyers had of capped pools before.
    An order has its turn where its first ask stands. Answers stand in the places of their asks.
    """
    stock, rooms, had = dict(free), {pool: room.free for pool, room in pools.items()}, dict(taken)
    orders: dict[object, list[int]] = {}
    for place, ask in enumerate(asks):
        orders.setdefault(ask.order_id, []).append(place)
    answers: dict[int, HoldAnswer] = {}
    for places in orders.values():
        before = (dict(stock), dict(rooms), dict(had)) if len(places) > 1 else None
        turn = {place: _take(asks[place], stock, pools, rooms, had) for place in places}
        if before is not None and any(isinstance(answer, HoldRefused) for answer in turn.values()):
            stock, rooms, had = before
            turn = {place: _not_alone(answer) for place, answer in turn.items()}
        answers.update(turn)
    return [answers[place] for place in range(len(asks))]


def _take(
    ask: HoldAsk,
    stock: dict[StockItemId, int],
    pools: Mapping[PoolId, PoolRoom],
    rooms: dict[PoolId, int],
    had: dict[CapKey, int],
) -> HoldAnswer:
    if ask.pool_id is None:
        return _take_free(ask, stock)
    pool = pools.get(ask.pool_id)
    if pool is None or pool.stock_item_id != ask.stock_item_id:
        return HoldRefused(ask.hold_id, NOT_FOR_SALE, 0)
    key = cap_key(ask)
    if key is not None and ask.cap is not None:
        under_cap = ask.cap - had.get(key, 0)
        if ask.quantity > under_cap:
            return HoldRefused(ask.hold_id, CAP_REACHED, max(0, under_cap))
    left = rooms[ask.pool_id]
    if ask.quantity > left:
        return HoldRefused(ask.hold_id, SOLD_OUT, left)
    rooms[ask.pool_id] = left - ask.quantity
    if key is not None:
        had[key] = had.get(key, 0) + ask.quantity
    return HoldTaken(ask.hold_id, left - ask.quantity)


def _take_free(ask: HoldAsk, stock: dict[StockItemId, int]) -> HoldAnswer:
    left = stock.get(ask.stock_item_id)
    if left is None:
        return HoldRefused(ask.hold_id, NOT_FOR_SALE, 0)
    if ask.quantity > left:
        return HoldRefused(ask.hold_id, SOLD_OUT, left)
    stock[ask.stock_item_id] = left - ask.quantity
    return HoldTaken(ask.hold_id, left - ask.quantity)


def _not_alone(answer: HoldAnswer) -> HoldAnswer:
    return HoldRefused(answer.hold_id, TOGETHER, answer.left) if isinstance(answer, HoldTaken) else answer


def short_items(asks: Sequence[HoldAsk], answers: Sequence[HoldAnswer]) -> set[StockItemId]:
    """The stock items for which a hold was refused for want of stock: worth a look at holds that ran out."""
    return {
        ask.stock_item_id
        for ask, answer in zip(asks, answers, strict=True)
        if isinstance(answer, HoldRefused) and answer.code in (SOLD_OUT, CAP_REACHED)
    }


def check_price(price_minor: int, currency: str, shop_currency: str) -> None:
    """Refuse a price that is not positive or beyond reason, or not in the shop's currency."""
    if currency != shop_currency:
        raise ForeignCurrency(given=currency, wanted=shop_currency)
    if not 0 < price_minor <= HIGHEST_PRICE_MINOR:
        raise PriceNotPositive(price_minor=price_minor)


def found_by(titles: Sequence[str], others: Sequence[str]) -> str:
    """The search vector of texts, as PostgreSQL writes one: words of titles weigh A, of others C.

    Latin words stand whole, in lower case; Chinese is cut into single signs and pairs, since PostgreSQL knows no
    Chinese words. Bounded to 2,000 words.
    """
    places: dict[str, list[str]] = {}
    position = 0
    for texts, weight in ((titles, "A"), (others, "C")):
        for text in texts:
            for word in words_of(text):
                position += 1
                if position > MOST_WORDS:
                    break
                places.setdefault(word, []).append(f"{position}{weight}")
    return " ".join(f"'{word}':{','.join(found[:MOST_PLACES])}" for word, found in sorted(places.items()))


def found_query(typed: str) -> str:
    """The tsquery of what a person typed: every word must be there, Latin ones by their beginning; empty for none."""
    asked: list[str] = []
    for word in words_of(typed[:LONGEST_SEARCH], pairs_only=True):
        term = f"'{word}'" if _is_han(word[0]) else f"'{word}':*"
        if term not in asked:
            asked.append(term)
    return " & ".join(asked[:MOST_TERMS])


def words_of(text: str, *, pairs_only: bool = False) -> list[str]:
    """Cut a text into words: Latin by blanks and signs, Chinese into pairs of signs, and single ones unless only pairs.

    A single Chinese sign that stands alone is always a word.
    """
    words: list[str] = []
    for run in _RUNS.findall(text.lower()):
        if not _is_han(run[0]):
            words.append(run[:LONGEST_WORD])
            continue
        if len(run) == 1 or not pairs_only:
            words.extend(run)
        words.extend(run[start : start + 2] for start in range(len(run) - 1))
    return words


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def read_after(after: str | None, kind: str) -> tuple[str | None, UUID | None]:
    """The sort key and the id in a page's `next_after`; nothing when it is no key of this kind.

    `kind` is the key's type in PostgreSQL: `timestamptz`, `bigint` or `real`.
    """
    found = _AFTER.fullmatch(after or "")
    if found is None:
        return None, None
    key = found[1]
    try:
        if kind == "timestamptz":
            key = datetime.fromisoformat(key).isoformat()
        elif kind == "bigint":
            key = str(min(int(key), HIGHEST_PRICE_MINOR))
        else:
            key = repr(min(max(float(key), 0.0), 1e6))
    except ValueError:
        return None, None
    return key, UUID(found[2])


def is_sku(sku: str) -> bool:
    """A SKU is what a person writes on a box: up to 40 signs, none of them blank or unprintable at the ends."""
    return 0 < len(sku) <= LONGEST_SKU and sku.isprintable() and sku == sku.strip()


def is_slug(slug: str) -> bool:
    """An address is lower-case ASCII letters, digits and single dashes, up to 80 signs."""
    return len(slug) <= LONGEST_SLUG and _SLUG.fullmatch(slug) is not None


def slug_for(title: Mapping[str, str], row_id: UUID) -> str:
    """An address that nobody else has: the Latin words of the title, then letters of the row's id."""
    plain = unicodedata.normalize("NFKD", title.get("en", "")).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-")
    return f"{words or 'product'}-{row_id.hex[-8:]}"
