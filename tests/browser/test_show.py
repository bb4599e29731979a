"""The show: its picture, a camera that comes and goes, its talk and what lies on its table."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.camera import FILM_SIZE, film, publishing, refused
from tests.browser.listeners import listeners_in_every_process
from tests.browser.people import Cast
from tests.browser.room import Room, Studio
from tests.browser.town import DemoTown, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_home_page_shows_what_is_live_what_comes_next_makers_and_goods(cast: Cast) -> None:
    """Whoever comes to the market sees a show that is on, the next ones, goods with prices, and who makes them."""
    page = cast.guest()
    page.goto("/")
    assert page.locator(".show-card-big .seal-live").count() == 1
    assert page.locator("section[aria-labelledby=coming] .show-card").count() == 3
    assert page.locator("section[aria-labelledby=goods] .card").count() >= 6
    assert page.locator("section[aria-labelledby=goods] .price").first.inner_text().startswith("¥")
    assert page.locator("section[aria-labelledby=makers] .card").count() >= 4
    expect(page.locator("section[aria-labelledby=coming] h2")).to_have_text("Coming up")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("section[aria-labelledby=coming] h2")).to_have_text("即将开播")
    assert page.locator("html").get_attribute("lang") == "zh-hans"


def test_a_camera_takes_over_from_the_drawn_scene_drops_and_comes_back(
    cast: Cast, town: DemoTown, tmp_path: Path
) -> None:
    """The viewer clicks nothing: scene, film, last picture with a veil, film again, and after the grace the scene."""
    room, source = Room(cast.guest()), film(tmp_path)
    room.open_from_home()
    room.keeps_moving()
    scene_size = room.size
    assert scene_size != FILM_SIZE
    wrong = refused(source, town.publish_address()[:-4] + "aaaa")
    assert wrong.returncode != 0
    assert "Server error: " in wrong.stderr
    assert "key" in wrong.stderr
    with publishing(source, town.publish_address()) as camera:
        room.until_size(FILM_SIZE)
        room.keeps_moving()
        room.until_near_live()
        camera.kill()
        until(lambda: room.player_state == "stalled", 20, "the veil")
        expect(room.page.locator("[data-veil]")).to_contain_text("Back in a moment")
        assert room.size == FILM_SIZE
    with publishing(source, town.publish_address()):
        room.wait_for_picture()
        room.keeps_moving()
        assert room.size == FILM_SIZE
        expect(room.page.locator("[data-veil]")).to_be_hidden()
    room.until_size(scene_size)
    room.keeps_moving()


def test_viewers_in_both_web_processes_talk_and_see_a_pin_within_a_second(cast: Cast, town: DemoTown) -> None:
    """What one says all read; what the host pins lies on everybody's table within a second."""
    bo, femi, studio = Room(cast.guest()), Room(cast.guest()), Studio(cast.enter("host", wide=True))
    bo.open_from_home()
    femi.open_from_home()
    studio.open()
    studio.clear()
    with listeners_in_every_process(town, bo.page) as listeners:
        bo.say("Is the celadon food-safe?")
        femi.reads("Is the celadon food-safe?")
        studio.says("Is the celadon food-safe?")
        for listener in listeners:
            listener.hears("talk", "Is the celadon food-safe?")
        for one in (bo, femi):
            one.note_pins()
        variant, pressed_at = studio.pin("Everyday cup")
        late = [one.pin_seen_at(variant) - pressed_at for one in (bo, femi)]
        late += [listener.hears("trade", variant) * 1000 - pressed_at for listener in listeners]
    assert max(late) <= 1000, f"milliseconds from the press to each screen: {late}"
    expect(femi.page.locator("[data-pin-link]")).to_have_text("Everyday cup")
    expect(femi.page.locator("[data-viewers]")).not_to_have_text("1")
    assert {bo.pinned, femi.pinned} == {variant}
