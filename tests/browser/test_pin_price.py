"""The price on the pin card, all the way: who comes late, a price that has just changed, a lost answer."""

from __future__ import annotations

import json
from secrets import token_hex

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.buying import ADDRESS
from tests.browser.people import Cast
from tests.browser.room import Room, Studio
from tests.browser.test_room_modes import enter
from tests.browser.town import DemoTown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GOODS = "Everyday cup"
SHOP = "¥38"
IN_ROOM = "¥35"
SEEN_MS = 20_000
# A price in the room is agreed before the show in the studio; here its host agrees it while the show is on.
PRICE_BEGINS = """
from uuid import UUID
from django.utils import timezone
from millstream.deals.api import open_room_prices, plan_room_price
from millstream.deals.types import RoomPriceSpec
from millstream.live.models import Show
show, now = Show.objects.get(slug="{slug}"), timezone.now()
plan_room_price(RoomPriceSpec(show.id, show.host_id, UUID("{variant}"), 3_500), now=now)
assert open_room_prices(show.id, now=now) == 1
"""
PRICE_ENDS = """
from uuid import UUID
from django.utils import timezone
from millstream.deals.api import drop_room_price
from millstream.live.models import Show
drop_room_price(Show.objects.get(slug="{slug}").id, UUID("{variant}"), now=timezone.now())
"""


class Ears:
    """What a page's socket brings to it: the trade can be kept from it, and the answers to its buys."""

    def __init__(self, page: Page) -> None:
        self.deaf_to_trade = False
        self.deaf_to_answers = False
        self.lost: list[str] = []
        self.asked: list[str] = []
        page.route_web_socket("**/ws/rooms/**", self._between)
        page.route("**/trade?after=*", self._catch_up)

    def _catch_up(self, asked: Route) -> None:
        if self.deaf_to_trade:
            asked.fulfill(json={"items": [], "last": 0})
        else:
            asked.continue_()

    def _between(self, viewer: WebSocketRoute) -> None:
        room = viewer.connect_to_server()

        def up(text: str | bytes) -> None:
            if '"buy"' in str(text):
                self.asked.append(json.loads(text)["key"])
            room.send(text)

        def down(text: str | bytes) -> None:
            told = json.loads(text)
            if self.deaf_to_trade and told["t"] == "trade":
                return
            if self.deaf_to_answers and told["t"] == "bought":
                self.lost.append(told["key"])
                return
            viewer.send(text)

        viewer.on_message(up)
        room.on_message(down)


def do(town: DemoTown, script: str, slug: str, variant: str) -> None:
    done = town.say("manage", "shell", "-c", script.format(slug=slug, variant=variant))
    assert done.returncode == 0, done.stdout + done.stderr


def price_is(room: Room, price: str) -> None:
    expect(room.page.locator("[data-pin-price]")).to_have_text(price, timeout=SEEN_MS)


def pay(page: Page) -> str:
    """Approve the payment that is open in the sheet; the order's code."""
    page.frame_locator("dialog.sheet iframe").get_by_role("button", name="Approve", exact=True).click()
    sheet = page.locator("dialog.sheet")
    expect(sheet.locator("#order")).to_have_attribute("data-state", "paid", timeout=SEEN_MS)
    code = sheet.locator("#order h1 .code").inner_text()
    page.get_by_role("button", name="Close and go on watching").click()
    return code


def test_the_card_says_what_the_till_charges_and_no_buy_is_lost(cast: Cast, town: DemoTown) -> None:
    """A price in the room is on the card of who comes late; a stale one is taken over; a lost answer is asked for."""
    studio = Studio(cast.enter("host", wide=True))
    studio.open()
    if studio.page.locator("#now-goods .rundown-item[data-state=now]", has_text=GOODS).count() == 0:
        studio.clear()
        studio.pin(GOODS)
    page = cast.guest()
    ears = Ears(page)
    room = enter(page)
    expect(page.locator("[data-pin-link]")).to_have_text(GOODS, timeout=SEEN_MS)
    price_is(room, SHOP)
    slug, variant = page.url.split("/shows/")[1].split("/")[0], room.pinned
    first = buys_first(page)
    try:
        do(town, PRICE_BEGINS, slug, variant)
        price_is(room, IN_ROOM)
        late = came_late(cast, studio)
        ears.deaf_to_trade = True
    finally:
        do(town, PRICE_ENDS, slug, variant)
    price_is(late, SHOP)
    takes_the_price_over(room)
    ears.deaf_to_answers = True
    second = asks_until_answered(room, ears)
    assert set(ears.lost) == {ears.asked[-1]}
    assert len(set(ears.asked)) == 2
    page.goto("/orders/")
    assert page.locator("a.row-title").count() == 2
    expect(page.locator("main")).to_contain_text(first)
    expect(page.locator("main")).to_contain_text(second)


def buys_first(page: Page) -> str:
    """Bo leaves contact and address with a first order; its code."""
    page.click("[data-pin-buy]")
    sheet = page.locator("dialog.sheet")
    sheet.get_by_label("Phone or e-mail").fill(f"bo.{token_hex(4)}@example.com")
    sheet.get_by_label("Name", exact=True).fill("Bo")
    sheet.get_by_label("Address", exact=True).fill(ADDRESS)
    sheet.get_by_role("button", name="Confirm and pay").click()
    return pay(page)


def came_late(cast: Cast, studio: Studio) -> Room:
    """Somebody who comes when the price is on, and sees the goods pinned again."""
    late = enter(cast.guest())
    price_is(late, IN_ROOM)
    studio.clear()
    expect(late.page.locator("[data-pin-none]")).to_be_visible(timeout=SEEN_MS)
    studio.pin(GOODS)
    expect(late.page.locator("[data-pin-link]")).to_be_visible(timeout=SEEN_MS)
    price_is(late, IN_ROOM)
    return late


def takes_the_price_over(room: Room) -> None:
    """The card still says the price that is over: the till says no, and the card says the new one beside the old."""
    price_is(room, IN_ROOM)
    room.page.locator("[data-pin-confirm]").click()
    changed = f"The price has changed: {IN_ROOM}.00 → {SHOP}.00"
    expect(room.page.locator("[data-pin-note]")).to_have_text(changed, timeout=SEEN_MS)
    price_is(room, SHOP)
    expect(room.page.locator("[data-pin-confirm]")).to_have_text(f"Buy 1 for {SHOP}.00")


def asks_until_answered(room: Room, ears: Ears) -> str:
    """No answer comes, nor after a reload, until one gets through: the code of the one order that was made."""
    page = room.page
    note = page.locator("[data-pin-note]")
    page.locator("[data-pin-confirm]").click()
    expect(note).to_contain_text(f"Waiting for the answer to your order: {GOODS}", timeout=SEEN_MS)
    page.reload()
    expect(note).to_contain_text("Waiting for the answer", timeout=SEEN_MS)
    ears.deaf_to_answers = False
    return pay(page)
