"""How many holds a second one hot stock row takes: one by one beside batches, the same code in the same run.

    .cache/venv/bin/python bench/stock.py [--seconds 4] [--runs 3] [--batches 1 20 200]

Runs on a PostgreSQL cluster of its own at default durability, thrown away at the end. Every batch is one committed
transaction of `shops.api.hold_stock`; `raw` is the least SQL that does the same to two bare tables, as a ceiling.
"""
# ruff: noqa: PLC0415 - what needs Django is imported when there are settings

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

if TYPE_CHECKING:
    from millstream.shops.types import StockItemId

PLENTY = 1_000_000

RAW_TABLES = """
CREATE TABLE raw_stock (id int PRIMARY KEY, on_hand int, held int, CHECK (held <= on_hand)) WITH (fillfactor = 50);
CREATE TABLE raw_hold (id uuid PRIMARY KEY, stock_id int, quantity int, order_id uuid, expires_at timestamptz);
INSERT INTO raw_stock VALUES (1, 100000000, 0);
"""


def put_on_the_shelf(now: datetime) -> "StockItemId":
    """Open a shop with one product and plenty of it; returns the hot stock item."""
    from millstream.kernel.ids import new_id
    from millstream.people.api import open_actor
    from millstream.people.types import ActorKind, ActorSpec
    from millstream.shops import api
    from millstream.shops.types import ProductId, ProductTexts, ShopId, ShopSpec, VariantId, VariantSpec

    amina = open_actor(ActorSpec(kind=ActorKind.HOUSEHOLD, name={"en": "Amina"}, slug="amina"))
    shop = ShopSpec(id=ShopId(new_id()), actor=amina, slug="amina", name={"en": "Amina"}, currency="CNY")
    api.open_shop(shop, now=now)
    product = ProductId(new_id())
    texts = ProductTexts(title={"en": "Tea bowl"})
    api.draft_product(product, shop_id=shop.id, slug="tea-bowl", texts=texts, by=amina, now=now)
    variant = VariantSpec(id=VariantId(new_id()), sku="bowl", price_minor=12_800, currency="CNY")
    api.add_variant(product, variant, by=amina)
    return api.receive_stock(variant.id, location=amina, quantity=PLENTY, source_id=new_id(), now=now)


def hold_rate(item: "StockItemId", batch: int, seconds: float) -> float:
    """Holds a second in batches of `batch`."""
    from millstream.kernel.clock import read_now
    from millstream.kernel.ids import new_id
    from millstream.shops.api import hold_stock
    from millstream.shops.types import HoldAsk, HoldId, HoldTaken

    def once() -> None:
        now = read_now()
        expires_at = now + timedelta(minutes=10)
        asks = [HoldAsk(HoldId(new_id()), item, None, 1, new_id(), expires_at) for _ in range(batch)]
        answers = hold_stock(asks, now=now)
        assert all(isinstance(answer, HoldTaken) for answer in answers), "the shelf is empty: raise PLENTY"

    return _rate(once, batch, seconds)


def raw_rate(batch: int, seconds: float) -> float:
    """The same by two bare statements on two bare tables."""
    from django.db import connection, transaction

    from millstream.kernel.ids import new_id

    def once() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE raw_stock SET held = held + %s WHERE id = 1 AND on_hand - held >= %s", [batch] * 2)
            cursor.execute(
                "INSERT INTO raw_hold SELECT a, 1, 1, b, now() FROM unnest(%s::uuid[], %s::uuid[]) AS t(a, b)",
                [[new_id() for _ in range(batch)], [new_id() for _ in range(batch)]],
            )

    return _rate(once, batch, seconds)


def _rate(once: Callable[[], None], batch: int, seconds: float) -> float:
    once()
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        once()
        done += batch
    return done / (time.perf_counter() - started)


def measure(batches: list[int], runs: int, seconds: float) -> None:
    """Print one line per batch size: medians over the runs, taken in turns."""
    from django.db import connection

    from millstream.kernel.clock import read_now
    from millstream.shops.api import check_stock

    item = put_on_the_shelf(read_now())
    with connection.cursor() as cursor:
        cursor.execute(RAW_TABLES)
    held: dict[int, list[float]] = {batch: [] for batch in batches}
    raw: dict[int, list[float]] = {batch: [] for batch in batches}
    for _ in range(runs):
        for batch in batches:
            held[batch].append(hold_rate(item, batch, seconds))
            raw[batch].append(raw_rate(batch, seconds))
    print(f"{'batch':>6} {'holds/s':>10} {'raw SQL/s':>10} {'of one by one':>14}")
    first = statistics.median(held[batches[0]])
    for batch in batches:
        median = statistics.median(held[batch])
        print(f"{batch:>6} {median:>10,.0f} {statistics.median(raw[batch]):>10,.0f} {median / first:>13.1f}x")
    differences = check_stock()
    print(f"check_stock: {len(differences)} differences")
    rates = {batch: round(statistics.median(held[batch])) for batch in batches}
    print(json.dumps({"bench": "stock", "holds_per_second": rates, "differences": len(differences)}))
    sys.exit(1 if differences else 0)


def main() -> None:
    """Start a cluster, migrate, measure, throw it away."""
    options = argparse.ArgumentParser(description="Holds a second on one hot stock row.")
    options.add_argument("--seconds", type=float, default=4.0)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--batches", type=int, nargs="+", default=[1, 20, 200])
    chosen = options.parse_args()
    from millstream.site.engines.postgres import Postgres
    from millstream.site.engines.running import start, stop

    home = Path(tempfile.mkdtemp(prefix="millstream-bench-"))
    home.chmod(0o755)
    cluster = Postgres(home / "postgres", home / "run")
    process = start(cluster, home / "postgres.log")
    try:
        os.environ |= {
            "DATABASE_URL": cluster.url(),
            "MILLSTREAM_VAR": str(home / "var"),
            "DJANGO_SETTINGS_MODULE": "millstream.site.settings",
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        measure(chosen.batches, chosen.runs, chosen.seconds)
    finally:
        stop(cluster, process)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
