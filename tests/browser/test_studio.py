"""The studio on a phone with a camera: three taps, a drop, a thin line, a quick listing, a second device."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.fixtures import FLAGS, cast
from tests.browser.people import Cast
from tests.browser.room import PLAYING, Room
from tests.browser.town import DemoTown, demo_town, until

__all__ = ["cast"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CAMERA = (
    "--use-fake-device-for-media-stream=fps=30",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
ON = "ms-studio[data-going=on]"
# A camera that takes its time, as on an old phone whose owner is asked first.
SLOW_CAMERA = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  await new Promise((done) => setTimeout(done, 2_000));
  return open(wish);
};
"""
AWAY_SECONDS = 20.0
LISTED_SECONDS = 10.0
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def town() -> Iterator[DemoTown]:
    """A town of its own: these tests end shows and begin others."""
    with demo_town() as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium with a drawn camera that nobody has to allow."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=[*FLAGS, *CAMERA])
        yield opened
        opened.close()


def on_air(cast: Cast) -> Page:
    """Dao's phone, filming: into the show that is on, else into a new one."""
    phone = cast.enter("host")
    phone.goto("/studio/")
    running = phone.get_by_role("link", name="To the studio")
    if not running.count():
        phone.get_by_role("button", name="Go live now").click()
        phone.click("[data-open-camera]")
        phone.click("[data-start-form] button")
    else:
        running.first.click()
        phone.wait_for_selector("[data-open-camera]", state="attached")
        if phone.get_by_role("button", name="Film here").count():  # the phone of the test before has just gone
            phone.get_by_role("button", name="Film here").click()
        else:
            phone.click("[data-open-camera]")
            phone.click("[data-film]")
    phone.wait_for_selector(ON, timeout=WAIT_MS)
    take_the_direction(phone)
    return phone


def take_the_direction(phone: Page) -> None:
    """Another device of an earlier test may still direct: its seat lasts for half a minute."""
    for name in ("Take it back", "Direct here"):
        button = phone.get_by_role("button", name=name)
        if button.count():
            button.first.click()
    expect(phone.locator(".studio-bar")).to_be_visible()


def end_what_is_on(phone: Page) -> None:
    """Close the doors of the show that is on, if there is one; the list of shows comes back."""
    phone.goto("/studio/")
    running = phone.get_by_role("link", name="To the studio")
    if running.count():
        running.first.click()
        take_the_direction(phone)
        phone.click('.studio-bar a[href="#more"]')
        phone.click("#more summary.button")
        phone.get_by_role("button", name="Yes, end it for everybody").click()
        phone.wait_for_url("**/studio/")


def slug_of(phone: Page) -> str:
    return phone.get_attribute("ms-studio", "data-show") or ""


def watch(cast: Cast, phone: Page) -> Room:
    """Somebody who watches the show that this phone films."""
    room = Room(cast.guest())
    room.page.goto(f"/shows/{slug_of(phone)}/")
    room.page.wait_for_selector(PLAYING, timeout=WAIT_MS)
    return room


def state_of(room: Room) -> dict[str, Any]:
    """What the media plane says of the stream."""
    told: dict[str, Any] = httpx.get(room.page.get_attribute("ms-player", "data-state-url") or "", timeout=10).json()
    return told


def moves(room: Room) -> None:
    """Fail unless the picture moves; on a busy machine the player may have begun anew in between."""
    for _ in range(3):
        before = room.seconds
        until(lambda: room.seconds != before, 40, "the picture moves")  # noqa: B023 - used at once
    room.wait_for_picture()


@contextmanager
def away(cast: Cast, phone: Page) -> Iterator[None]:
    """No network at the phone for 20 seconds. Chromium's switch leaves WebRTC alone, so the line is cut at its end."""
    lines: list[Any] = []
    phone.on("response", lambda answer: lines.append(answer) if answer.request.method == "POST" else None)
    phone.reload()
    phone.wait_for_selector(ON, timeout=WAIT_MS)
    line = next(answer for answer in lines if "/whip?" in answer.url and answer.status == 201)
    phone.context.set_offline(True)
    gone = time.monotonic()
    ticket = {"Authorization": f"Bearer {phone.get_attribute('ms-studio', 'data-ticket')}"}
    httpx.delete(line.url.split("/whip")[0] + line.headers["location"], headers=ticket, timeout=10)
    yield
    phone.wait_for_timeout(max(0.0, AWAY_SECONDS - (time.monotonic() - gone)) * 1000)
    phone.context.set_offline(False)
    expected = re.compile(r"ERR_INTERNET_DISCONNECTED|WebSocket|status of 503")
    cast.problems[:] = [said for said in cast.problems if not expected.search(said)]


def test_three_taps_from_the_list_of_shows_to_viewers_eyes(cast: Cast) -> None:
    """Show, camera, start, pressed before the camera is open; the phone never leaves the page, a viewer sees it."""
    phone = cast.enter("host")
    phone.add_init_script(SLOW_CAMERA)
    end_what_is_on(phone)
    phone.get_by_role("link", name="Go live").first.click()
    phone.click("[data-open-camera]")
    here = phone.url
    phone.dblclick("[data-start-form] button")
    phone.wait_for_selector(ON, timeout=WAIT_MS)
    assert phone.url == here
    expect(phone.locator("#now-head .seal-live")).to_be_visible()
    room = watch(cast, phone)
    moves(room)
    told = state_of(room)
    assert (told["state"], told["source"], told["mode"], told["away"]) == ("live", "whip", "video", False)
    assert phone.locator("[data-pin-next]").bounding_box()["height"] >= 56  # type: ignore[index]


def test_a_network_that_is_gone_for_20_seconds_comes_back_by_itself(cast: Cast) -> None:
    """Nobody taps: the phone says what happens and dials again; the viewer reads Back in a moment and goes on."""
    phone = on_air(cast)
    room = watch(cast, phone)
    moves(room)
    began = state_of(room)
    with away(cast, phone):
        expect(phone.locator("[data-notice]")).to_contain_text("No network", timeout=WAIT_MS)
        until(lambda: room.player_state == "stalled", 30, "the viewer's veil")
    phone.wait_for_selector(ON, timeout=WAIT_MS)
    room.wait_for_picture()
    moves(room)
    after = state_of(room)
    assert after["state"] == "live"
    assert after["recording"] == began["recording"]


def test_a_thin_line_sends_photos_and_sound_and_goes_back(cast: Cast) -> None:
    """By hand here, by itself on a real thin line; the viewer's room goes on."""
    phone = on_air(cast)
    room = watch(cast, phone)
    phone.goto(phone.url.split("#")[0] + "#line")
    phone.check("[data-wish][value=photo]")
    expect(phone.locator("ms-studio")).to_have_attribute("data-rung", "photo")
    until(lambda: state_of(room)["mode"] == "photo", 30, "photos arrive")
    expect(phone.locator("[data-line-words]")).to_contain_text("Photos and sound")
    until(lambda: phone.locator('[data-light="caution"]').count() == 1, 20, "the yellow light")
    room.wait_for_picture()
    phone.check("[data-wish][value=video]")
    until(lambda: state_of(room)["mode"] == "video", 30, "video again")
    room.wait_for_picture()
    moves(room)


def test_viewers_read_that_the_host_is_away_while_the_camera_is_off(cast: Cast) -> None:
    """Off and on again, in the same line."""
    phone = on_air(cast)
    room = watch(cast, phone)
    phone.click("[data-blind]")
    until(lambda: state_of(room)["away"] is True, 15, "away")
    expect(phone.locator("[data-notice]")).to_contain_text("camera is covered")
    phone.click("[data-blind]")
    until(lambda: state_of(room)["away"] is False, 15, "back")


def test_a_quick_listing_is_sold_within_ten_seconds(cast: Cast) -> None:
    """From the tap to a buy page with its price: the photo is the picture that runs."""
    phone = on_air(cast)
    room = watch(cast, phone)
    began = time.monotonic()
    phone.click('.studio-bar a[href="#quick"]')
    phone.click("[data-catch]")
    phone.wait_for_selector("[data-quick-shown]:not([hidden])")
    phone.fill("#quick-price", "68.50")
    phone.fill("#quick-quantity", "4")
    phone.select_option("#quick-shop", label="Amina's Kiln")
    phone.get_by_role("button", name="Sell it").click()
    variant = phone.wait_for_selector("[data-listed]", state="attached").get_attribute("data-listed")  # type: ignore[union-attr]
    answer = room.page.request.get(f"/buy/{variant}/")
    took = time.monotonic() - began
    assert answer.status == 200
    assert "68.50" in answer.text()
    assert took < LISTED_SECONDS, f"{took:.1f} s from the tap to a buy page"
    until(lambda: room.pinned == variant, 10, "the listing on the table")
    expect(room.page.locator("[data-pin-link]")).to_contain_text(re.compile(r"No\. \d+"))


def test_pinning_the_next_one_is_one_tap(cast: Cast) -> None:
    """The biggest button; the viewer has it within seconds."""
    phone = on_air(cast)
    room = watch(cast, phone)
    before = room.pinned
    phone.click("[data-pin-next]")
    until(lambda: room.pinned not in ("", before), 10, "the next product on the table")
    expect(phone.locator(".studio-pinned")).to_have_attribute("data-variant", room.pinned)


def test_a_second_device_directs_and_the_first_only_films(cast: Cast) -> None:
    """The choice is shown, one tap takes the direction, one tap brings it back."""
    phone = on_air(cast)
    turn = phone.locator('[data-part="film"] input[name="turn"]')
    before = turn.input_value() if turn.count() else ""  # the phone of the test before may direct for half a minute
    desk = cast.enter("host", wide=True)
    desk.goto(phone.url.split("#")[0])
    desk.get_by_role("button", name="Direct here").click()
    expect(desk.locator('[data-part="direct"]')).to_be_visible()
    until(lambda: turn.count() == 1 and turn.input_value() != before, 15, "the phone knows who directs")
    expect(phone.locator(".studio-bar")).to_be_hidden()
    assert phone.get_attribute("ms-studio", "data-going") == "on"
    desk.click("[data-pin-next]")
    expect(desk.locator(".studio-pinned")).to_be_visible()
    phone.get_by_role("button", name="Take it back").click()
    expect(phone.locator(".studio-bar")).to_be_visible()
    expect(desk.locator('[data-part="choose"]')).to_be_visible(timeout=10_000)
