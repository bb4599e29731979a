"""A whole show from a phone: filmed, dropped, pinned, dealt, auctioned, kept in order, ended, sold from its replay."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from secrets import token_hex

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.buying import ADDRESS
from tests.browser.fixtures import FLAGS, cast
from tests.browser.people import Cast
from tests.browser.room import Room
from tests.browser.test_room_modes import SHEET, open_line
from tests.browser.test_studio import CAMERA, ON, WAIT_MS, away, moves, on_air, slug_of, watch
from tests.browser.town import DemoTown, demo_town, until

__all__ = ["cast"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AUCTION_MS = 150_000


@pytest.fixture(scope="module")
def town() -> Iterator[DemoTown]:
    """A town of its own: this show is ended."""
    with demo_town() as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium with a drawn camera that nobody has to allow."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=[*FLAGS, *CAMERA])
        yield opened
        opened.close()


def pay(page: Page, contact: str = "", name: str = "") -> None:
    """Confirm and approve in the open sheet, typing a contact where none is on file."""
    sheet = page.locator("dialog.sheet[open]")
    if contact:
        sheet.get_by_label("Phone or e-mail").fill(contact)
        sheet.get_by_label("Name", exact=True).fill(name)
        sheet.get_by_label("Address", exact=True).fill(ADDRESS)
    sheet.get_by_role("button", name="Confirm and pay").click()
    page.frame_locator("dialog.sheet iframe").get_by_role("button", name="Approve", exact=True).click()
    expect(sheet.locator("#order")).to_have_attribute("data-state", "paid", timeout=15_000)
    page.get_by_role("button", name="Close and go on watching").click()


def press_in_deals(phone: Page, variant: str, button: str) -> None:
    """Open the deals of the studio and press a button for what is on the table; the page is not left for it."""
    phone.evaluate("() => { window.stays = true }")
    phone.click('.studio-bar a[href="#deals"]')
    maker = phone.locator(".deal-maker[data-pinned]", has=phone.locator(f'input[name="variant"][value="{variant}"]'))
    maker.locator("summary").first.click()
    if "auction" in button:
        maker.locator("form").nth(1).locator("label.chip").first.click()
    maker.get_by_role("button", name=button).click()
    expect(phone.locator("#toasts .toast")).to_be_visible(timeout=10_000)
    expect(phone.locator("#now-offers .rows").first).to_be_visible(timeout=10_000)
    expect(maker.locator("form").first).to_be_hidden()
    assert phone.evaluate("() => window.stays === true"), "the page was left: its picture stopped"
    assert phone.get_attribute("ms-studio", "data-going") == "on"
    phone.click("#deals .studio-sheet-close")


def bid(room: Room, amount: str, contact: str = "") -> None:
    """Bid a maximum."""
    card = room.page.locator("[data-auctions] .auction").first
    own = card.locator(".auction-own")
    own.get_by_label("My maximum").fill(amount)
    if contact:
        own.get_by_label("Phone or e-mail").fill(contact)
    own.get_by_role("button", name="Bid").click()


def test_a_show_from_a_phone_in_the_village(cast: Cast, town: DemoTown) -> None:
    """Everything that a host and a full house do, in one evening."""
    phone = on_air(cast)
    wei, femi = watch(cast, phone), watch(cast, phone)
    drop_and_return(cast, phone, wei)
    deal(phone, wei)
    auction(phone, wei, femi)
    keep_order(cast, wei)
    slug = slug_of(phone)
    end(phone)
    # The line that filmed hears that its show is over.
    cast.problems[:] = [said for said in cast.problems if "410" not in said]
    buy_from_the_replay(cast, slug)
    code, told = town.reconcile()
    assert code == 0, told


def drop_and_return(cast: Cast, phone: Page, room: Room) -> None:
    """The network goes for 20 seconds; nobody taps anything."""
    with away(cast, phone):
        until(lambda: room.player_state == "stalled", 40, "the viewer's veil")
    phone.wait_for_selector(ON, timeout=WAIT_MS)
    room.wait_for_picture()
    moves(room)


def deal(phone: Page, wei: Room) -> None:
    """The next product is pinned and dealt; Wei buys it at the deal's price."""
    before = wei.pinned
    phone.click("[data-pin-next]")
    until(lambda: wei.pinned not in ("", before), 10, "the next product on the table")
    press_in_deals(phone, wei.pinned, "Open the deal")
    card = wei.page.locator("[data-deals] .deal").first
    expect(card).to_be_visible(timeout=10_000)
    card.locator("[data-deal-buy]").click()
    pay(wei.page, "+8613812345678", "Wei")
    moves(wei)


def auction(phone: Page, wei: Room, femi: Room) -> None:
    """Wei and Femi bid; Femi's higher maximum wins at the second price, and Femi buys."""
    free = phone.locator(".deal-maker:not([data-pinned]) input[name=variant]").first.get_attribute("value") or ""
    phone.click('.studio-bar a[href="#goods"]')
    phone.locator(f'#now-goods .rundown-item[data-variant="{free}"]').get_by_role("button", name="Pin").click()
    until(lambda: wei.pinned == free, 10, "a product without a deal on the table")
    phone.click("#goods .studio-sheet-close")
    press_in_deals(phone, free, "Start the auction")
    for room in (wei, femi):
        expect(room.page.locator("[data-auctions] .auction").first).to_be_visible(timeout=10_000)
    bid(wei, "900")  # who bought in this page is asked for no contact again
    expect(wei.page.locator("[data-auction-stands]").first).to_contain_text("You lead", timeout=10_000)
    bid(femi, "1000", "femi@example.org")
    expect(femi.page.locator("[data-auction-stands]").first).to_contain_text("You lead", timeout=10_000)
    expect(wei.page.locator("[data-auction-stands]").first).to_contain_text("outbid", timeout=10_000)
    taking = femi.page.locator("[data-auction-buy]").first
    expect(taking).to_be_visible(timeout=AUCTION_MS)
    taking.click()
    sheet = femi.page.locator("dialog.sheet[open]")
    sheet.get_by_label("Name", exact=True).fill("Femi")
    sheet.get_by_label("Address", exact=True).fill(ADDRESS)
    pay(femi.page)
    receipt = femi.page.request.get(femi.page.get_attribute("[data-auction-link]", "href") or "")
    assert receipt.ok


def keep_order(cast: Cast, wei: Room) -> None:
    """A spammer is banned with all that was said."""
    spam = Room(cast.guest())
    spam.page.goto(wei.page.url)
    words = f"cheap watches {token_hex(3)}"
    spam.say(words)
    wei.reads(words)
    host = cast.enter("host")
    host.goto(wei.page.url)
    open_line(host, words)
    host.click(f"{SHEET} .line-act-bad")
    host.click(f"{SHEET} form[action$='/ban/'] button")
    expect(wei.page.locator("[data-chat]")).not_to_contain_text(words, timeout=15_000)
    expect(spam.page.locator("[data-why]")).to_be_visible(timeout=15_000)


def end(phone: Page) -> None:
    """The doors close."""
    phone.goto(phone.url.split("#")[0] + "#more")
    phone.click("#more summary.button")
    phone.get_by_role("button", name="Yes, end it for everybody").click()
    expect(phone).to_have_url(re.compile(r"/studio/$"), timeout=30_000)


def buy_from_the_replay(cast: Cast, slug: str) -> None:
    """Somebody who was not there jumps to a chapter and buys what was shown in it."""
    page = cast.guest()
    page.goto(f"/shows/{slug}/replay/")
    chapter = page.locator("aside .rundown-item", has=page.locator("a[data-seek]")).first
    chapter.locator("a.small[data-seek]").click()
    wanted = float(chapter.locator("a.small[data-seek]").get_attribute("data-seek") or 0)
    began = time.monotonic()
    until(lambda: float(page.get_attribute("ms-player", "data-time") or 0) >= wanted, 30, "the chapter plays")
    assert time.monotonic() - began < 30
    chapter.get_by_role("link", name="Buy").click()
    pay(page, "+8613900139000", "Lin")
