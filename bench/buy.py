"""How many paid orders a second: (a) guests over HTTP with payment and webhook, (b) the till alone, batched and not.

    .cache/venv/bin/python bench/buy.py [--quick] [--compare] [--only web|till|deal|gift] [--runs 5] [--seconds 20]

(a) Each buyer is a guest: a new connection, one `POST /api/v1/buy` with an Idempotency-Key. The sandbox gateway
approves at once and its signed webhook comes back over HTTP; *paid* means that the capture entry is committed. Orders/s
= paid orders divided by the time from the first request sent to the last order paid. 2,000 buyers for 500 units, 32 and
256 at once, then plentiful stock for 20 s. Generator, web x 2, worker, gateway, PostgreSQL and NATS share this machine.
(b) `place_orders` without HTTP or payment, batches of 200 beside batches of one, beside the same rows by bare SQL.
(c) A deal of 100 units, 5,000 buyers in the room, all pressing at once over WebSocket (`_rush.py`).
(d) A red packet of 100 pieces, 5,000 viewers in the room, all reaching at once, the same way.
Books and stock are proved at the end.
"""
# ruff: noqa: PLC0415 - what needs Django is imported when there are settings

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._market import Market, open_market
from bench._rush import measure_deal, measure_gift
from bench._town import REPOSITORY, Town

NETWORK_RATE = 100_000_000
PAID_SECONDS = 60.0
LOOK_SECONDS = 0.02
PLENTY = 1_000_000
UNITS, BUYERS = 500, 2_000
RAW_TABLES = """
CREATE TABLE raw_stock (id int PRIMARY KEY, on_hand int, held int, CHECK (held <= on_hand)) WITH (fillfactor = 50);
INSERT INTO raw_stock VALUES (1, 100000000, 0);
CREATE TABLE raw_order (id uuid PRIMARY KEY, buyer uuid, total bigint, placed_at timestamptz);
CREATE TABLE raw_line (id uuid PRIMARY KEY, order_id uuid, quantity int, price bigint);
CREATE TABLE raw_payment (id uuid PRIMARY KEY, order_id uuid, amount bigint);
CREATE TABLE raw_hold (id uuid PRIMARY KEY, order_id uuid, quantity int, expires_at timestamptz);
CREATE TABLE raw_split (line_id uuid, part int, amount bigint, PRIMARY KEY (line_id, part));
CREATE TABLE raw_guest (id uuid PRIMARY KEY, contact bytea, address bytea);
"""
RAW_BATCH = """
WITH told AS (SELECT unnest(%(ids)s::uuid[]) AS id),
held AS (UPDATE raw_stock SET held = held + %(count)s WHERE id = 1 AND on_hand - held >= %(count)s),
guests AS (INSERT INTO raw_guest SELECT id, '\\x00', '\\x00' FROM told),
orders AS (INSERT INTO raw_order SELECT id, id, 13600, now() FROM told),
lines AS (INSERT INTO raw_line SELECT id, id, 1, 12800 FROM told),
payments AS (INSERT INTO raw_payment SELECT id, id, 13600 FROM told),
holds AS (INSERT INTO raw_hold SELECT id, id, 1, now() FROM told)
INSERT INTO raw_split SELECT id, part, 1 FROM told, generate_series(1, 5) part
"""


def buy_over_http(
    town: Town, variant: UUID, at_once: int, *, buyers: int = 0, seconds: float = 0, through_django: bool = False
) -> dict[str, Any]:
    """Let the generator buy and wait until every order is paid; what happened, with the rate."""
    plan = {
        "host": "127.0.0.1",
        "port": town.web_port,
        "variant": str(variant),
        "at_once": at_once,
        "buyers": buyers,
        "seconds": seconds,
        "first_phone": 13_800_000_000,
        # A session cookie sends a purchase through all of Django: what the lean route saves.
        "cookie": "Cookie: sessionid=none\r\n" if through_django else "",
    }
    before = town.cpu_seconds()
    words = [sys.executable, str(Path(__file__).with_name("_buyers.py"))]
    own = time.process_time()
    generator = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert generator.stdin is not None
    generator.stdin.write(json.dumps(plan).encode())
    generator.stdin.close()
    last_paid = watch_sale(variant, min(buyers, UNITS)) if buyers else 0.0
    told = json.loads(generator.stdout.read())  # type: ignore[union-attr]
    generator.wait()
    placed = told["tally"].get("201", 0)
    if not buyers:
        last_paid = watch_sale(variant, placed)
    after = town.cpu_seconds()
    took = last_paid - told["started"]
    span = max(last_paid, told["ended"]) - told["started"]
    cpu = {name: after[name] - before[name] for name in after}
    cpu["generator"] = told["cpu_seconds"]
    cpu["bench"] = time.process_time() - own
    return {**told, "placed": placed, "rate": paid_count(variant) / took, "took": took, "span": span, "cpu": cpu}


def watch_sale(variant: UUID, wanted: int) -> float:
    """Look until so many orders of the variant are paid; the moment the last one was seen."""
    patience = time.time() + PAID_SECONDS
    while paid_count(variant) < wanted:
        if time.time() > patience:
            return time.time()
        time.sleep(LOOK_SECONDS)
    return time.time()


def paid_count(variant: UUID) -> int:
    """Orders of this variant whose capture entry is committed."""
    return int(
        one(
            """SELECT count(*) FROM orders_line line JOIN orders_payment payment ON payment.order_id = line.order_id
        JOIN ledger_entry entry ON entry.key = 'capture:' || payment.id
        WHERE line.variant_id = %s AND payment.accepted""",
            [variant],
        )
    )


def one(statement: str, values: list[Any] | None = None) -> Any:
    """The first value of a statement's answer."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return cursor.fetchone()[0]


def exactness(variant: UUID) -> dict[str, int]:
    """What the rows say about a sale: orders, paid ones, what is on hand and held."""
    return {
        "orders": int(one("SELECT count(*) FROM orders_line WHERE variant_id = %s", [variant])),
        "paid": paid_count(variant),
        "on_hand": int(one("SELECT on_hand FROM shops_stockitem WHERE variant_id = %s", [variant])),
        "held": int(one("SELECT held FROM shops_stockitem WHERE variant_id = %s", [variant])),
    }


def say_run(name: str, run: dict[str, Any]) -> None:
    """One line per run, and whose CPU it was."""
    cores = os.cpu_count() or 1
    whole = sum(run["cpu"].values())
    shares = "  ".join(f"{part} {used / run['span'] / cores:.0%}" for part, used in sorted(run["cpu"].items()))
    tally = ", ".join(f"{count} x {what}" for what, count in sorted(run["tally"].items()))
    per_order = 1000 * whole / max(1, run["placed"])
    print(
        f"  {name}: {run['rate']:.0f} paid/s in {run['took']:.2f} s; {tally}; p50 {run['p50'] * 1000:.0f} ms,"
        f" p95 {run['p95'] * 1000:.0f} ms; CPU of {cores} cores: {shares}; {per_order:.1f} ms CPU per order",
        flush=True,
    )


def measure_hot_sale(town: Town, market: Market, at_once: int, runs: int) -> tuple[float, bool]:
    """2,000 buyers for 500 units: the median rate of the runs, and whether all were exact."""
    from millstream.kernel.clock import read_now

    print(f"hot sale: {BUYERS} buyers for {UNITS} units, {at_once} at once")
    rates, exact = [], True
    for number in range(runs + 1):
        variant = market.put_for_sale(UNITS, now=read_now())
        settle()
        run = buy_over_http(town, variant, at_once, buyers=BUYERS)
        rows = exactness(variant)
        refused = run["tally"].get("409 shops.sold_out", 0)
        is_exact = rows == {"orders": UNITS, "paid": UNITS, "on_hand": 0, "held": 0} and refused == BUYERS - UNITS
        exact &= is_exact
        say_run("warm-up" if not number else f"run {number}", run)
        if not is_exact:
            print(f"    NOT EXACT: {rows}, {refused} refused as sold out")
        if number:
            rates.append(run["rate"])
    print(
        f"  median {statistics.median(rates):.0f} paid/s; exactly {UNITS} orders and 0 oversold in every run: {exact}"
    )
    return statistics.median(rates), exact


def measure_plenty(
    town: Town, market: Market, at_once: int, seconds: float, *, through_django: bool = False
) -> tuple[float, bool]:
    """Plentiful stock for some seconds."""
    from millstream.kernel.clock import read_now

    print(f"plentiful stock: {seconds:.0f} s, {at_once} at once")
    variant = market.put_for_sale(PLENTY, now=read_now())
    settle()
    run = buy_over_http(town, variant, at_once, seconds=seconds, through_django=through_django)
    say_run("through all of Django" if through_django else "run", run)
    rows = exactness(variant)
    exact = (
        rows["orders"] == rows["paid"] == run["placed"]
        and rows["on_hand"] == PLENTY - run["placed"]
        and not rows["held"]
    )
    if not exact:
        print(f"    NOT EXACT: {rows}, {run['placed']} answered with an order")
    return run["rate"], exact


def settle() -> None:
    """Let the worker hear what the run before said, so that runs do not pay for each other."""
    patience = time.time() + PAID_SECONDS
    while time.time() < patience:
        behind = one("SELECT max(id) FROM fact"), one("SELECT max(fact_id) FROM fact_order")
        slowest = one("SELECT coalesce(min(position), 0) FROM fact_cursor")
        if behind[0] == behind[1] and slowest >= (one("SELECT max(position) FROM fact_order") or 0):
            return
        time.sleep(0.2)


def measure_till(market: Market, runs: int, seconds: float) -> float:
    """`place_orders` in batches of 200 beside batches of one, beside bare SQL; how many times one the other is."""
    from django.db import connection

    from millstream.kernel.clock import read_now

    variant = market.put_for_sale(PLENTY, now=read_now())
    with connection.cursor() as cursor:
        cursor.execute(RAW_TABLES)
    rates: dict[int, list[float]] = {1: [], 200: []}
    raw: dict[int, list[float]] = {1: [], 200: []}
    print(f"till: place_orders without HTTP or payment, {runs} runs of {seconds:.0f} s each in turns")
    for _ in range(runs):
        for batch, found in rates.items():
            found.append(rate_of(partial(place_batch, variant, batch), batch, seconds))
            raw[batch].append(rate_of(partial(raw_batch, batch), batch, seconds))
    for batch, found in rates.items():
        bare = statistics.median(raw[batch])
        print(f"  batches of {batch:>3}: {statistics.median(found):>6.0f} orders/s; raw SQL {bare:>7.0f}/s")
    times = statistics.median(rates[200]) / statistics.median(rates[1])
    print(f"  batches of 200 are {times:.1f} times batches of one")
    return times


def place_batch(variant: UUID, batch: int) -> None:
    """Place so many orders in one transaction."""
    from millstream.kernel.clock import read_now
    from millstream.kernel.ids import new_id
    from millstream.orders.api import place_orders
    from millstream.orders.types import OrderId, OrderPlaced, OrderWish, PaymentId
    from millstream.people.types import AddressLines, ContactKind

    wishes = []
    for _ in range(batch):
        mark = new_id()
        phone = f"+861{mark.int % 10**10:010}"
        wishes.append(
            OrderWish(
                order_id=OrderId(new_id()),
                payment_id=PaymentId(new_id()),
                visitor=mark,
                key=mark.bytes * 2,
                body=mark.bytes * 2,
                contact_kind=ContactKind.PHONE,
                contact=phone,
                name="Bo",
                address=AddressLines("Bo", phone, f"{mark.hex[-4:]} Canal Street"),
                variant_id=variant,
                quantity=1,
                language="en",
            )
        )
    answers = place_orders(wishes, now=read_now())
    assert all(isinstance(answer, OrderPlaced) for answer in answers), "the shelf is empty: raise PLENTY"


def raw_batch(batch: int) -> None:
    """The rows of so many orders by one bare statement without foreign keys, triggers or facts."""
    from django.db import connection

    from millstream.kernel.ids import new_id

    with connection.cursor() as cursor:
        cursor.execute(RAW_BATCH, {"ids": [new_id() for _ in range(batch)], "count": batch})


def rate_of(once: Callable[[], None], batch: int, seconds: float) -> float:
    """How many a second."""
    once()
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        once()
        done += batch
    return done / (time.perf_counter() - started)


def prove() -> int:
    """Books, stock, splits and custody against their rows; how many differences."""
    from millstream.ledger.api import check_books
    from millstream.logistics.api import check_custody
    from millstream.orders.api import check_orders
    from millstream.pacts.api import check_splits
    from millstream.shops.api import check_stock

    found = [*check_orders(), *check_books(), *check_stock(), *check_splits(), *check_custody()]
    for difference in found[:20]:
        print(f"  DIFFERENCE {difference}")
    print(f"reconcile: {len(found)} differences")
    return len(found)


def main() -> None:
    """Start a town, measure, prove, throw it away."""
    options = argparse.ArgumentParser(description="Paid orders a second.")
    options.add_argument("--quick", action="store_true", help="two runs and five seconds of each")
    options.add_argument("--only", choices=["web", "till", "deal", "gift"])
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--compare", action="store_true", help="plentiful stock once more, through all of Django")
    options.add_argument("--keep-logs", action="store_true", help="print the ends of the logs")
    chosen = options.parse_args()
    runs, seconds = (2, 5.0) if chosen.quick else (chosen.runs, chosen.seconds)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    town = Town(settings={"MILLSTREAM_NETWORK_RATE": str(NETWORK_RATE), "MILLSTREAM_DEMO": "0"})
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        passed = measure(town, chosen.only, runs, seconds, compare=chosen.compare)
        if chosen.keep_logs:
            for name in ("web", "worker", "sim", "postgres"):
                print(f"--- {name}\n{town.log_of(name)}")
    finally:
        town.stop()
    sys.exit(0 if passed else 1)


def measure(town: Town, only: str | None, runs: int, seconds: float, *, compare: bool) -> bool:
    """Measure what was chosen; whether every promise held."""
    from millstream.kernel.clock import read_now

    market = open_market(read_now())
    passed = True
    if only in (None, "deal"):
        passed &= measure_deal(town, market)
    if only in (None, "gift"):
        passed &= measure_gift(town, market)
    if only in (None, "web"):
        print(
            f"MILLSTREAM_NETWORK_RATE={NETWORK_RATE} (requests a minute from one network: the generator is one network)"
        )
        town.start()
        for at_once in (32, 256):
            rate, exact = measure_hot_sale(town, market, at_once, runs)
            passed &= exact and rate >= 300
        rate, exact = measure_plenty(town, market, 32, seconds)
        passed &= exact and rate >= 300
        if compare:
            measure_plenty(town, market, 32, seconds, through_django=True)
    if only in (None, "till"):
        passed &= measure_till(market, min(runs, 3), min(seconds, 4.0)) >= 5
    passed &= prove() == 0
    print("every promise held" if passed else "NOT every promise held")
    return passed


if __name__ == "__main__":
    main()
