"""Before a show: the host drags the rundown, somebody asks to be reminded."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_host_drags_a_product_to_the_top_and_the_page_keeps_it(cast: Cast) -> None:
    """By the grip, without a button; after a reload it stands there still; arrow keys do the same."""
    page = cast.enter("host", wide=True)
    page.goto("/studio/")
    page.get_by_role("link", name="Eleven times in the vat").first.click()
    items = page.locator("[data-item]")
    before = [items.nth(index).get_attribute("data-title") for index in range(items.count())]
    grip, first = items.nth(1).locator("[data-grip]"), items.nth(0)
    expect(grip).to_be_visible()
    grip.hover()
    goal = first.bounding_box()
    assert goal is not None
    page.mouse.down()
    page.mouse.move(goal["x"] + 30, goal["y"] + goal["height"] * 0.9, steps=8)
    page.mouse.move(goal["x"] + 30, goal["y"] + 5, steps=8)
    page.mouse.up()
    expect(page.locator("ms-rundown")).to_have_attribute("data-saved", "yes")
    page.reload()
    expect(items.nth(0)).to_have_attribute("data-title", str(before[1]))
    items.nth(0).locator("[data-grip]").press("End")
    expect(page.locator("ms-rundown")).to_have_attribute("data-saved", "yes")
    page.reload()
    expect(items.last).to_have_attribute("data-title", str(before[1]))


def test_somebody_asks_to_be_reminded_by_mail_and_ends_it(cast: Cast) -> None:
    """The page says that a letter is on its way, and offers to end it."""
    page = cast.guest()
    page.goto("/shows/")
    page.get_by_role("link", name="Eleven times in the vat").first.click()
    page.get_by_placeholder("E-mail").fill("bo@example.com")
    page.get_by_role("button", name="By e-mail").click()
    expect(page.locator(".remind-state")).to_contain_text("b***@example.com")
    page.get_by_role("button", name="Remind me no more").click()
    expect(page.locator(".remind-state")).to_have_count(0)
    worker = page.evaluate("navigator.serviceWorker.register('/sw.js', {scope: '/'}).then(found => found.scope)")
    assert worker.endswith("/")
