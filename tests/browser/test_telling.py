"""Web push in a real browser: leave is asked, the wish arrives, a push is shown, pressing it leads to the show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fixtures import FLAGS
from tests.browser.people import WAIT_MS, Cast
from tests.browser.town import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOW = "Eleven times in the vat"
# Chromium's own service is on the internet. This is its answer, as RFC 8030 and the Push API describe it.
A_SERVICE_ANSWERS = """
PushManager.prototype.subscribe = async function (wish) {
  window.asked = {seen: wish.userVisibleOnly, key: wish.applicationServerKey.length};
  const bytes = (length) => btoa(String.fromCharCode(4, ...new Array(length - 1).fill(7)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const told = {endpoint: "https://fcm.googleapis.com/fcm/send/bo", keys: {p256dh: bytes(65), auth: bytes(16)}};
  const found = {...told, toJSON: () => told};
  PushManager.prototype.getSubscription = async () => found;
  return found;
};
"""
# A window opens for a finger alone, so the browser's own door is watched instead of gone through.
PRESS_THE_NOTICE = """async () => {
  const [notice] = await self.registration.getNotifications();
  const opened = new Promise((done) => { self.clients.openWindow = async (url) => { done(url); return null; }; });
  self.dispatchEvent(new NotificationEvent("notificationclick", {notification: notice}));
  return opened;
}"""
SHOWN = """() => navigator.serviceWorker.getRegistration("/").then((found) => found.getNotifications())
  .then((all) => all.map((notice) => [notice.title, notice.body, notice.tag]))"""


def open_show(page: Page) -> None:
    page.goto("/shows/")
    page.get_by_role("link", name=SHOW).first.click()
    expect(page.locator("[data-push-on]")).to_be_visible()


def test_a_browser_asks_to_be_reminded_and_ends_it(cast: Cast) -> None:
    """Leave is asked for, the address goes to the town with our key, the page says so; pressing again ends it."""
    page = cast.guest()
    page.context.grant_permissions(["notifications"], origin=cast.town.web)
    page.add_init_script(A_SERVICE_ANSWERS)
    open_show(page)
    page.locator("[data-push-on]").click()
    expect(page.locator("ms-remind")).to_have_attribute("data-reminds", "yes")
    expect(page.locator("ms-remind [data-said]")).to_have_text("This browser reminds you.")
    assert page.evaluate("window.asked") == {"seen": True, "key": 65}
    page.locator("[data-push-off]").click()
    expect(page.locator("ms-remind [data-said]")).to_have_text("We do not remind you any more.")


def test_a_browser_that_may_not_says_what_to_do_instead(cast: Cast) -> None:
    """Without leave nothing is sent anywhere."""
    page = cast.guest()
    page.add_init_script("Notification.requestPermission = async () => 'denied';")
    open_show(page)
    page.locator("[data-push-on]").click()
    expect(page.locator("ms-remind [data-said]")).to_contain_text("Choose e-mail or the calendar")


@contextmanager
def lasting(browser: Browser, chromium: str, home: Path) -> Iterator[Page]:
    """A window with a profile of its own: a private one has no push."""
    context = browser.browser_type.launch_persistent_context(
        home, executable_path=chromium, args=list(FLAGS), permissions=["notifications"]
    )
    context.set_default_timeout(WAIT_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def test_a_push_service_that_cannot_be_reached_is_told_of(
    browser: Browser, chromium: str, cast: Cast, tmp_path: Path
) -> None:
    """Chromium tries for minutes; the page says after a while that it is of no use, and the button works again."""
    with lasting(browser, chromium, tmp_path) as page:
        page.goto(f"{cast.town.web}/shows/")
        page.get_by_role("link", name=SHOW).first.click()
        page.locator("[data-push-on]").click()
        said = page.locator("ms-remind [data-said]")
        expect(said).to_contain_text("could not reach its push service", timeout=4 * WAIT_MS)
        expect(page.locator("[data-push-on]")).to_be_enabled()


def test_a_push_is_shown_and_pressing_it_leads_to_the_show(cast: Cast) -> None:
    """Delivered to the service worker by the browser itself; a second one of the same notice replaces the first."""
    page = cast.guest()
    page.context.grant_permissions(["notifications"], origin=cast.town.web)
    open_show(page)
    address = page.url
    page.goto("/")
    page.evaluate("navigator.serviceWorker.register('/sw.js', {scope: '/'}).then(() => navigator.serviceWorker.ready)")
    deliver = pusher(page, cast.town.web)
    for _ in range(2):
        deliver({"title": f"“{SHOW}” is on", "body": "Come in", "tag": "notice-1", "url": address})
    wanted = [[f"“{SHOW}” is on", "Come in", "notice-1"]]
    until(lambda: page.evaluate(SHOWN) == wanted, WAIT_MS / 1000, "the notice is shown")
    opened = page.context.service_workers[0].evaluate(PRESS_THE_NOTICE)
    assert opened == address
    page.goto(opened)
    expect(page.get_by_role("heading", level=1)).to_have_text(SHOW)


def pusher(page: Page, origin: str) -> Any:
    """What delivers a push to the page's service worker, as its push service would."""
    session, known = page.context.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    session.send("ServiceWorker.enable")

    def is_known() -> bool:
        page.wait_for_timeout(100)  # what the browser tells is heard while something is asked of it
        return bool(known)

    until(is_known, WAIT_MS / 1000, "the service worker is registered")
    registration = known[0]["registrationId"]

    def deliver(told: dict[str, str]) -> None:
        given = {"origin": origin, "registrationId": registration, "data": json.dumps(told)}
        session.send("ServiceWorker.deliverPushMessage", given)

    return deliver
