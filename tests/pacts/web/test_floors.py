"""The page of floor prices: what makers agree to, what they take back, and not for others."""

from typing import Any

import pytest
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.pacts.api import floor_prices
from millstream.people.types import Role
from tests.live.web.conftest import browser
from tests.shops.counter import Counter, make_counter

pytestmark = pytest.mark.django_db

PAGE = "/pacts/floors/"


@pytest.fixture
def counter() -> Counter:
    """Amina's shop with her bowl."""
    return make_counter()


@pytest.fixture
def amina(counter: Counter) -> Client:
    """Amina, signed in."""
    return browser("amina@example.com", counter.amina, Role.MAKER)


def agreed(counter: Counter) -> int | None:
    """What counts for the bowl now with every host."""
    found = floor_prices([counter.variant], host=None, now=read_now()).get(counter.variant)
    return found.price_minor if found else None


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_maker_agrees_to_a_floor_price_and_takes_it_back(counter: Counter, amina: Client) -> None:
    """Typed it counts and stands in the field; emptied nobody may go below the shop's price any more."""
    field = f"floor_{counter.variant}"
    assert f'name="{field}" value=""' in text(amina.get(PAGE))
    assert amina.post(PAGE, {field: "100.50"}).status_code == 302
    assert agreed(counter) == 10_050
    assert f'name="{field}" value="100.50"' in text(amina.get(PAGE))
    assert amina.post(PAGE, {field: " "}).status_code == 302
    assert agreed(counter) is None
    assert amina.post(PAGE, {field: ""}).status_code == 302


@pytest.mark.parametrize("typed", ["0", "-1", "999999", "cheap", "1e3"])
def test_what_cannot_be_a_floor_price_is_said_beside_it(counter: Counter, amina: Client, typed: str) -> None:
    """What was typed stays, nothing is agreed."""
    answer = amina.post(PAGE, {f"floor_{counter.variant}": typed})
    assert answer.status_code == 422
    assert f'value="{typed}" inputmode="decimal"' in text(answer)
    assert 'class="field-error"' in text(answer)
    assert agreed(counter) is None


def test_nobody_agrees_for_somebody_else(counter: Counter) -> None:
    """A buyer and a host are refused, a stranger signs in; another maker's form does not touch the bowl."""
    form = {f"floor_{counter.variant}": "1"}
    assert Client().post(PAGE, form).status_code == 302
    assert browser("femi@example.com", counter.femi, Role.HOST).post(PAGE, form).status_code == 403
    other = make_counter()
    assert browser("lin@example.com", other.amina, Role.MAKER).post(PAGE, form).status_code == 302
    assert agreed(counter) is None


def test_the_page_speaks_chinese(counter: Counter, amina: Client) -> None:
    """And is found from the pacts."""
    page = amina.get(PAGE, headers={"accept-language": "zh-hans"}).content.decode()
    assert "同意这些底价" in page
    assert f'href="{PAGE}"' in text(amina.get("/pacts/"))
