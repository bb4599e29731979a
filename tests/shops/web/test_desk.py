"""The shop desk: everything by plain forms, nothing lost, strangers kept out."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from millstream.kernel.ids import new_id
from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from millstream.shops.api import check_stock, hold_stock, product, shops_of
from millstream.shops.models import Photo, Product, Shop, StockMovement, Variant
from tests.shops.counter import NOW, Counter, ask, counters
from tests.shops.pictures import drawn

PAGES = ["", "products/", "products/new/", "stock/", "prices/", "lists/", "products.csv"]


@pytest.mark.parametrize("page", PAGES)
def test_the_desk_is_for_the_people_of_the_shop(counter: Counter, amina: Client, client: Client, page: str):
    """Amina sees every page; who is not signed in is sent to sign in; a station keeper is refused."""
    assert amina.get(f"/desk/shop/{page}").status_code == 200
    sent = client.get(f"/desk/shop/{page}")
    assert sent.status_code == 302
    assert "/accounts/" in sent.headers["Location"]
    keeper = User.objects.create_user(email="esi@example.com")
    join_actor(keeper.pk, counter.esi, Role.KEEPER)
    client.force_login(keeper, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/desk/shop/{page}").status_code == 403


@pytest.mark.parametrize("page", ["products/{product}/", "stock/{variant}/", "prices/", "products/new/"])
def test_each_label_is_of_one_field(counter: Counter, amina: Client, page: str):
    """Two forms on one page share no ids: a tap on a label goes to its own field."""
    html = amina.get(f"/desk/shop/{page.format(product=counter.product, variant=counter.variant)}").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(set(ids)) == sorted(ids)
    assert set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html)) <= set(ids)


def test_femi_sees_and_changes_nothing_of_aminas(counter: Counter, femi: Client):
    """A shop of one's own opens no door to another's: what exists elsewhere is not there."""
    femi.post("/desk/shop/open/", {"name_en": "Femi's"})
    counter.stock(3)
    photo = new_id()
    for path in (f"products/{counter.product}/", f"stock/{counter.variant}/"):
        assert femi.get(f"/desk/shop/{path}").status_code == 404
    for path in (
        f"products/{counter.product}/state/",
        f"products/{counter.product}/photos/",
        f"products/{counter.product}/photos/{photo}/",
        f"products/{counter.product}/variants/",
        f"stock/{counter.variant}/",
    ):
        assert femi.post(f"/desk/shop/{path}", {"do": "withdraw"}).status_code == 404
    femi.post("/desk/shop/products/", {"do": "withdraw", "product": [str(counter.product)]})
    femi.post("/desk/shop/prices/", {f"price_{counter.variant}": "1.00"})
    assert product(counter.slug).lowest_minor == 12_800
    assert "Celadon" not in femi.get("/desk/shop/products.csv").content.decode()


def test_a_household_opens_its_shop_first(counter: Counter, femi: Client):
    """The desk of an actor without a shop asks to open one; a second one is not opened."""
    assert femi.get("/desk/shop/").headers["Location"] == "/desk/shop/open/"
    wrong = femi.post("/desk/shop/open/", {"name_en": ""})
    assert wrong.status_code == 422
    assert femi.post("/desk/shop/open/", {"name_en": "Femi's", "name_zh": "费米铺"}).status_code == 302
    femi.post("/desk/shop/open/", {"name_en": "Again"})
    assert [shop.name for shop in shops_of(counter.femi)] == [{"en": "Femi's", "zh-hans": "费米铺"}]


def new_product(**changes):
    """What the form for a new product sends."""
    return {
        "title_en": "Bamboo basket",
        "title_zh": "竹篮",
        "story_en": "Woven in winter.",
        "price": "88.50",
        "on_hand": "4",
        "sku": "basket",
        "source_id": str(new_id()),
        "do": "list",
        **changes,
    }


def test_a_product_is_listed_in_one_form(counter: Counter, amina: Client, client: Client):
    """Photo, title, price, quantity: sent once it is for sale."""
    photo = SimpleUploadedFile("basket.png", drawn(800, 800, "PNG"), "image/png")
    made = amina.post("/desk/shop/products/new/", new_product(photos=photo))
    assert made.status_code == 302
    row = Product.objects.unscoped("test").get(title__en="Bamboo basket")
    record = product(row.slug)
    assert row.slug.startswith("bamboo-basket-")
    assert (record.lowest_minor, record.left, len(record.photos)) == (8_850, 4, 1)
    assert "Bamboo basket" in client.get("/goods/", {"q": "竹篮"}, headers={"Accept-Language": "en"}).content.decode()
    assert check_stock() == []


def test_the_same_form_sent_twice_makes_one_product(counter: Counter, amina: Client):
    """A second tap on the button finds what the first one made."""
    sent = new_product()
    first, second = (amina.post("/desk/shop/products/new/", sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Variant.objects.filter(sku="basket").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"price": "0"}, "more than zero"),
        ({"price": "-5"}, "more than zero"),
        ({"price": "twelve"}, "not an amount"),
        ({"price": "1.234"}, "not an amount"),
        ({"sku": "bowl"}, "already used"),
        ({"title_en": "", "title_zh": ""}, "one language at least"),
        ({"on_hand": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_makes_nothing(counter: Counter, amina: Client, changes, said: str):
    """The reason stands in the page, with everything that was typed, and the shop is as it was."""
    page = amina.post("/desk/shop/products/new/", new_product(**changes))
    text = page.content.decode()
    assert page.status_code == 422
    assert said in text
    assert "Woven in winter." in text
    assert Product.objects.unscoped("test").count() == 1


def test_a_photo_that_is_not_one_is_named_and_the_others_are_kept(counter: Counter, amina: Client):
    """One good and one bad file: the good one is on the product, the bad one is refused by name."""
    files = [
        SimpleUploadedFile("good.jpg", drawn(400, 300), "image/jpeg"),
        SimpleUploadedFile("letter.jpg", b"Dear all, this is no photo", "image/jpeg"),
    ]
    page = amina.post(f"/desk/shop/products/{counter.product}/photos/", {"photos": files}, follow=True)
    assert "letter.jpg is not a photo" in page.content.decode()
    assert Photo.objects.filter(product_id=counter.product).count() == 1
    empty = amina.post(f"/desk/shop/products/{counter.product}/photos/", {}, follow=True)
    assert "No file was chosen" in empty.content.decode()


def test_texts_are_saved_and_found_again(counter: Counter, amina: Client, client: Client):
    """What is changed at the desk is on the page and in the search."""
    sent = {
        "title_en": "Blue bowl",
        "title_zh": "蓝碗",
        "story_en": "",
        "story_zh": "",
        "category": "",
        "weight_grams": "350",
    }
    assert amina.post(f"/desk/shop/products/{counter.product}/", sent).status_code == 302
    assert "Blue bowl" in client.get("/goods/", {"q": "蓝碗"}, headers={"Accept-Language": "en"}).content.decode()
    assert counter.slug not in client.get("/goods/", {"q": "celadon"}).content.decode()


def test_products_are_withdrawn_and_listed_together(counter: Counter, amina: Client):
    """Chosen rows change together; what cannot be listed is said, the others are."""
    bare = amina.post("/desk/shop/products/new/", new_product(do="draft", on_hand="0"))
    assert bare.status_code == 302
    other = Product.objects.unscoped("test").get(title__en="Bamboo basket")
    Variant.objects.filter(product=other).update(is_offered=False)
    amina.post("/desk/shop/products/", {"do": "withdraw", "product": [str(counter.product)]})
    chosen = {"do": "list", "product": [str(counter.product), str(other.id), "rubbish"]}
    page = amina.post("/desk/shop/products/", chosen, follow=True).content.decode()
    assert "1 product changed" in page
    assert "not ready to be listed" in page
    assert product(counter.slug).state == "listed"


def test_filters_narrow_the_list(counter: Counter, amina: Client):
    """By state, by what is left, by words."""
    assert "Celadon tea bowl" in amina.get("/desk/shop/products/", {"stock": "out"}).content.decode()
    counter.stock(3)
    for asked, there in (
        ({"stock": "out"}, False),
        ({"stock": "low"}, True),
        ({"state": "draft"}, False),
        ({"state": "listed", "q": "茶碗"}, True),
        ({"q": "basket"}, False),
    ):
        assert ("Celadon tea bowl" in amina.get("/desk/shop/products/", asked).content.decode()) is there


def test_stock_is_received_counted_and_written_off_with_a_reason(counter: Counter, amina: Client):
    """Each movement stands in the page with its reason; a form sent twice counts once."""
    page, item = f"/desk/shop/stock/{counter.variant}/", counter.stock(5)
    twice = {"do": "receive", "quantity": "3", "reason": "kiln of Monday", "source_id": str(new_id())}
    amina.post(page, twice)
    amina.post(page, twice)
    assert counters(item) == (8, 0, 0)
    amina.post(page, {"do": "correct", "counted": "7", "reason": "one was missing", "source_id": str(new_id())})
    amina.post(page, {"do": "damage", "quantity": "2", "reason": "fell", "source_id": str(new_id())})
    assert counters(item) == (5, 0, 0)
    text = amina.get(page).content.decode()
    for words in ("kiln of Monday", "one was missing", "fell", "+3", "-1", "-2"):
        assert words in text
    assert [move.quantity for move in StockMovement.objects.order_by("id")] == [5, 3, -1, -2]
    assert check_stock() == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"do": "damage", "quantity": "5", "reason": "fell"}, "4 are held for buyers"),
        ({"do": "correct", "counted": "3", "reason": "counted"}, "4 are held for buyers"),
        ({"do": "damage", "quantity": "1", "reason": "   "}, "required"),
        ({"do": "receive", "quantity": "0"}, "greater than or equal to 1"),
    ],
)
def test_stock_refusals_stand_in_the_form(counter: Counter, amina: Client, sent, said: str):
    """What is held for buyers cannot be written off, and a loss has a reason."""
    item = counter.stock(5)
    hold_stock([ask(item, 4)], now=NOW)
    page = amina.post(f"/desk/shop/stock/{counter.variant}/", {"source_id": str(new_id()), **sent})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert counters(item) == (5, 4, 0)


def test_prices_are_saved_one_by_one(counter: Counter, amina: Client):
    """One bad price does not keep the good ones out, and stays in its field with the reason."""
    other = counter.another_variant(5_000)
    page = amina.post("/desk/shop/prices/", {f"price_{counter.variant}": "99", f"price_{other}": "0"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "more than zero" in text
    assert re.search(rf'name="price_{other}" value="0"', text)
    assert dict(Variant.objects.values_list("id", "price_minor")) == {counter.variant: 9_900, other: 5_000}


def test_the_desk_says_what_needs_a_hand(counter: Counter, amina: Client):
    """Sold out and without a photo: both stand on the first page with a way to them."""
    text = amina.get("/desk/shop/").content.decode()
    assert "Sold out" in text
    assert "Without a photo" in text
    assert "?stock=out" in text


def test_the_shop_keeps_its_own_address(counter: Counter, amina: Client):
    """The desk belongs to the acting actor's shop."""
    assert Shop.objects.get(id=counter.shop).slug in amina.get("/desk/shop/").content.decode()
