"""A maker is told when the operator takes something of theirs off sale."""

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.notices import api as notices
from millstream.notices.models import Notice, Occasion
from millstream.people.api import join_actor, open_user
from millstream.people.types import ActorId, Role
from millstream.shops import api as shops
from millstream.shops.types import ProductId
from tests.live.town import Town

pytestmark = pytest.mark.django_db(transaction=True)


def occasions(town: Town) -> list[Occasion]:
    return list(Occasion.objects.filter(topic="household", subject=town.counter.amina).order_by("due_at"))


def work_there(town: Town, email: str, role: Role, language: str = "en") -> None:
    join_actor(open_user(email=email, language=language).pk, ActorId(town.counter.amina), role)


def test_the_maker_is_told_what_and_why_in_its_language(open_town: Town) -> None:
    """Whoever works there, at once, with the page of the product; a buyer of the household is not told."""
    work_there(open_town, "amina@example.com", Role.OWNER, "zh-hans")
    work_there(open_town, "bo@example.com", Role.BUYER)
    assert shops.take_off_sale(ProductId(open_town.counter.product), why=" no certificate ", now=read_now())
    hear_all()
    (told,) = occasions(open_town)
    assert told.words["title"] == {
        "en": "“Celadon tea bowl” was taken off sale by the operator",
        "zh-hans": "运营者已将“青瓷茶碗”下架",
    }
    assert "The reason: no certificate" in told.words["text"]["en"]
    assert "原因：no certificate" in told.words["text"]["zh-hans"]
    assert told.words["url"].endswith(f"/desk/shop/products/{open_town.counter.product}/")
    notices.tell_occasions(now=told.due_at)
    (letter,) = Notice.objects.filter(occasion=told)
    assert (letter.language, letter.channel) == ("zh-hans", "email")


def test_without_a_reason_that_is_said(open_town: Town) -> None:
    """The maker is not left to guess whether one was lost."""
    shops.take_off_sale(ProductId(open_town.counter.product), why="", now=read_now())
    hear_all()
    (told,) = occasions(open_town)
    assert "No reason was given." in told.words["text"]["en"]


def test_every_taking_off_is_told_once(open_town: Town) -> None:
    """What is off sale already is not told; put back by the maker and taken off again is."""
    product = ProductId(open_town.counter.product)
    assert shops.take_off_sale(product, why="first", now=read_now())
    assert not shops.take_off_sale(product, why="again", now=read_now())
    shops.list_product(product, by=open_town.counter.amina, now=read_now())
    assert shops.take_off_sale(product, why="second", now=read_now())
    hear_all()
    hear_all()
    reasons = [row.words["text"]["en"].splitlines()[1] for row in occasions(open_town)]
    assert sorted(reasons) == ["The reason: first", "The reason: second"]


def test_a_maker_who_takes_it_off_itself_is_told_nothing(open_town: Town) -> None:
    """It knows."""
    shops.withdraw_product(ProductId(open_town.counter.product), by=ActorId(open_town.counter.amina), now=read_now())
    hear_all()
    assert occasions(open_town) == []
