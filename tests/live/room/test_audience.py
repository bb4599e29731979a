"""How many watch, as a process without sockets hears it."""

from millstream.kernel.ids import new_id
from millstream.live.room.audience import MOST_ROOMS, Audience
from millstream.live.room.bounds import PRESENCE_EXPIRES_SECONDS


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_processes_are_added_and_the_silent_ones_forgotten() -> None:
    """The newest figure of each process counts, for seven seconds."""
    clock, room = Clock(), new_id()
    audience = Audience(clock)
    for process, viewers in (("a", 3), ("b", 4), ("a", 5)):
        audience.hear(f"room.{room}.presence", b'{"p":"%s","n":%d}' % (process.encode(), viewers))
    assert audience.viewers(room) == 9
    assert audience.viewers(new_id()) == 0
    clock.now += PRESENCE_EXPIRES_SECONDS / 2
    audience.hear(f"room.{room}.presence", b'{"p":"b","n":1}')
    clock.now += PRESENCE_EXPIRES_SECONDS / 2
    assert audience.viewers(room) == 1


def test_strange_murmurs_are_left_out() -> None:
    """Neither noise nor a negative crowd counts."""
    room = new_id()
    audience = Audience()
    for subject, body in (
        (f"room.{room}.presence", b"{"),
        (f"room.{room}.presence", b'{"p":"a","n":-1}'),
        (f"room.{room}.presence", b"[1]"),
        ("room.x.presence", b'{"p":"a","n":1}'),
        ("room", b'{"p":"a","n":1}'),
    ):
        audience.hear(subject, body)
    assert audience.viewers(room) == 0


def test_rooms_that_are_remembered_are_bounded() -> None:
    """The longest silent room is forgotten first."""
    audience = Audience()
    rooms = [new_id() for _ in range(MOST_ROOMS + 1)]
    for room in rooms:
        audience.hear(f"room.{room}.presence", b'{"p":"a","n":1}')
    assert audience.viewers(rooms[0]) == 0
    assert audience.viewers(rooms[1]) == audience.viewers(rooms[-1]) == 1
