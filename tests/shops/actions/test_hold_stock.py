"""Holding stock: what fits is held in the order asked, counted once, told once."""

from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from millstream.kernel.ids import new_id
from millstream.shops.api import check_stock, claim_holds, close_pool, hold_stock
from millstream.shops.models import Hold, Pool, PoolCap, StockItem
from millstream.shops.refusals import SoldOut
from millstream.shops.types import HoldRefused, HoldTaken, StockItemId
from tests.shops.counter import NOW, TEN_MINUTES, Counter, ask, counters


def facts_of(kind):
    """The bodies of recorded facts of a kind, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body->>'left' FROM fact WHERE kind = %s ORDER BY id", [kind])
        return [int(row[0]) for row in cursor.fetchall()]


def code_of(answer):
    """The code of a refusal, or that it was taken."""
    return answer.code if isinstance(answer, HoldRefused) else "taken"


def test_a_hold_takes_from_what_is_free(counter: Counter):
    """A hold leaves the goods on hand and takes them from what is free."""
    item = counter.stock(5)
    wish = ask(item, 2)
    assert hold_stock([wish], now=NOW) == [HoldTaken(wish.hold_id, left=3)]
    assert counters(item) == (5, 2, 0)
    assert check_stock() == []


def test_a_batch_is_answered_in_its_order_and_later_asks_may_still_fit(counter: Counter):
    """Three are left: two go, three do not fit, one still does."""
    item = counter.stock(3)
    wishes = [ask(item, 2), ask(item, 3), ask(item, 1)]
    answers = hold_stock(wishes, now=NOW)
    assert [type(answer) for answer in answers] == [HoldTaken, HoldRefused, HoldTaken]
    assert answers[1] == HoldRefused(wishes[1].hold_id, "shops.sold_out", left=1)
    assert counters(item) == (3, 3, 0)


def test_what_is_sold_out_is_refused_without_a_lock(counter: Counter):
    """Who comes too late locks nothing, so that nobody who pays has to wait; a hold that ran out still makes room."""
    item = counter.stock(1)
    hold_stock([ask(item)], now=NOW)
    late = ask(item)
    with CaptureQueriesContext(connection) as asked:
        assert hold_stock([late], now=NOW) == [HoldRefused(late.hold_id, "shops.sold_out", left=0)]
    assert [query["sql"] for query in asked if "FOR NO KEY UPDATE" in query["sql"]] == []
    assert code_of(hold_stock([ask(item)], now=NOW + 2 * TEN_MINUTES)[0]) == "taken"
    assert check_stock() == []


def test_an_order_is_held_whole_or_not_at_all(counter: Counter):
    """One line of an order that is sold out frees the other for the next buyer of the same batch."""
    bowls, cups = counter.stock(1), counter.stock(1, counter.another_variant())
    order = new_id()
    wishes = [ask(bowls, order=order), ask(cups, 2, order=order), ask(bowls)]
    answers = hold_stock(wishes, now=NOW)
    assert [code_of(answer) for answer in answers] == ["shops.together", "shops.sold_out", "taken"]
    assert counters(cups) == (1, 0, 0)


def test_lines_of_one_order_on_one_item_are_summed(counter: Counter):
    """Two lines that fit alone and not together are refused together."""
    item = counter.stock(3)
    order = new_id()
    answers = hold_stock([ask(item, 2, order=order), ask(item, 2, order=order)], now=NOW)
    assert all(isinstance(answer, HoldRefused) for answer in answers)
    assert counters(item) == (3, 0, 0)


def test_what_is_left_is_told_once_per_item_and_batch(counter: Counter):
    """A batch of three holds on one item records one StockLeft, with the last figure."""
    item = counter.stock(5)
    before = len(facts_of("shops.stock_left"))
    hold_stock([ask(item), ask(item), ask(item)], now=NOW)
    assert facts_of("shops.stock_left")[before:] == [2]
    hold_stock([ask(item, 3)], now=NOW)
    assert len(facts_of("shops.stock_left")) == before + 1, "a refusal tells nothing"


def test_an_unknown_item_is_not_for_sale(counter: Counter):
    """An item that is not there is refused alone."""
    item = counter.stock(1)
    answers = hold_stock([ask(StockItemId(new_id())), ask(item)], now=NOW)
    assert [code_of(answer) for answer in answers] == ["shops.not_for_sale", "taken"]


def test_holds_that_ran_out_make_room_without_a_sweep(counter: Counter):
    """The buyer who comes when the hold before has run out gets the unit."""
    item = counter.stock(1)
    first = ask(item)
    hold_stock([first], now=NOW)
    late = NOW + TEN_MINUTES
    almost = ask(item, expires_at=late + TEN_MINUTES)
    assert isinstance(hold_stock([almost], now=late - timedelta(seconds=1))[0], HoldRefused)
    second = ask(item, expires_at=late + TEN_MINUTES)
    assert hold_stock([second], now=late) == [HoldTaken(second.hold_id, left=0)]
    assert claim_holds([first.hold_id], now=late) == {first.hold_id: "gone"}
    assert check_stock() == []


def test_a_pool_is_carved_from_what_is_free_and_sells_apart(counter: Counter):
    """Of five units three are set aside: outsiders get two, the deal three."""
    item = counter.stock(5)
    pool = counter.pool(item, 3)
    assert counters(item) == (5, 0, 3)
    answers = hold_stock([ask(item, 3), ask(item, 2), ask(item, 3, pool=pool), ask(item, pool=pool)], now=NOW)
    assert [code_of(answer) for answer in answers] == [
        "shops.sold_out",
        "taken",
        "taken",
        "shops.sold_out",
    ]
    assert counters(item) == (5, 5, 0)
    assert check_stock() == []


def test_no_more_is_carved_than_is_free(counter: Counter):
    """A deal cannot promise what is not there."""
    item = counter.stock(2)
    with pytest.raises(SoldOut):
        counter.pool(item, 3)
    assert counters(item) == (2, 0, 0)


def test_a_cap_counts_a_buyers_units_over_batches(counter: Counter):
    """Two per buyer are two, in one batch or in several; somebody else has their own count."""
    item = counter.stock(10)
    pool = counter.pool(item, 10)
    bo, chen = b"bo", b"chen"
    answers = hold_stock([ask(item, pool=pool, buyer=bo, cap=2), ask(item, 2, pool=pool, buyer=bo, cap=2)], now=NOW)
    assert answers[1] == HoldRefused(answers[1].hold_id, "shops.cap_reached", left=1)
    assert isinstance(hold_stock([ask(item, pool=pool, buyer=bo, cap=2)], now=NOW)[0], HoldTaken)
    assert isinstance(hold_stock([ask(item, pool=pool, buyer=bo, cap=2)], now=NOW)[0], HoldRefused)
    assert isinstance(hold_stock([ask(item, 2, pool=pool, buyer=chen, cap=2)], now=NOW)[0], HoldTaken)
    assert dict(PoolCap.objects.values_list("buyer_key", "taken")) == {bo: 2, chen: 2}
    assert check_stock() == []


def test_a_closed_pool_sells_nothing_and_gives_its_rest_back(counter: Counter):
    """What nobody holds of a deal goes back to the shelf when it closes; its live holds stay good."""
    item = counter.stock(5)
    pool = counter.pool(item, 4)
    wish = ask(item, pool=pool)
    hold_stock([wish], now=NOW)
    assert close_pool(pool, now=NOW) == 3
    assert close_pool(pool, now=NOW) == 0
    assert counters(item) == (5, 1, 0)
    assert code_of(hold_stock([ask(item, pool=pool)], now=NOW)[0]) == "shops.not_for_sale"
    assert claim_holds([wish.hold_id], now=NOW) == {wish.hold_id: "claimed"}
    assert counters(item) == (4, 0, 0)
    assert check_stock() == []


def test_a_pool_of_another_item_is_refused(counter: Counter):
    """A wish that names somebody else's deal gets nothing."""
    bowls, cups = counter.stock(5), counter.stock(5, counter.another_variant())
    pool = counter.pool(bowls, 2)
    assert code_of(hold_stock([ask(cups, pool=pool)], now=NOW)[0]) == "shops.not_for_sale"


@pytest.mark.parametrize(
    ("table", "change", "promise"),
    [
        (StockItem, {"held": 6}, "stock_never_oversold"),
        (StockItem, {"carved": 6}, "stock_never_oversold"),
        (StockItem, {"on_hand": -1}, "on_hand_not_negative"),
        (StockItem, {"held": -1}, "claims_not_negative"),
        (Pool, {"held": 2, "sold": 2}, "pool_never_oversold"),
        (Pool, {"sold": -1}, "pool_not_negative"),
        (Hold, {"state": "lost", "ended_at": NOW}, "hold_state_known"),
        (Hold, {"state": "claimed"}, "hold_live_or_ended"),
        (Hold, {"returned": 1}, "returned_not_more_than_sold"),
        (Hold, {"quantity": 2}, "hold_ends_once"),
        (PoolCap, {"taken": 3}, "cap_per_buyer"),
    ],
)
def test_the_database_keeps_the_promises_of_stock_too(counter: Counter, table, change, promise):
    """A statement that breaks a promise is refused by the constraint of that name."""
    item = counter.stock(5)
    pool = counter.pool(item, 3)
    hold_stock([ask(item, pool=pool, buyer=b"bo", cap=2)], now=NOW)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        table.objects.all().update(**change)
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == promise
