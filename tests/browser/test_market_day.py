"""The first market day: one show is watched, sold from, paid, carried and settled, end to end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.buying import Bought, Buyer, buy_from_page, buy_in_room, buy_in_room_without_scripts, order_says
from tests.browser.camera import FILM_SIZE, film, publishing
from tests.browser.carrying import Centre, Driver, Keeper, Maker, until_delivered
from tests.browser.people import Cast
from tests.browser.room import Room, Studio
from tests.browser.settling import DELIVERY_MINOR, Statement, carriage_minor, due_to, in_minor, pay_out
from tests.browser.town import DemoTown, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOWL, TENMOKU = "Celadon tea bowl", "Tenmoku bowl"
BOWL_MINOR, TENMOKU_MINOR = 8_765, 12_737  # prices that do not share out evenly
SETTLED_SECONDS = 60.0


def test_a_market_day(cast: Cast, town: DemoTown, tmp_path: Path) -> None:
    """Watched, bought three ways, packed, carried over station, van, centre and carrier, shared, paid out."""
    set_prices(cast)
    operator = cast.enter("operator", wide=True)
    carriage_before = carriage_minor(operator)
    bought = sell(cast, town, tmp_path)
    carry(cast, bought)
    follow(cast, bought)
    settle(cast, bought)
    assert carriage_minor(operator) - carriage_before == DELIVERY_MINOR * len(bought)
    pay_everybody(cast, operator)
    code, told = town.reconcile()
    assert code == 0, told


def set_prices(cast: Cast) -> None:
    """Amina asks odd prices, so that sharing them leaves cents over."""
    desk = cast.enter("maker", wide=True)
    desk.goto("/desk/shop/prices/")
    desk.get_by_label("Price CELADON_SET").fill("87.65")
    desk.get_by_label("Price TENMOKU_BOWL").fill("127.37")
    desk.get_by_role("button", name="Save the prices").click()
    expect(desk.get_by_label("Price CELADON_SET")).to_have_value("87.65")


def sell(cast: Cast, town: DemoTown, folder: Path) -> list[Bought]:
    """With a real camera on air: a guest in the room, a guest without scripts, and Bo outside the room buy."""
    room, other = Room(cast.guest()), Room(cast.guest())
    with publishing(film(folder), town.publish_address()):
        room.open_from_home()
        other.open_from_home()
        studio = Studio(cast.enter("host", wide=True))
        studio.open()
        studio.clear()
        studio.pin(BOWL)
        room.until_size(FILM_SIZE)
        expect(other.page.locator("[data-pin-link]")).to_have_text(BOWL)
        left = other.left
        first = buy_in_room(room, Buyer("Wei", "+8613812345678"), BOWL_MINOR)
        for one in (room, other):
            one.until_left(left - 1)
        plain = cast.guest(scripts=False)
        second = buy_in_room_without_scripts(plain, room.page.url, Buyer("Femi", "femi@example.org"), BOWL_MINOR)
        third = buy_from_page(cast.enter("buyer"), "tenmoku-bowl", Buyer("Bo", "bo@qingxi.example"), TENMOKU_MINOR)
        other.until_left(left - 2)
        room.keeps_moving()
        studio.says("Units sold")
    return [first, second, third]


def carry(cast: Cast, bought: Sequence[Bought]) -> None:
    """Each hand on the way does its part, in its own window."""
    parcels, seal = [one.parcel for one in bought], f"S-{bought[0].code}"
    maker, keeper = Maker(cast.enter("maker", wide=True)), Keeper(cast.enter("keeper"))
    centre, driver = Centre(cast.enter("centre", wide=True)), Driver(cast.enter("driver"))
    for parcel in parcels:
        maker.pack(parcel, 640)
    keeper.take_in(parcels)
    bag = keeper.bag(parcels[:2], seal)
    run = centre.plan("Yaokou Station")
    driver.arrive(run)
    keeper.offer_van()
    driver.take([bag, parcels[2]])
    keeper.sees_accepted()
    driver.come_back()
    centre.receive([bag, parcels[2]])
    centre.check(parcels, seal)
    centre.hand_to_carrier(len(parcels))


def follow(cast: Cast, bought: Sequence[Bought]) -> None:
    """Anyone with the code follows the parcel; buyer and maker see the same way; the window passes."""
    for one in bought:
        until_delivered(one.page, one.parcel)
    for one in bought:
        until(partial(order_says, one, "Completed"), SETTLED_SECONDS, "release", every=0.5)
    maker = cast.enter("maker", wide=True)
    maker.goto(f"/desk/orders/{bought[0].code}/")
    expect(maker.locator("main")).to_contain_text("Delivered")


def settle(cast: Cast, bought: Sequence[Bought]) -> None:
    """Everybody's statement says what is due to them of each order, to the cent."""
    roles = {"maker": "maker", "host": "host", "station": "keeper", "park": "park", "platform": "operator"}
    pages = {part: cast.enter(role, wide=True) for part, role in roles.items()}
    for part, page in pages.items():
        assert Statement(page).amounts(bought) == due_to(part, bought), part


def pay_everybody(cast: Cast, operator: Page) -> None:
    """A payout batch is made; its file for the bank adds up to its control sum."""
    control_minor, rows = pay_out(operator)
    items = [in_minor(row["amount"]) for row in rows if row["record"] == "item"]
    assert sum(items) == control_minor == in_minor(rows[-1]["amount"])
    assert int(rows[-1]["number"]) == len(items) >= 5
    maker = cast.enter("maker", wide=True)
    maker.goto("/money/")
    expect(maker.locator("main")).to_contain_text("On its way to your bank")
