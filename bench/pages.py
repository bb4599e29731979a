"""How long the public pages take and how many questions they ask the database, against their budgets.

    .cache/venv/bin/python bench/pages.py [--rounds 200]

Runs in this process on a PostgreSQL cluster of its own, through all middleware, with 20 shops of 30 products each and
five photos a product. The budget of the product page: at most 8 questions and 30 ms (median).
"""
# ruff: noqa: PLC0415 - what needs Django is imported when there are settings

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from millstream.places.types import PlaceId
    from millstream.shops.types import ProductId

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

SHOPS, PRODUCTS, PHOTOS = 20, 30, 5
MOST_QUESTIONS, MOST_MILLISECONDS = 8, 30.0
STORY = "Thrown on the wheel from the clay of the lower valley, dried in the shade, fired with pine for two days. " * 6


def open_village(now: datetime) -> PlaceId:
    """A county with one village; returns the village."""
    from millstream.kernel.ids import new_id
    from millstream.places.api import add_places
    from millstream.places.types import PlaceId, PlaceSpec

    county, village = PlaceId(new_id()), PlaceId(new_id())
    names = ({"en": "Shuimo", "zh-hans": "水磨县"}, {"en": "Xiatian", "zh-hans": "下田村"})
    add_places(
        [
            PlaceSpec(county, "331100", 2024, "county", names[0], None, now.date()),
            PlaceSpec(village, "331100001", 2024, "village", names[1], county, now.date()),
        ]
    )
    return village


def hang_photos(product: ProductId) -> None:
    """Rows of photos whose files nobody reads here."""
    from millstream.kernel.ids import new_id
    from millstream.shops.models import Photo

    Photo.objects.bulk_create(
        Photo(
            product_id=product,
            position=place,
            key=f"photos/{new_id().hex}",
            width=1280,
            height=960,
            widths=[320, 640, 1280],
        )
        for place in range(PHOTOS)
    )


def stock_the_town() -> tuple[str, str]:
    """Fill the shops; returns the addresses of one product and of its shop."""
    from millstream.kernel.clock import read_now
    from millstream.kernel.ids import new_id
    from millstream.people.api import open_actor
    from millstream.people.types import ActorKind, ActorSpec
    from millstream.shops import api
    from millstream.shops.types import ProductId, ProductTexts, ShopId, ShopSpec, VariantId, VariantSpec

    now = read_now()
    village = open_village(now)
    pottery = api.add_category(new_id(), slug="ceramics", name={"en": "Ceramics", "zh-hans": "陶瓷"})
    for number in range(SHOPS):
        told = {"en": f"Maker {number}", "zh-hans": f"匠人{number}"}
        spec = ActorSpec(ActorKind.HOUSEHOLD, told, f"maker-{number}", place_id=village, story={"en": STORY})
        actor = open_actor(spec)
        shop = ShopSpec(ShopId(new_id()), actor, f"shop-{number}", told, "CNY", {"en": STORY}, village)
        api.open_shop(shop, now=now)
        for piece in range(PRODUCTS):
            texts = ProductTexts(
                {"en": f"Bowl {piece}", "zh-hans": f"茶碗{piece}"}, {"en": STORY}, pottery, 400, village
            )
            product = ProductId(new_id())
            api.draft_product(product, shop_id=shop.id, slug=f"bowl-{number}-{piece}", texts=texts, by=actor, now=now)
            for form in range(2):
                variant = VariantSpec(VariantId(new_id()), f"{piece}-{form}", 5_000 + piece * 100, "CNY")
                api.add_variant(product, variant, by=actor)
                api.receive_stock(variant.id, location=actor, quantity=40, source_id=new_id(), now=now)
            api.list_product(product, by=actor, now=now)
            hang_photos(product)
    return "/products/bowl-7-7/", "/shops/shop-7/"


def measure(rounds: int) -> int:
    """Print one line per page; 1 when the product page is over its budget."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    product, shop = stock_the_town()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    browser = Client(headers={"Accept-Language": "en"})
    over, told = 0, {}
    print(f"{'page':<34} {'questions':>9} {'median ms':>10} {'p95 ms':>8} {'kB':>6}")
    pages = (product, shop, "/goods/", "/goods/?q=bowl+7", "/goods/?q=茶碗", "/goods/?order=cheapest", "/makers/")
    for path in (*pages, f"/api/v1{product.rstrip('/')}", "/places/331100/"):
        for _ in range(4):
            browser.get(path)
        page = browser.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        with CaptureQueriesContext(connection) as asked:
            browser.get(path)
        questions = len(asked)
        took = []
        for _ in range(rounds):
            started = time.perf_counter()
            browser.get(path)
            took.append((time.perf_counter() - started) * 1000)
        median, late = statistics.median(took), statistics.quantiles(took, n=20)[-1]
        print(f"{path:<34} {questions:>9} {median:>10.1f} {late:>8.1f} {len(page.content) / 1000:>6.1f}")
        told[path] = {"questions": questions, "median_ms": round(median, 1), "p95_ms": round(late, 1)}
        if path == product:
            over += questions > MOST_QUESTIONS or median > MOST_MILLISECONDS
    print(f"at most {MOST_QUESTIONS} questions and {MOST_MILLISECONDS:.0f} ms: {'missed' if over else 'kept'}")
    print(json.dumps({"bench": "pages", "pages": told}, ensure_ascii=False))
    return over


def main() -> int:
    """Start a cluster, fill it, measure, throw it away."""
    options = argparse.ArgumentParser(description="Questions and milliseconds of the public pages.")
    options.add_argument("--rounds", type=int, default=200)
    chosen = options.parse_args()
    from millstream.site.engines.postgres import Postgres
    from millstream.site.engines.running import start, stop

    home = Path(tempfile.mkdtemp(prefix="millstream-bench-"))
    home.chmod(0o755)
    cluster = Postgres(home / "postgres", home / "run")
    process = start(cluster, home / "postgres.log")
    try:
        os.environ |= {"DATABASE_URL": cluster.url(), "MILLSTREAM_VAR": str(home / "var"), "MILLSTREAM_POOL": "0"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        return measure(chosen.rounds)
    finally:
        stop(cluster, process)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
