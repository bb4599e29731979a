"""Holds end once: claimed, released or run out; and sold goods may come back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from millstream.kernel.ids import new_id
from millstream.shops.api import check_stock, claim_holds, expire_holds, hold_stock, release_holds, return_stock
from millstream.shops.models import Hold, PoolCap, StockItem, StockMovement
from millstream.shops.refusals import NotForSale, QuantityNotPositive, TooMuchReturned
from millstream.shops.types import HoldExpired, HoldId, HoldTaken, ReturnAsk
from tests.shops.counter import NOW, TEN_MINUTES, Counter, ask, counters

LATER = NOW + TEN_MINUTES


def held(item, quantity=1, **more):
    """A live hold."""
    wish = ask(item, quantity, **more)
    assert isinstance(hold_stock([wish], now=NOW)[0], HoldTaken)
    return wish


def test_a_claimed_hold_leaves_the_stock_once(counter: Counter):
    """Claiming twice sells once, with one movement."""
    item = counter.stock(5)
    wish = held(item, 2)
    assert claim_holds([wish.hold_id], now=NOW) == {wish.hold_id: "claimed"}
    assert claim_holds([wish.hold_id], now=NOW) == {wish.hold_id: "already"}
    assert counters(item) == (3, 0, 0)
    sold = StockMovement.objects.get(kind="sold")
    assert (sold.quantity, sold.source_id) == (-2, wish.hold_id)
    assert check_stock() == []


def test_the_same_hold_twice_in_a_batch_is_claimed_once(counter: Counter):
    """A batch that names a hold twice sells it once."""
    item = counter.stock(2)
    wish = held(item)
    assert claim_holds([wish.hold_id, wish.hold_id], now=NOW) == {wish.hold_id: "claimed"}
    assert counters(item) == (1, 0, 0)


def test_a_hold_that_ran_out_is_gone_though_nobody_swept(counter: Counter):
    """Its last moment is before `expires_at`; from then on it cannot be claimed."""
    item = counter.stock(2)
    early, late = held(item), held(item)
    just_before = LATER - timedelta(microseconds=1)
    assert claim_holds([early.hold_id], now=just_before) == {early.hold_id: "claimed"}
    assert claim_holds([late.hold_id], now=LATER) == {late.hold_id: "gone"}
    assert counters(item) == (1, 1, 0)
    assert expire_holds(LATER) == [HoldExpired(late.hold_id, late.order_id)]
    assert counters(item) == (1, 0, 0)
    assert check_stock() == []


def test_released_is_free_again_and_released_once(counter: Counter):
    """Releasing twice frees once; a released hold cannot be claimed, a claimed one not released."""
    item = counter.stock(2)
    first, second = held(item), held(item)
    assert release_holds([first.hold_id], reason="cancelled", now=NOW) == {first.hold_id: "released"}
    assert release_holds([first.hold_id], reason="cancelled", now=NOW) == {first.hold_id: "already"}
    assert claim_holds([first.hold_id, second.hold_id], now=NOW) == {
        first.hold_id: "gone",
        second.hold_id: "claimed",
    }
    assert release_holds([second.hold_id], reason="cancelled", now=NOW) == {second.hold_id: "gone"}
    assert counters(item) == (1, 0, 0)
    assert Hold.objects.get(id=first.hold_id).ended_why == "cancelled"


def test_unknown_holds_are_gone(counter: Counter):
    """An id that never was is said to be gone, and harms nothing."""
    nobody = HoldId(new_id())
    assert claim_holds([nobody], now=NOW) == {nobody: "gone"}
    assert release_holds([nobody], reason="x", now=NOW) == {nobody: "gone"}


def test_a_sweep_takes_the_oldest_first_and_no_more_than_its_limit(counter: Counter):
    """Sweeping by ones frees them in the order in which they ran out."""
    item = counter.stock(3)
    order = [held(item, expires_at=NOW + timedelta(seconds=second)) for second in (30, 10, 20)]
    swept = [expire_holds(LATER, 1)[0].hold_id for _ in range(3)]
    assert swept == [order[1].hold_id, order[2].hold_id, order[0].hold_id]
    assert expire_holds(LATER, 1) == []
    assert counters(item) == (3, 0, 0)


def test_what_a_buyer_gives_back_counts_no_more_against_the_cap(counter: Counter):
    """A released or expired unit of a deal can be taken again by the same buyer; a bought one counts for good."""
    item = counter.stock(5)
    pool = counter.pool(item, 5)
    released = held(item, pool=pool, buyer=b"bo", cap=2)
    bought = held(item, pool=pool, buyer=b"bo", cap=2)
    release_holds([released.hold_id], reason="cancelled", now=NOW)
    claim_holds([bought.hold_id], now=NOW)
    assert PoolCap.objects.get().taken == 1
    again = held(item, pool=pool, buyer=b"bo", cap=2)
    assert expire_holds(LATER) == [HoldExpired(again.hold_id, again.order_id)]
    assert PoolCap.objects.get().taken == 1
    assert counters(item) == (4, 0, 4)
    assert check_stock() == []


def test_sold_goods_come_back_once_and_never_more_than_were_sold(counter: Counter):
    """A return has an id: again with the same changes nothing, with another adds up to what was sold."""
    item = counter.stock(3)
    wish = held(item, 2)
    back = ReturnAsk(return_id=new_id(), hold_id=wish.hold_id, quantity=1)
    with pytest.raises(NotForSale):
        return_stock([back], now=NOW)
    claim_holds([wish.hold_id], now=NOW)
    assert return_stock([back], now=NOW) == {back.return_id: "returned"}
    assert return_stock([back], now=NOW) == {back.return_id: "already"}
    assert counters(item) == (2, 0, 0)
    with pytest.raises(TooMuchReturned):
        return_stock([ReturnAsk(return_id=new_id(), hold_id=wish.hold_id, quantity=2)], now=NOW)
    with pytest.raises(QuantityNotPositive):
        return_stock([ReturnAsk(return_id=new_id(), hold_id=wish.hold_id, quantity=0)], now=NOW)
    assert counters(item) == (2, 0, 0)
    assert check_stock() == []


@pytest.mark.parametrize("change", [{"quantity": 9}, {"reason": "a better story"}])
def test_movements_are_never_edited(counter: Counter, change):
    """An update of a movement is refused by the database."""
    counter.stock(3)
    with pytest.raises(IntegrityError, match="movements_are_immutable"), transaction.atomic():
        StockMovement.objects.update(**change)
    with pytest.raises(IntegrityError, match="movements_are_immutable"), transaction.atomic():
        StockMovement.objects.all()._raw_delete("default")


def test_a_hold_ends_once_for_the_database_too(counter: Counter):
    """A released hold cannot be made live or claimed by a statement."""
    item = counter.stock(3)
    wish = held(item)
    release_holds([wish.hold_id], reason="cancelled", now=NOW)
    with pytest.raises(IntegrityError, match="hold_ends_once"), transaction.atomic():
        Hold.objects.filter(id=wish.hold_id).update(state="claimed")


def test_the_check_finds_every_kind_of_wrong_book(counter: Counter):
    """Counters that were tampered with are each named with what they should be."""
    item = counter.stock(10)
    pool = counter.pool(item, 5)
    wish = held(item, pool=pool, buyer=b"bo", cap=3)
    held(item)
    claim_holds([wish.hold_id], now=NOW)
    assert check_stock() == []
    StockItem.objects.filter(id=item).update(on_hand=20, held=2, carved=3)
    PoolCap.objects.update(taken=3)
    found = {(difference.promise, difference.expected, difference.found) for difference in check_stock()}
    assert found == {
        ("stock_equals_fold_of_movements", 9, 20),
        ("held_equals_live_holds", 1, 2),
        ("carved_equals_rest_of_open_pools", 4, 3),
        ("cap_counters_equal_kept_holds", 1, 3),
    }
