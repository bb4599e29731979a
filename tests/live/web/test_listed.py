"""The page on which a household sees what hosts listed for it."""

from typing import Any

import pytest
from django.test import Client

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.types.studio import QuickListed, QuickWish
from millstream.notices import api as notices
from millstream.notices.models import Subscription
from millstream.notices.rules import to_base64url
from millstream.people.types import Role
from millstream.shops import api as shops
from millstream.shops.types import VariantId
from tests.live.town import Town
from tests.live.web.conftest import browser
from tests.shops.pictures import drawn

PUSH = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/amina",
    "p256dh": to_base64url(b"\x04" + b"p" * 64),
    "auth": to_base64url(b"a" * 16),
}


@pytest.fixture
def amina(town: Town) -> Client:
    """Amina, signed in at her desk."""
    return browser("amina@example.com", town.counter.amina, Role.OWNER)


def list_eggs(town: Town) -> QuickListed:
    wish = QuickWish(new_id().hex, town.show.id, town.counter.shop, {"en": "Eggs"}, 6_800, "CNY", 3, drawn())
    return api.list_quickly(wish, host=town.dao, now=town.now)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_household_sees_what_was_listed_and_takes_it_off_sale(town: Town, amina: Client) -> None:
    """What, for how much, how many, by whom; one press and nobody can buy it."""
    assert "Nothing was listed for you" in text(amina.get("/desk/listed/"))
    listed = list_eggs(town)
    page = text(amina.get("/desk/listed/"))
    for said in ("Eggs", "¥68.00", "3 pieces left", "Dao, in “Spring kiln”"):
        assert said in page
    assert "Listed for you since yesterday" in text(amina.get("/desk/shop/"))
    (item,) = api.listed_for(town.counter.amina)
    assert amina.post("/desk/listed/withdraw/", {"product": item.product}).status_code == 302
    assert VariantId(listed.variant) not in shops.for_sale([VariantId(listed.variant)])
    assert "off sale" in text(amina.get("/desk/listed/"))


def test_the_household_tells_a_host_to_list_nothing_more(town: Town, amina: Client, dao: Client) -> None:
    """The host's form says why not, and keeps what was typed."""
    list_eggs(town)
    amina.post("/desk/listed/hosts/", {"host": town.dao, "may": "no"})
    assert "lists nothing for you" in text(amina.get("/desk/listed/"))
    form = {"key": new_id().hex, "shop": town.counter.shop, "price": "5", "quantity": "1"}
    assert dao.post(f"/studio/{town.show.slug}/quick/", form).status_code == 403
    amina.post("/desk/listed/hosts/", {"host": town.dao, "may": "yes"})
    assert api.objections_of(town.counter.amina) == set()


def test_a_browser_asks_to_be_told_and_ends_it(town: Town, amina: Client) -> None:
    """By its push address; one of an unknown service is refused in words."""
    told = amina.post("/desk/listed/tell/", PUSH, headers={"Accept": "application/json"})
    assert told.json()["state"] == "active"
    assert notices.wished("household", town.counter.amina) == 1
    assert 'data-reminds="yes"' in text(amina.get("/desk/listed/"))
    refused = amina.post("/desk/listed/tell/", {**PUSH, "endpoint": "https://evil.example/"})
    assert (refused.status_code, bool(refused.json()["what"])) == (422, True)
    amina.post("/desk/listed/tell/forget/", {"endpoint": PUSH["endpoint"]}, headers={"Accept": "application/json"})
    assert notices.wished("household", town.counter.amina) == 0


def test_nobody_else_sees_it_or_takes_it_off_sale(town: Town, femi: Client) -> None:
    """Femi, a stranger, has a list of his own, which is empty, and no say about Amina's goods."""
    listed = list_eggs(town)
    owner = browser("femi2@example.com", api.show(town.show.id).host, Role.OWNER)
    assert "Eggs" not in text(owner.get("/desk/listed/"))
    (item,) = api.listed_for(town.counter.amina)
    assert owner.post("/desk/listed/withdraw/", {"product": item.product}).status_code == 404
    assert VariantId(listed.variant) in shops.for_sale([VariantId(listed.variant)])
    assert Client().get("/desk/listed/").status_code == 302
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("address", ["/desk/slips/", "/desk/listed/"])
def test_what_shows_brought_stands_in_the_navigation_of_the_shop(amina: Client, address: str) -> None:
    """The shop's pages lead to it and it leads to them: its entry and its tab are the marked ones."""
    assert 'href="/desk/slips/"' in text(amina.get("/desk/shop/"))
    page = text(amina.get(address))
    ways = page.split('<nav class="desk-nav"')[1].split("</nav>")[0]
    assert all(f'href="{way}"' in ways for way in ("/desk/shop/", "/desk/shop/products/"))
    assert ways.count("aria-current") == 1
    assert 'href="/desk/slips/" aria-current="page"' in ways
    tabs = page.split('<nav class="tabs"')[1].split("</nav>")[0]
    assert tabs.count("aria-current") == 1
    assert f'href="{address}" aria-current="page"' in tabs
