"""A room in memory: history, presence, mutes, trade."""

from uuid import UUID

from millstream.kernel.ids import new_id
from millstream.live.room.admission import Entry
from millstream.live.room.bounds import HISTORY, HISTORY_SHOWN, PRESENCE_EXPIRES_SECONDS
from millstream.live.room.socket import QueuedSocket
from millstream.live.room.state import Room, RoomSeed


def message(number: int) -> dict[str, str]:
    return {"id": f"{number:04}", "name": "Bo", "role": "guest", "text": f"m{number}", "at": "", "visitor": "v"}


def item(number: int, kind: str = "stock", **data: object) -> dict[str, object]:
    return {"n": number, "kind": kind, "at": "", "data": data}


def room() -> Room:
    return Room(new_id(), opened_at=0.0)


async def nothing(_message: object) -> None:
    return


def viewer(visitor: UUID) -> QueuedSocket:
    return QueuedSocket(Entry(new_id(), visitor, "n", "Bo", "guest", "en", vouched=False), nothing)


def test_a_message_that_came_twice_is_shown_once() -> None:
    """By the socket's process and by NATS, or by rows and by NATS."""
    here = room()
    here.hear_message(message(1))
    here.hear_message(message(1))
    here.hear_history([message(0), message(1)])
    assert [line["id"] for line in here.history()] == ["0000", "0001"]
    frame = here.next_talk_frame(0.0, heartbeat=15)
    assert frame is not None
    assert frame.count('"text":"m1"') == 1


def test_history_is_bounded() -> None:
    """Two hundred are remembered, fifty shown to who comes."""
    here = room()
    for number in range(HISTORY + 20):
        here.hear_message(message(number))
    assert len(here.history()) == HISTORY
    assert [line["id"] for line in here.recent()][-1] == f"{HISTORY + 19:04}"
    assert len(here.recent()) == HISTORY_SHOWN


def test_a_deleted_message_is_taken_off_the_screens() -> None:
    """Also when it was not sent yet."""
    here = room()
    here.hear_message(message(1))
    here.delete_message("0001")
    frame = here.next_talk_frame(0.0, heartbeat=15)
    assert frame is not None
    assert '"deleted":["0001"]' in frame
    assert "m1" not in frame
    assert here.history() == []


def test_a_quiet_room_sends_a_sign_of_life_only() -> None:
    """No frame without news, until the heartbeat is due."""
    here = room()
    assert here.next_talk_frame(0.0, heartbeat=15) is not None
    assert here.next_talk_frame(1.0, heartbeat=15) is None
    here.likes += 1
    assert here.next_talk_frame(2.0, heartbeat=15) is not None
    assert here.next_talk_frame(16.9, heartbeat=15) is None
    assert here.next_talk_frame(17.1, heartbeat=15) is not None


def test_viewers_are_visitors_of_all_processes() -> None:
    """Two tabs are one viewer; a process that fell silent is forgotten after seven seconds."""
    here = room()
    bo = new_id()
    here.sockets |= {viewer(bo), viewer(bo), viewer(new_id())}
    here.hear_presence("other", 5, 10.0)
    assert here.viewers(10.0) == 7
    assert here.viewers(10.0 + PRESENCE_EXPIRES_SECONDS) == 2


def test_trade_is_taken_in_order_and_once() -> None:
    """Hints that come late or twice change nothing; the state follows."""
    here = room()
    here.seed(RoomSeed(new_id(), "planned", 2, [item(1), item(2)], [], 0))
    assert here.follows([item(3)])
    assert not here.follows([item(4)])
    here.hear_trade([item(3, "state", state="live"), item(2), item(3)])
    assert here.last == 3
    assert here.state == "live"
    assert [one["n"] for one in here.trade_since(1) or []] == [2, 3]
    assert here.trade_since(3) == []


def test_trade_that_is_no_longer_at_hand_is_fetched_by_the_viewer() -> None:
    """The room says so by sending none of it."""
    here = room()
    here.seed(RoomSeed(new_id(), "live", 500, [item(number) for number in range(301, 501)], [], 0))
    assert here.trade_since(100) is None
    assert len(here.trade_since(300) or []) == 200


def test_an_unseeded_room_takes_no_hint_for_the_whole() -> None:
    """Without rows behind it, a hint may follow on anything."""
    assert not room().follows([item(1)])


def test_mutes_and_repeats_have_an_end() -> None:
    """By the clock that is handed in."""
    here = room()
    here.guard.mutes["v"] = 100.0
    assert here.guard.muted_until("v", 99.0) == 100.0
    assert here.guard.muted_until("v", 100.0) is None
    assert not here.repeats("v", "hi", 0.0)
    assert here.repeats("v", "hi", 29.0)
    assert not here.repeats("v", "hi", 60.0)


def test_talk_closes_with_the_show() -> None:
    """Planned and live rooms take messages, ended ones do not."""
    here = room()
    assert here.may_talk()
    here.hear_trade([item(1, "state", state="ended")])
    assert not here.may_talk()
