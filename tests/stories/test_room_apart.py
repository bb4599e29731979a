"""A town whose rooms stand apart: watched, talked in, sold from, and back by itself after its process died."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psutil
import pytest
from playwright.sync_api import Page, expect

from millstream.site.engines.ports import free_port
from tests.browser.buying import Buyer, buy_in_room
from tests.browser.people import Cast
from tests.browser.room import Room, Studio
from tests.browser.town import DemoTown, demo_town, until
from tests.stories.test_kill import forgive_what_a_killed_town_says, kill

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BACK_SECONDS = 60.0
CUP_MINOR = 5_800


@pytest.fixture(scope="module")
def town() -> Iterator[DemoTown]:
    """`millstream up --demo --room-apart`, as its setting says it."""
    with demo_town({"MILLSTREAM_ROOM_APART": "1", "MILLSTREAM_ROOM_PORT": str(free_port())}) as running:
        yield running


def sockets_of(page: Page) -> list[str]:
    """The addresses of the room's sockets that this page has opened so far."""
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    return opened


def health_of(town: DemoTown) -> dict[str, object]:
    """What `/healthz` says of the room."""
    told: dict[str, dict[str, object]] = httpx.get(f"{town.web}/healthz", timeout=20).json()["parts"]
    return told["room"]


def reads_late(room: Room, words: str) -> None:
    expect(room.page.locator("[data-chat]")).to_contain_text(words, timeout=BACK_SECONDS * 1000)


def test_a_room_apart_is_one_room_with_the_pages_and_comes_back_by_itself(cast: Cast, town: DemoTown) -> None:
    """Talk, a pin and a purchase; `kill -9` of the room's process; the same viewers go on, nothing said is lost."""
    bo, femi, studio = Room(cast.guest()), Room(cast.guest()), Studio(cast.enter("host", wide=True))
    opened = sockets_of(bo.page)
    bo.open_from_home()
    femi.open_from_home()
    place = f"ws://127.0.0.1:{town.environment['MILLSTREAM_ROOM_PORT']}/"
    assert [url.startswith(place) for url in opened] == [True]
    assert health_of(town)["ok"] is True
    studio.open()
    studio.clear()
    bo.say("Is the celadon food-safe?")
    reads_late(femi, "Is the celadon food-safe?")
    cup, _ = studio.pin("Everyday cup")
    until(lambda: {bo.pinned, femi.pinned} == {cup}, BACK_SECONDS, "the cup on both tables")
    buy_in_room(bo, Buyer("Bo", "bo.apart@example.org"), CUP_MINOR)

    dead = town.process("room")
    kill(town, "room")
    assert not psutil.pid_exists(dead.pid)
    # Asking the page for something is also what lets its sockets be noticed here.
    until(lambda: bo.page.title() and len(opened) > 1, BACK_SECONDS, "Bo's page opens another socket by itself")
    for room in (bo, femi):
        room.page.wait_for_selector("ms-room[data-connected=true]", timeout=BACK_SECONDS * 1000)
    until(lambda: health_of(town)["ok"], BACK_SECONDS, "the room is well again", every=0.25)
    reads_late(bo, "Is the celadon food-safe?")
    femi.say("I have just come back")
    reads_late(bo, "I have just come back")
    studio.clear()
    again, _ = studio.pin("Everyday cup")
    until(lambda: {bo.pinned, femi.pinned} == {again}, BACK_SECONDS, "the cup on both tables again")
    late = Room(cast.guest())
    late.open_from_home()
    for words in ("Is the celadon food-safe?", "I have just come back"):
        reads_late(late, words)
    forgive_what_a_killed_town_says(cast)
