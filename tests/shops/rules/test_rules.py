"""Who gets stock, by rule alone; and how texts are cut for the search."""

from collections import Counter as Tally
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.shops import rules
from millstream.shops.refusals import ForeignCurrency, PriceNotPositive
from millstream.shops.types import HoldAsk, HoldId, HoldRefused, HoldTaken, PoolId, StockItemId

ITEMS = [StockItemId(UUID(int=number)) for number in (1, 2, 3)]
POOLS = [PoolId(UUID(int=number)) for number in (11, 12)]
LATER = datetime(2026, 11, 21, tzinfo=UTC)


@st.composite
def batches(draw):
    """A batch of asks over three items, two pools of the first, a few buyers and orders; and what is free."""
    asks = []
    for number in range(draw(st.integers(0, 25))):
        pool = draw(st.sampled_from([None, None, *POOLS]))
        capped = pool is not None and draw(st.booleans())
        asks.append(
            HoldAsk(
                hold_id=HoldId(UUID(int=100 + number)),
                stock_item_id=ITEMS[0] if pool else draw(st.sampled_from(ITEMS)),
                pool_id=pool,
                quantity=draw(st.integers(1, 4)),
                order_id=UUID(int=1_000 + draw(st.integers(0, 12))),
                expires_at=LATER,
                buyer_key=draw(st.sampled_from([b"bo", b"chen"])) if capped else None,
                cap=draw(st.just(3)) if capped else None,
            )
        )
    free = {item: draw(st.integers(0, 12)) for item in ITEMS}
    rooms = {pool: rules.PoolRoom(ITEMS[0], draw(st.integers(0, 8))) for pool in POOLS}
    taken = {(pool, buyer): draw(st.integers(0, 3)) for pool in POOLS for buyer in (b"bo", b"chen")}
    return asks, free, rooms, taken


@given(batches())
def test_never_more_than_is_free_and_never_over_a_cap(batch):
    """Whatever is asked, what is given fits items, pools and caps, and every ask has its answer in its place."""
    asks, free, rooms, taken = batch
    answers = rules.decide_holds(asks, free, rooms, taken)
    assert [answer.hold_id for answer in answers] == [ask.hold_id for ask in asks]
    got = [ask for ask, answer in zip(asks, answers, strict=True) if isinstance(answer, HoldTaken)]
    items: Tally[StockItemId] = Tally()
    pools: Tally[PoolId] = Tally()
    caps = Tally(taken)
    for ask in got:
        if ask.pool_id is None:
            items[ask.stock_item_id] += ask.quantity
        else:
            pools[ask.pool_id] += ask.quantity
        if (key := rules.cap_key(ask)) is not None:
            caps[key] += ask.quantity
            assert caps[key] <= 3
    assert all(items[item] <= free[item] for item in ITEMS)
    assert all(pools[pool] <= rooms[pool].free for pool in POOLS)


@given(batches())
def test_orders_are_whole_or_nothing(batch):
    """No order gets a part of what it asked for; at least one of its refusals has a reason of its own."""
    asks, *known = batch
    answers = rules.decide_holds(asks, *known)
    by_order: dict[UUID, list] = {}
    for ask, answer in zip(asks, answers, strict=True):
        by_order.setdefault(ask.order_id, []).append(answer)
    for told in by_order.values():
        taken = [isinstance(answer, HoldTaken) for answer in told]
        assert all(taken) or not any(taken)
        if not all(taken):
            assert any(answer.code != "shops.together" for answer in told)


@given(batches())
def test_a_batch_decides_as_its_orders_one_by_one_would(batch):
    """What a batch gives is what the same orders get alone, one after the other, in their order."""
    asks, free, rooms, taken = batch
    at_once = {answer.hold_id: type(answer) for answer in rules.decide_holds(asks, free, rooms, taken)}
    orders: dict[UUID, list[HoldAsk]] = {}
    for ask in asks:
        orders.setdefault(ask.order_id, []).append(ask)
    free, room, had = dict(free), {pool: told.free for pool, told in rooms.items()}, dict(taken)
    for lines in orders.values():
        now_rooms = {pool: rules.PoolRoom(ITEMS[0], left) for pool, left in room.items()}
        for ask, answer in zip(lines, rules.decide_holds(lines, free, now_rooms, had), strict=True):
            assert type(answer) is at_once[ask.hold_id]
            if isinstance(answer, HoldTaken):
                if ask.pool_id is None:
                    free[ask.stock_item_id] -= ask.quantity
                else:
                    room[ask.pool_id] -= ask.quantity
                if (key := rules.cap_key(ask)) is not None:
                    had[key] += ask.quantity


def test_asks_without_a_whole_unit_are_our_own_mistake():
    """Zero, less than zero, a cap without a pool: asserted, never answered."""
    for quantity, cap in ((0, None), (-1, None), (1, 2)):
        with pytest.raises(AssertionError):
            HoldAsk(HoldId(UUID(int=1)), ITEMS[0], None, quantity, UUID(int=2), LATER, cap=cap)


def test_what_was_left_is_told_in_turn():
    """Each answer says what was free when its turn came."""
    asks = [HoldAsk(HoldId(UUID(int=n)), ITEMS[0], None, 2, UUID(int=50 + n), LATER) for n in (1, 2, 3)]
    answers = rules.decide_holds(asks, {ITEMS[0]: 5}, {}, {})
    assert [answer.left for answer in answers] == [3, 1, 1]
    assert isinstance(answers[2], HoldRefused)


@pytest.mark.parametrize("price_minor", [0, -1, 10**11 + 1])
def test_a_price_is_positive_and_within_reason(price_minor: int):
    """Zero and less are refused, and so is what nobody can mean."""
    with pytest.raises(PriceNotPositive):
        rules.check_price(price_minor, "CNY", "CNY")


def test_a_price_is_in_the_currency_of_the_shop():
    """A shop of yuan refuses dollars."""
    rules.check_price(1, "CNY", "CNY")
    with pytest.raises(ForeignCurrency) as refused:
        rules.check_price(1, "USD", "CNY")
    assert refused.value.facts == {"given": "USD", "wanted": "CNY"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Celadon tea-bowl No. 7", ["celadon", "tea", "bowl", "no", "7"]),
        ("青瓷", ["青", "瓷", "青瓷"]),
        ("龙泉tea杯", ["龙", "泉", "龙泉", "tea", "杯"]),
        ("  ", []),
        ("it's & <b>", ["it", "s", "b"]),
    ],
)
def test_texts_are_cut_into_words(text: str, words: list[str]):
    """Latin by blanks, Chinese into signs and pairs."""
    assert rules.words_of(text) == words


@given(st.text(max_size=120))
def test_no_text_breaks_the_search(text: str):
    """Whatever is typed becomes terms of plain words."""
    for word in rules.words_of(text):
        assert "'" not in word
        assert "\\" not in word
        assert 0 < len(word) <= 40
    assert rules.found_query(text).count(" & ") < 12


def test_addresses_are_made_of_titles_and_are_nobody_elses():
    """Latin words of the title and the tail of the id; Chinese titles get a word of ours."""
    tail = UUID("00000000-0000-7000-8000-0000deadbeef")
    assert rules.slug_for({"en": "Blue Bowl – No. 7"}, tail) == "blue-bowl-no-7-deadbeef"
    assert rules.slug_for({"zh-hans": "青瓷茶碗"}, tail) == "product-deadbeef"
    assert all(rules.is_slug(rules.slug_for({"en": title}, tail)) for title in ("é à ü", "-" * 90, "a" * 200, ""))


@pytest.mark.parametrize(
    ("after", "kind", "told"),
    [
        (None, "bigint", None),
        ("100_" + "a" * 32, "bigint", "100"),
        ("2026-11-21 09:00:00+00_" + "a" * 32, "timestamptz", "2026-11-21T09:00:00+00:00"),
        ("0.5_" + "a" * 32, "real", "0.5"),
        ("0.5_" + "a" * 32, "bigint", None),
        ("2026-99-21_" + "a" * 32, "timestamptz", None),
        ("e_" + "a" * 32, "real", None),
        ("1", "bigint", None),
    ],
)
def test_the_key_of_a_page_is_read_or_ignored(after: str | None, kind: str, told: str | None):
    """A key of another kind, or none at all, starts from the first page."""
    assert rules.read_after(after, kind)[0] == told
