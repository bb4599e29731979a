"""Races on real connections: whatever the order, the last unit is sold once and nobody waits in a ring."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.shops.api import check_stock, claim_holds, expire_holds, hold_stock, release_holds, return_stock
from millstream.shops.models import PoolCap
from millstream.shops.types import HoldTaken, ReturnAsk
from tests.shops.counter import NOW, TEN_MINUTES, Counter, ask, counters

WAIT_SECONDS = 20


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Run all at once, each on its own thread and connection; returns results, or what was raised."""
    start = threading.Barrier(len(runners))
    results: list[Any] = [AssertionError("never ran")] * len(runners)

    def run(place: int, runner: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(WAIT_SECONDS)
            results[place] = runner()
        except BaseException as error:  # noqa: BLE001 - told to the test, which asserts on it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "somebody still waits"
    return results


def is_waiting() -> bool:
    """Whether somebody waits for a lock; pg_stat_activity would show one moment for the whole transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def behind(locker: Callable[[], object], runner: Callable[[], Any]) -> Any:
    """Do `locker` here, start `runner` there, see it wait, commit here; returns what `runner` came to."""
    told: list[Any] = []

    def run() -> None:
        try:
            told.append(runner())
        except BaseException as error:  # noqa: BLE001 - told to the test
            told.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        locker()
        thread.start()
        deadline = threading.Event()
        for _ in range(200):
            if is_waiting():
                break
            deadline.wait(0.02)
        assert is_waiting(), "the second was meant to wait for the first"
    thread.join(WAIT_SECONDS)
    assert told, "the second never came to an end"
    return told[0]


def test_the_last_unit_is_sold_once(open_counter: Counter):
    """Eight buyers at once for one unit, ten times over: one gets it."""
    for _ in range(10):
        item = open_counter.stock(1, open_counter.another_variant())
        results = race(*[lambda item=item: hold_stock([ask(item)], now=NOW) for _ in range(8)])
        answers = [result[0] for result in results]
        assert [type(answer) for answer in answers].count(HoldTaken) == 1
        assert counters(item) == (1, 1, 0)
    assert check_stock() == []


def test_who_waits_for_the_row_sees_what_was_left(open_counter: Counter):
    """A batch that waited for another reads the figures of after, not of before."""
    item = open_counter.stock(3)
    second = behind(
        lambda: hold_stock([ask(item, 2)], now=NOW), lambda: hold_stock([ask(item, 2), ask(item, 1)], now=NOW)
    )
    assert [getattr(answer, "code", "taken") for answer in second] == ["shops.sold_out", "taken"]
    assert counters(item) == (3, 3, 0)


def test_batches_over_the_same_items_in_any_order_never_deadlock(open_counter: Counter):
    """Holds, claims, releases, sweeps and returns over shuffled items and pools all come to an end."""
    items = [open_counter.stock(400, open_counter.another_variant()) for _ in range(4)]
    pools = {item: open_counter.pool(item, 200) for item in items}

    def work(seed: int) -> int:
        draw = random.Random(seed)
        taken = 0
        for turn in range(15):
            wishes = [
                ask(item, pool=pools[item] if draw.random() < 0.5 else None, expires_at=NOW + timedelta(seconds=turn))
                for item in draw.choices(items, k=6)
            ]
            answers = hold_stock(wishes, now=NOW)
            mine = [answer.hold_id for answer in answers if isinstance(answer, HoldTaken)]
            draw.shuffle(mine)
            taken += len(mine)
            claimed = claim_holds(mine[:3], now=NOW)
            release_holds(mine[3:5], reason="race", now=NOW)
            backs = [ReturnAsk(new_id(), hold, 1) for hold, what in claimed.items() if what == "claimed"]
            return_stock(backs[:1], now=NOW)
            expire_holds(NOW + timedelta(seconds=turn), 5)
        return taken

    results = race(*[lambda seed=seed: work(seed) for seed in range(4)])
    assert all(isinstance(result, int) and result > 0 for result in results), results
    assert check_stock() == []


def test_two_tabs_of_one_buyer_share_one_cap(open_counter: Counter):
    """Six asks at once under a cap of two: two are taken."""
    item = open_counter.stock(20)
    pool = open_counter.pool(item, 20)
    wishes = [ask(item, pool=pool, buyer=b"bo", cap=2) for _ in range(6)]
    results = race(*[lambda wish=wish: hold_stock([wish], now=NOW) for wish in wishes])
    assert [type(result[0]) for result in results].count(HoldTaken) == 2
    assert PoolCap.objects.get().taken == 2
    assert counters(item) == (20, 2, 18)


@pytest.mark.parametrize("claim_first", [True, False])
def test_a_hold_is_claimed_or_expired_never_both(open_counter: Counter, claim_first: bool):
    """Who comes first decides: the sweep finds nothing to free, or the claim finds the hold gone."""
    item = open_counter.stock(1)
    wish = ask(item)
    hold_stock([wish], now=NOW)
    in_time, late = NOW + TEN_MINUTES - timedelta(seconds=1), NOW + TEN_MINUTES

    def claim():
        return claim_holds([wish.hold_id], now=in_time)

    def sweep():
        return expire_holds(late)

    if claim_first:
        assert behind(claim, sweep) == []
        assert counters(item) == (0, 0, 0)
    else:
        assert behind(sweep, claim) == {wish.hold_id: "gone"}
        assert counters(item) == (1, 0, 0)
    assert check_stock() == []


def test_two_webhooks_claim_a_hold_once(open_counter: Counter):
    """The second of two claims at once is told that it was claimed already."""
    item = open_counter.stock(1)
    wish = ask(item)
    hold_stock([wish], now=NOW)
    results = race(*[lambda: claim_holds([wish.hold_id], now=NOW) for _ in range(2)])
    assert sorted(result[wish.hold_id] for result in results) == ["already", "claimed"]
    assert counters(item) == (0, 0, 0)


def test_a_hold_cannot_be_released_while_it_is_claimed(open_counter: Counter):
    """A cancellation that waited for the payment finds the hold claimed."""
    item = open_counter.stock(1)
    wish = ask(item)
    hold_stock([wish], now=NOW)
    released = behind(
        lambda: claim_holds([wish.hold_id], now=NOW),
        lambda: release_holds([wish.hold_id], reason="cancelled", now=NOW),
    )
    assert released == {wish.hold_id: "gone"}
    assert counters(item) == (0, 0, 0)


def test_a_crash_in_a_batch_leaves_nothing_behind(open_counter: Counter):
    """A transaction that dies after the holds keeps neither holds nor counters nor facts."""
    item = open_counter.stock(2)

    class Crash(Exception):
        pass

    def hold_and_crash():
        with transaction.atomic():
            assert isinstance(hold_stock([ask(item)], now=NOW)[0], HoldTaken)
            raise Crash

    with pytest.raises(Crash):
        hold_and_crash()
    assert counters(item) == (2, 0, 0)
    assert check_stock() == []
