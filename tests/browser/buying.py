"""Buying as people do it: in the sheet over the video, page by page without scripts, and signed in."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.room import Room, moves_during

ADDRESS = "Lane 7, Anning Road 12, Hangzhou"


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as its buyer knows it. Money in minor units."""

    page: Page
    code: str
    parcel: str
    goods_minor: int
    in_room: bool


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys and how to reach them."""

    name: str
    contact: str


def buy_in_room(room: Room, buyer: Buyer, goods_minor: int) -> Bought:
    """Three taps after the contact is typed (Buy, Confirm, Approve) while the picture goes on."""
    page, since = room.page, (time.monotonic(), room.seconds)
    page.click("[data-pin-buy]")
    sheet = page.locator("dialog.sheet")
    _type_contact(sheet, buyer)
    sheet.get_by_role("button", name="Confirm and pay").click()
    page.frame_locator("dialog.sheet iframe").get_by_role("button", name="Approve", exact=True).click()
    expect(sheet.locator("#order")).to_have_attribute("data-state", "paid", timeout=15_000)
    moves_during(room, since)
    bought = _bought(page, sheet, goods_minor, in_room=True)
    page.get_by_role("button", name="Close and go on watching").click()
    return bought


def buy_in_room_without_scripts(page: Page, room_url: str, buyer: Buyer, goods_minor: int) -> Bought:
    """The same by ordinary pages and redirects."""
    page.goto(room_url)
    page.click("[data-pin-buy]")
    return _buy_by_pages(page, buyer, goods_minor, in_room=True)


def buy_from_page(page: Page, slug: str, buyer: Buyer, goods_minor: int) -> Bought:
    """From the product's own page, outside any show."""
    page.goto(f"/products/{slug}/")
    page.get_by_role("link", name="Buy", exact=True).click()
    return _buy_by_pages(page, buyer, goods_minor, in_room=False)


def _buy_by_pages(page: Page, buyer: Buyer, goods_minor: int, *, in_room: bool) -> Bought:
    where = page.locator("main")
    _type_contact(where, buyer)
    where.get_by_role("button", name="Confirm and pay").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("main")).to_contain_text("Paid. Thank you!")
    page.get_by_role("link", name="To the order").click()
    expect(page.locator("#order")).to_have_attribute("data-state", "paid")
    return _bought(page, page.locator("main"), goods_minor, in_room=in_room)


def _type_contact(where: Locator, buyer: Buyer) -> None:
    where.get_by_label("Phone or e-mail").fill(buyer.contact)
    where.get_by_label("Name", exact=True).fill(buyer.name)
    where.get_by_label("Address", exact=True).fill(ADDRESS)


def _bought(page: Page, where: Locator, goods_minor: int, *, in_room: bool) -> Bought:
    code = where.locator("#order h1 .code").inner_text()
    parcel = where.locator("#order a[href^='/track/']").inner_text()
    return Bought(page, code, parcel, goods_minor, in_room)


def order_says(bought: Bought, words: str) -> bool:
    """Whether the buyer's page of the order says this now."""
    bought.page.goto("/orders/")
    bought.page.locator(".row", has_text=bought.code).locator("a.row-title").click()
    return words in bought.page.locator("#order").inner_text()
