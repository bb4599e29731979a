"""How fast is talked and liked, and what a crowd says, whichever way it comes in. No process, no database."""

import pytest

from millstream.kernel.ids import new_id
from millstream.live.room.admission import Entry
from millstream.live.room.bounds import GUEST_SAY_BURST_NETWORK, LIKES_BURST, LIKES_BURST_NETWORK, SAY_BURST
from millstream.live.room.guard import TalkRefused
from millstream.live.room.hearing import hear
from millstream.live.room.pace import Pace
from millstream.live.room.state import Room

MARK = "a" * 32


def guest(mark: str) -> Entry:
    return Entry(new_id(), new_id(), "n", "Guest 1234", "guest", "en", vouched=True, mark=mark)


def told(number: int, text: str) -> dict[str, object]:
    """What a page tells the rooms of somebody who talks by form."""
    line = {"id": f"{number:04}", "visitor": str(new_id()), "name": "Bo", "role": "guest", "text": text, "at": ""}
    return {"p": "page", "message": {**line, "reply": "", "mentions": [], "actor": "", "network": MARK}}


def test_what_came_by_form_is_not_repeated_by_socket() -> None:
    """The third of a network that says it is refused; another network may."""
    room = Room(new_id(), opened_at=0.0)
    for number in range(2):
        hear(room, "talk", told(number, "Buy at my shop!"), 1.0)
    with pytest.raises(TalkRefused) as refused:
        room.guard.check(guest(MARK), "buy at my shop!", 2.0, 2.0)
    assert refused.value.code == "live.repeated"
    room.guard.check(guest("b" * 32), "buy at my shop!", 2.0, 2.0)


def test_guests_of_one_network_share_what_they_may_say_and_like() -> None:
    """However many cookies they have; who is known talks on, up to what the whole network may."""
    pace = Pace(clock=lambda: 0.0)
    said = [pace.say(str(new_id()), "n", role="guest", verified=False) for _ in range(GUEST_SAY_BURST_NETWORK + 1)]
    assert said == [0] * GUEST_SAY_BURST_NETWORK + [1]
    assert not pace.say(str(new_id()), "n", role="guest", verified=True)
    assert not pace.say(str(new_id()), "n", role="buyer", verified=False)
    liked = [pace.like(str(new_id()), "n") for _ in range(LIKES_BURST_NETWORK + 1)]
    assert liked == [True] * LIKES_BURST_NETWORK + [False]


def test_one_visitor_has_a_measure_of_its_own() -> None:
    """Smaller than that of its network."""
    pace, bo = Pace(clock=lambda: 0.0), str(new_id())
    assert [bool(pace.say(bo, "n", role="host", verified=True)) for _ in range(SAY_BURST + 1)] == [False] * 5 + [True]
    assert [pace.like(bo, "n") for _ in range(LIKES_BURST + 1)] == [True] * LIKES_BURST + [False]
