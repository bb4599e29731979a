"""Every page that anybody can reach is whole: in both languages, on a small phone, and the shop's without scripts."""

from __future__ import annotations

import pytest

from tests.browser.crawl import Walk
from tests.browser.people import Cast
from tests.browser.programs import paid
from tests.browser.town import DemoTown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROLES = ("buyer", "maker", "host", "keeper", "driver", "centre", "park", "operator")
PUBLIC = ("/", "/shows/", "/goods/", "/makers/", "/track/", "/orders/", "/places/", "/accounts/login/", "/styleguide/")


@pytest.fixture(scope="module")
def busy(town: DemoTown) -> DemoTown:
    """The town with something on its lists: a vase was bought and paid."""
    paid(town, "celadon-vase")
    return town


def walk(cast: Cast, role: str, starts: tuple[str, ...], language: str = "en") -> Walk:
    """Walk as somebody; every page must be whole."""
    page = cast.enter(role) if role else cast.guest()
    if language == "zh":
        page.goto("/")
        page.locator("button[name=language][value=zh-hans]").first.click()
    going = Walk(page, cast.town.web, language)
    going.go(starts, skip=COMMON if role else ())
    assert going.problems == []
    return going


COMMON = (
    "/",
    "/shows/",
    "/shows/*/",
    "/shows/*/replay/",
    "/shows/*/calendar.ics",
    "/goods/",
    "/makers/",
    "/products/*/",
    "/shops/*/",
    "/places/*/",
    "/buy/*/",
    "/styleguide/",
)


def starts_of(town: DemoTown, role: str) -> tuple[str, ...]:
    """Where a role's day starts, its desk, and its orders."""
    return (town.told["sign_in"][role]["start"], "/desk/", "/orders/")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_for_everybody_are_whole(cast: Cast, busy: DemoTown, language: str) -> None:
    """A guest's whole market: nothing refused, nothing broken, nothing wider than the phone, in the chosen language."""
    going = walk(cast, "", PUBLIC, language)
    assert len(going.seen) >= 20, sorted(going.seen)


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_of_a_role_are_whole(cast: Cast, busy: DemoTown, role: str) -> None:
    """Whatever a role is offered by a link it may open, in English and in Chinese."""
    starts = starts_of(busy, role)
    going = walk(cast, role, starts)
    assert len(going.seen) >= 3, sorted(going.seen)
    walk(cast, role, starts, "zh")


def test_the_shop_is_whole_without_scripts(cast: Cast, busy: DemoTown) -> None:
    """Shows, goods, makers, a product and its buy page say what they say without JavaScript."""
    page = cast.guest(scripts=False)
    for path in ("/", "/shows/", "/goods/", "/makers/", "/products/celadon-vase/", "/track/", "/orders/"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        assert page.locator("h1").first.inner_text().strip()
    page.goto("/goods/")
    page.locator(".card a").first.click()
    page.get_by_role("link", name="Buy", exact=True).click()
    assert page.get_by_role("button", name="Confirm and pay").is_visible()
    page.goto(f"/shows/{busy.told['urls']['show'].rstrip('/').rpartition('/')[2]}/")
    page.fill("#say-text", "I have no scripts")
    page.get_by_role("button", name="Send").click()
    assert "I have no scripts" in page.locator("[data-chat]").inner_text()
