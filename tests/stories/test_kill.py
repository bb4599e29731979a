"""Any process may be killed at any moment: nothing that was answered is lost, nothing is doubled, all comes back."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from millstream.kernel.ids import new_id
from tests.browser.people import Cast
from tests.browser.programs import variant_of
from tests.browser.room import Room
from tests.browser.town import DemoTown, until
from tests.stories.books import captured_since, gateway_sessions, orders_since
from tests.stories.shoppers import Crowd, shopping

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLUGS = ("chilli", "ash-cup", "mushrooms", "green-tea", "celadon-set")
VICTIMS = ("worker", "media", "sim", "web", "postgres", "nats")
BACK_SECONDS = 60.0
BETWEEN = 4  # purchases that must be answered after each death


def test_kill_9_of_every_process_loses_and_doubles_nothing(cast: Cast, town: DemoTown) -> None:
    """While people buy, each process dies in turn, then the supervisor; the books agree with the gateway's journal."""
    since, before = str(new_id()), {slug: variant_of(town, slug) for slug in SLUGS}
    room = Room(cast.guest())
    room.open_from_home()
    with shopping(town, [variant["id"] for variant in before.values()], how_many=2) as crowd:
        crowd.until_more(BETWEEN, BACK_SECONDS)
        kill_a_web_worker(town)
        sees_all_back(town, crowd, room)
        for name in VICTIMS:
            kill(town, name)
            sees_all_back(town, crowd, room)
        kill_the_supervisor(town)
        sees_all_back(town, crowd, room)
    assert crowd.lost > 0, "some answers were lost on the way, or nothing was tried"
    approved = len(crowd.answered)
    until(lambda: paid_since(town, since) >= approved, BACK_SECONDS, "every approved payment is booked", every=0.5)
    agrees_with_what_was_answered(town, crowd, since)
    gone = sum(before[slug]["left"] - variant_of(town, slug)["left"] for slug in SLUGS)
    assert gone == len(crowd.answered)
    code, told = town.reconcile()
    assert code == 0, told
    forgive_what_a_killed_town_says(cast)


def kill_a_web_worker(town: DemoTown) -> None:
    """One of the two web processes that serve pages and rooms."""
    worker = town.process("web").children()[0]
    worker.kill()
    psutil.wait_procs([worker], timeout=10)


def kill(town: DemoTown, name: str) -> None:
    """One child of the supervisor; wait until its successor runs."""
    dead = town.process(name)
    dead.kill()

    def followed() -> bool:
        try:
            return town.process(name).pid != dead.pid
        except (AssertionError, psutil.Error):
            return False

    until(followed, BACK_SECONDS, f"{name} starts again")


def kill_the_supervisor(town: DemoTown) -> None:
    """The supervisor itself; then a person starts the town again by hand."""
    assert town.supervisor is not None
    os.kill(town.supervisor.pid, signal.SIGKILL)
    town.supervisor.wait()
    town.begin()


def sees_all_back(town: DemoTown, crowd: Crowd, room: Room) -> None:
    """Health, purchases, the viewer's picture and the viewer's socket: all there again without a click."""
    until(town.is_well, BACK_SECONDS, "every part is well", every=0.25)
    crowd.until_more(BETWEEN, BACK_SECONDS)
    room.wait_for_picture()
    room.keeps_moving(0.5)
    room.page.wait_for_selector("ms-room[data-connected=true]", timeout=BACK_SECONDS * 1000)


def paid_since(town: DemoTown, since: str) -> int:
    return sum(1 for row in orders_since(town, since) if row.state == "paid")


def agrees_with_what_was_answered(town: DemoTown, crowd: Crowd, since: str) -> None:
    """Each answered purchase is one paid order with one unit sold; our captured money is the gateway's, to the cent."""
    rows = orders_since(town, since)
    paid = {row.id: row for row in rows if row.state == "paid"}
    assert len(rows) == len({row.id for row in rows}) == len({row.code for row in rows}), "an order has two payments"
    assert sorted(paid) == sorted(order["order"] for order in crowd.answered)
    assert {row.id for row in rows} - set(paid) == {order["order"] for order in crowd.expired}
    assert [row.sold for row in paid.values()] == [1] * len(paid)
    ours, entries = captured_since(town, since)
    sessions = gateway_sessions(town)
    theirs = [sessions[row.payment] for row in rows if row.payment in sessions]
    captured = [session for session in theirs if session.state == "captured"]
    assert entries == len(captured) == len(paid)
    assert ours == sum(session.amount_minor for session in captured) == sum(row.total_minor for row in paid.values())


def forgive_what_a_killed_town_says(cast: Cast) -> None:
    """A browser tells of every request that a dead process did not answer; anything else stays a problem."""
    expected = ("net::ERR_", "WebSocket connection to", "Failed to load resource")
    cast.problems[:] = [said for said in cast.problems if not any(words in said for words in expected)]
