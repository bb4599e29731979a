"""The room on poor networks and among people: ways of playing, no socket, answers, mentions, order kept in the page."""

from __future__ import annotations

from secrets import token_hex

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.people import Cast
from tests.browser.room import PICTURE_SECONDS, Room, Studio
from tests.browser.town import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHEET = "[data-line-sheet]"
HTTP_MS = 15_000


def enter(page: Page) -> Room:
    room = Room(page)
    room.open_from_home()
    return room


def choose(room: Room, choice: str) -> None:
    """Choose a way of playing in the player's menu."""
    room.page.click("[data-menu-open]")
    room.page.click(f"input[name=play][value={choice}]")


def plays(room: Room, mode: str) -> None:
    """Wait until the player plays this way and moves."""
    room.page.wait_for_selector(f"ms-player[data-mode={mode}][data-playing=true]", timeout=PICTURE_SECONDS * 1000)
    room.keeps_moving()


def line_of(words: str) -> str:
    return f".chat-line[data-at]:has-text('{words}')"


def open_line(page: Page, words: str) -> None:
    page.locator(line_of(words)).last.click()
    expect(page.locator(SHEET)).to_be_visible()


def test_a_viewer_changes_to_sound_and_back_and_it_is_remembered(cast: Cast) -> None:
    """Picture, sound with stills, sound alone, and the picture again; each plays on, and sound asks for no picture."""
    room = enter(cast.guest())
    plays(room, "low")
    asked: list[str] = []
    choose(room, "save")
    plays(room, "sound")
    room.page.on("request", lambda request: asked.append(request.url))
    expect(room.page.locator("[data-sound-stage]")).to_be_visible()
    still = room.page.locator("[data-sound-picture]")
    until(lambda: (still.get_attribute("src") or "").startswith("blob:"), 15, "a still picture")
    choose(room, "sound")
    room.page.wait_for_selector("ms-player[data-choice=sound]")
    room.keeps_moving(4.0)
    pieces = [url for url in asked if url.endswith(".m4s")]
    assert pieces
    assert all("/audio-" in url for url in pieces), pieces
    room.page.reload()
    plays(room, "sound")
    choose(room, "best")
    plays(room, "low")
    expect(room.page.locator("[data-sound-stage]")).to_be_hidden()
    until(lambda: room.size[0] > 0, PICTURE_SECONDS, "a picture with a width")


def test_the_meter_counts_what_was_used(cast: Cast) -> None:
    """The number on the button grows with what is loaded, and the menu says what a minute takes."""
    room = enter(cast.guest())
    page = room.page
    until(lambda: int(page.get_attribute("ms-player", "data-bytes") or 0) > 100_000, PICTURE_SECONDS, "100 kB counted")
    expect(page.locator("[data-meter]")).to_contain_text("MB")
    page.click("[data-menu-open]")
    expect(page.locator("[data-meter-rate]")).to_contain_text("a minute", timeout=10_000)


def test_whoever_held_the_picture_goes_back_to_live_by_one_press(cast: Cast) -> None:
    """While it is held nothing moves; afterwards it plays on from there, says how far behind it is, and jumps."""
    room = enter(cast.guest())
    page = room.page
    room.until_near_live()
    page.click("[data-menu-open]")
    page.click("[data-pause]")
    page.wait_for_selector("ms-player[data-state=paused]")
    held = room.seconds
    page.wait_for_timeout(7_500)
    assert room.seconds == held
    page.click("[data-start]")
    expect(page.locator("[data-resync]")).to_be_visible(timeout=10_000)
    expect(page.locator("[data-resync-text]")).to_contain_text("s behind: go to live")
    page.click("[data-resync]")
    room.until_near_live()
    expect(page.locator("[data-resync]")).to_be_hidden()
    room.keeps_moving()


def test_the_room_goes_on_where_no_socket_comes_through(cast: Cast) -> None:
    """A network that lets only HTTP pass: picture, talk in both directions, a like, and the next pin."""
    page = cast.guest()
    page.route_web_socket("**/ws/rooms/**", refuse)
    page.goto("/")
    page.locator(".show-card-big a").click()
    room = Room(page)
    page.wait_for_selector("ms-room[data-connected=http]", timeout=HTTP_MS)
    room.wait_for_picture()
    bo = enter(cast.guest())
    room.say("Hello over HTTP")
    bo.reads("Hello over HTTP")
    bo.say("And hello to you")
    expect(page.locator("[data-chat]")).to_contain_text("And hello to you", timeout=HTTP_MS)
    page.click("[data-like] button")
    expect(bo.page.locator("[data-likes]")).not_to_have_text("0", timeout=HTTP_MS)
    before = room.pinned
    studio = Studio(cast.enter("host", wide=True))
    studio.open()
    if before:
        studio.clear()
    else:
        studio.page.locator("form[action$='/pin/'] button").first.click()
    until(lambda: bool(room.pinned) is not bool(before), HTTP_MS / 1000, "the changed table over HTTP")
    assert page.get_attribute("ms-room", "data-connected") == "http"


def refuse(socket: WebSocketRoute) -> None:
    socket.close()


def test_a_line_is_answered_and_a_product_named(cast: Cast) -> None:
    """`#` offers the goods, the chip opens the buy sheet, an answer shows what it answers."""
    bo, femi = enter(cast.guest()), enter(cast.guest())
    bo.page.fill("#say-text", "")
    bo.page.locator("#say-text").press_sequentially("How tall is #vase")
    bo.page.click("[data-mention-box] button")
    assert bo.page.input_value("#say-text").startswith("How tall is #")
    bo.page.click(".say-send")
    femi.reads("How tall is")
    chip = femi.page.locator(".chat-chip", has_text="vase").last
    expect(chip).to_be_visible()
    open_line(femi.page, "How tall is")
    femi.page.click("[data-line-reply]")
    expect(femi.page.locator("[data-reply-bar]")).to_be_visible()
    femi.say("About 20 cm, I think")
    bo.reads("About 20 cm, I think")
    answer = bo.page.locator(line_of("About 20 cm")).last
    expect(answer.locator(".chat-quote")).to_contain_text("How tall is")
    femi.page.locator(".chat-chip", has_text="vase").last.click()
    expect(femi.page.locator("ms-sheet dialog[open]")).to_contain_text("vase")
    femi.keeps_moving()


def test_the_host_keeps_order_in_the_page(cast: Cast) -> None:
    """One line taken away, its speaker silenced for a minute and told so, then banned with all that was said."""
    spam, bo = enter(cast.guest()), enter(cast.guest())
    first, second = f"cheap watches {token_hex(3)}", f"really cheap ones {token_hex(3)}"
    host_page = cast.enter("host")
    host = enter(host_page)
    spam.say(first)
    host.reads(first)
    open_line(host_page, first)
    host_page.click(f"{SHEET} form[action$='/delete/'] button")
    expect(bo.page.locator("[data-chat]")).not_to_contain_text(first, timeout=15_000)
    spam.say(second)
    host.reads(second)
    open_line(host_page, second)
    host_page.click(f"{SHEET} button[name=minutes][value='1']")
    expect(spam.page.locator("[data-why]")).to_be_visible(timeout=15_000)
    expect(spam.page.locator("a[data-way=appeal]")).to_be_visible()
    expect(spam.page.locator("[data-say]")).to_be_hidden()
    open_line(host_page, second)
    host_page.click(f"{SHEET} .line-act-bad")
    host_page.click(f"{SHEET} form[action$='/ban/'] button")
    expect(bo.page.locator("[data-chat]")).not_to_contain_text(second, timeout=15_000)
    bo.keeps_moving()
