"""The storefront: found in both languages, fast, and nothing shown that is not for buyers."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from millstream.kernel.ids import new_id
from millstream.shops.api import add_category, add_photo, draft_product, edit_product, hold_stock, withdraw_product
from millstream.shops.ports import PLUGS, Extra, plug_product_extras
from millstream.shops.types import PhotoId, ProductId, ProductTexts
from tests.shops.counter import NOW, Counter, ask
from tests.shops.pictures import drawn


@pytest.fixture
def shelf(counter: Counter) -> Counter:
    """Amina's tea bowl: seven left, a photo, a story."""
    counter.stock(7)
    add_photo(counter.product, drawn(), photo_id=PhotoId(new_id()), by=counter.amina)
    category = add_category(new_id(), slug="ceramics", name={"en": "Ceramics", "zh-hans": "陶瓷"})
    texts = ProductTexts(
        title={"en": "Celadon tea bowl", "zh-hans": "青瓷茶碗"},
        story={"en": "Thrown by hand.\n\nFired with pine.", "zh-hans": "手工拉坯，松柴烧成。"},
        category_id=category,
        weight_grams=400,
    )
    edit_product(counter.product, texts, by=counter.amina, now=NOW)
    return counter


def test_the_product_page_shows_photo_price_stock_and_where_to_buy(shelf: Counter, client: Client):
    """All that a buyer needs stands in the page as the server writes it."""
    page = client.get(f"/products/{shelf.slug}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Celadon tea bowl" in text
    assert re.search(r'src="/files/photos/[0-9a-f]{32}/1280\.webp"', text)
    assert 'width="1280" height="960"' in text
    assert "7 left" in text
    assert f'href="/buy/{shelf.variant}/"' in text
    assert "128" in text
    assert "<p>Fired with pine.</p>" in text


def test_the_product_page_speaks_chinese(shelf: Counter, client: Client):
    """The same page in the reader's language, title, story and words of the frame."""
    text = client.get(f"/products/{shelf.slug}/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert 'lang="zh-hans"' in text
    assert "青瓷茶碗" in text
    assert "松柴烧成" in text
    assert ">购买<" in text
    assert "More from this maker" not in text


def test_the_product_page_asks_at_most_eight_questions(
    shelf: Counter, client: Client, amina: Client, django_assert_max_num_queries
):
    """A stranger's page and a signed-in maker's, with what other contexts may add still to come."""
    with django_assert_max_num_queries(6):
        client.get(f"/products/{shelf.slug}/")
    with django_assert_max_num_queries(8):
        amina.get(f"/products/{shelf.slug}/")


def test_the_number_of_questions_does_not_grow_with_the_shelf(shelf: Counter, client: Client):
    """Twenty variants and three more photos cost no further query."""
    with CaptureQueriesContext(connection) as few:
        client.get(f"/products/{shelf.slug}/")
    for _ in range(20):
        shelf.stock(2, shelf.another_variant())
    for _ in range(3):
        add_photo(shelf.product, drawn(400, 300), photo_id=PhotoId(new_id()), by=shelf.amina)
    with CaptureQueriesContext(connection) as many:
        page = client.get(f"/products/{shelf.slug}/")
    assert page.content.decode().count('href="/buy/') == 21
    assert len(many) == len(few) > 0


def test_search_engines_find_structured_data_that_cannot_break_out(shelf: Counter, client: Client):
    """JSON-LD carries price, currency and availability; a hostile title stays a string in it."""
    hostile = ProductTexts(title={"en": '</script><script>alert("x")'})
    edit_product(shelf.product, hostile, by=shelf.amina, now=NOW)
    text = client.get(f"/products/{shelf.slug}/").content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert len(found) == 1
    told = json.loads(found[0])
    assert told["name"] == '</script><script>alert("x")'
    assert told["offers"][0]["price"] == "128.00"
    assert told["offers"][0]["priceCurrency"] == "CNY"
    assert told["offers"][0]["availability"] == "https://schema.org/InStock"
    assert "<script>alert" not in text


def test_what_is_sold_out_says_so_and_cannot_be_bought(shelf: Counter, client: Client):
    """With everything held the page has no way to buy, and structured data says sold out."""
    hold_stock([ask(shelf.stock(1), 8)], now=NOW)
    text = client.get(f"/products/{shelf.slug}/").content.decode()
    assert "Sold out" in text
    assert "/buy/" not in text
    assert "schema.org/SoldOut" in text


def test_drafts_and_withdrawn_products_are_not_shown(shelf: Counter, client: Client):
    """Neither a draft nor what was withdrawn has a page, stands on a shelf or is found."""
    draft_product(
        ProductId(new_id()),
        shop_id=shelf.shop,
        slug=f"secret-{shelf.slug}",
        texts=ProductTexts(title={"en": "Secret vase"}),
        by=shelf.amina,
        now=NOW,
    )
    withdraw_product(shelf.product, by=shelf.amina, now=NOW)
    for slug in (f"secret-{shelf.slug}", shelf.slug, "never-was"):
        assert client.get(f"/products/{slug}/").status_code == 404
    text = client.get("/goods/").content.decode()
    assert "Secret vase" not in text
    assert "Celadon" not in text


@pytest.mark.parametrize(
    "words", ["celadon", "tea bow", "CELADON Bowl", "青瓷", "茶碗", "瓷茶", "松柴", "ceramics", "陶瓷", "bowl 茶碗"]
)
def test_goods_are_found_in_both_languages(shelf: Counter, client: Client, words: str):
    """By the beginning of English words, by any two Chinese signs, by title, story or category."""
    text = client.get("/goods/", {"q": words}).content.decode()
    assert f"/products/{shelf.slug}/" in text


@pytest.mark.parametrize("words", ["basket", "竹编", "celadon basket", "碗茶", "%", "'", "&|!", "<script>"])
def test_what_is_not_there_is_not_found(shelf: Counter, client: Client, words: str):
    """Every word must be there; signs of the query language are only signs."""
    page = client.get("/goods/", {"q": words})
    assert page.status_code == 200
    assert f"/products/{shelf.slug}/" not in page.content.decode()


def test_goods_by_category_and_only_what_is_left(shelf: Counter, client: Client):
    """Filters narrow the shelf."""
    assert shelf.slug in client.get("/goods/", {"category": "ceramics"}).content.decode()
    assert f"/products/{shelf.slug}/" not in client.get("/goods/", {"category": "tea"}).content.decode()
    hold_stock([ask(shelf.stock(1), 8)], now=NOW)
    assert f"/products/{shelf.slug}/" not in client.get("/goods/", {"available": "1"}).content.decode()


@pytest.mark.parametrize(
    "after", ["x", "1_zz", "2026-99-99 00:00:00+00_" + "0" * 32, "9" * 40 + "_" + "0" * 32, "e_" + "0" * 32]
)
@pytest.mark.parametrize("order", ["newest", "cheapest", "best", "nonsense"])
def test_a_broken_page_address_is_no_error(shelf: Counter, client: Client, after: str, order: str):
    """Whatever stands in the address of a page, the shelf answers."""
    assert client.get("/goods/", {"after": after, "order": order, "q": "celadon"}).status_code == 200


def test_a_shop_and_the_makers_have_pages(shelf: Counter, client: Client):
    """A shop shows its shelf; the makers' page shows the shop."""
    shop = client.get("/makers/").content.decode()
    address = re.search(r'href="(/shops/amina-[0-9a-f]+/)"', shop)
    assert address
    assert "Celadon tea bowl" in client.get(address[1]).content.decode()
    assert client.get("/shops/never-was/").status_code == 404


def test_photos_are_served_for_good(shelf: Counter, client: Client):
    """A picture comes with its type and may be kept for a year; other paths are not served at all."""
    text = client.get(f"/products/{shelf.slug}/").content.decode()
    address = re.search(r'src="(/files/photos/[^"]+)"', text)
    assert address
    served = client.get(address[1])
    assert served.headers["Content-Type"] == "image/webp"
    assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert served.content[:4] == b"RIFF"
    for path in ("/files/photos/../secrets.json", "/files/secrets.json", f"/files/photos/{'0' * 32}/320.webp"):
        assert client.get(path).status_code == 404


def test_other_contexts_add_to_the_page(shelf: Counter, client: Client):
    """What is plugged in stands on the page."""
    before = PLUGS.extras
    plug_product_extras(lambda _request, product: [Extra("components/notice.html", {"text": f"About {product.slug}"})])
    try:
        assert f"About {shelf.slug}" in client.get(f"/products/{shelf.slug}/").content.decode()
    finally:
        plug_product_extras(before)


def test_pages_need_no_inline_script_or_style(shelf: Counter, client: Client):
    """Nothing on the storefront needs what the content security policy forbids."""
    for path in (f"/products/{shelf.slug}/", "/goods/", "/makers/"):
        text = client.get(path).content.decode()
        assert "style=" not in text
        assert not re.search(r"<script(?![^>]*(src=|ld\+json))", text)


def test_products_over_rest(shelf: Counter, client: Client):
    """A list with a cursor, and one product with its variants; an unknown one is 404 as JSON."""
    told = client.get("/api/v1/products", {"q": "茶碗", "limit": "1"}).json()
    assert [item["slug"] for item in told["items"]] == [shelf.slug]
    assert told["items"][0]["lowest_minor"] == 12_800
    one = client.get(f"/api/v1/products/{shelf.slug}").json()
    assert one["variants"][0]["id"] == str(shelf.variant)
    assert one["variants"][0]["left"] == 7
    with translation.override("en"):
        missing = client.get("/api/v1/products/never-was")
    assert missing.status_code == 404
    assert missing.json()["code"] == "kernel.not_found"
