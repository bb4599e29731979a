"""What a viewer's frames do, whatever server reads them."""

import logging
import time
from typing import Final

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import Refusal
from millstream.live.refusals import BadMessage
from millstream.live.room.bounds import BAD_FRAMES_BEFORE_CLOSE, HELLOS_BURST, HELLOS_PER_MINUTE
from millstream.live.room.counter import Answer
from millstream.live.room.frame import frame_of
from millstream.live.room.guard import TalkRefused
from millstream.live.room.hub import Hub
from millstream.live.room.socket import CLOSE_BAD_FRAMES, CLOSE_TOO_BIG, Socket
from millstream.live.room.state import Room
from millstream.live.room.wire import Ask, BadFrame, Bid, Buy, FrameTooBig, Grab, Hello, Like, Say, read_frame

log = logging.getLogger(__name__)

ANSWERS: Final[dict[type, str]] = {Buy: "bought", Bid: "bid", Grab: "grabbed"}
LOGGED_PER_MINUTE: Final = 60
_hellos = RateLimit("live.hellos", per_minute=HELLOS_PER_MINUTE, burst=HELLOS_BURST)
_logged = RateLimit("live.bad_frames_logged", per_minute=LOGGED_PER_MINUTE, burst=20)


def take(hub: Hub, room: Room, socket: Socket, text: str | None) -> None:
    """Do what a frame asks; one that no page of ours sends is refused and logged, and after five the socket closed."""
    socket.hear(time.monotonic())
    if socket.closing is not None:
        return
    socket.spoke = True
    try:
        _do(hub, room, socket, text)
    except FrameTooBig:
        _log(socket, "a frame too big")
        socket.close(CLOSE_TOO_BIG)
    except BadFrame as bad:
        _log(socket, str(bad))
        socket.bad_frames += 1
        hub.refuse(room, socket, BadMessage())
        if socket.bad_frames >= BAD_FRAMES_BEFORE_CLOSE:
            socket.close(CLOSE_BAD_FRAMES)


def _do(hub: Hub, room: Room, socket: Socket, text: str | None) -> None:
    match read_frame(text):
        case Hello(last):
            if not _hellos.take(str(socket.entry.visitor)):  # an answer may be a hundred times as long as the ask
                hub.catch_up(room, socket, last)
        case Say() as said:
            try:
                hub.speech.say(room, socket, said)
            except TalkRefused as refused:
                hub.refuse_talk(room, socket, refused)
        case Like():
            hub.speech.like(room, socket)
        case Buy() | Bid() | Grab() as ask:
            _ask(hub, room, socket, ask)


def _ask(hub: Hub, room: Room, socket: Socket, ask: Ask) -> None:
    """Put an ask to the counter; the answer goes to this socket alone, under the key of the ask."""

    def answer(told: Answer) -> None:
        if isinstance(told, Refusal):
            hub.refuse(room, socket, told, ask.key)
        else:
            socket.answer(frame_of({"t": ANSWERS[type(ask)], "key": ask.key, **told}))

    hub.counters.take(room, socket, ask, answer)


def _log(socket: Socket, why: str) -> None:
    """Say in the log what came from where, but not a flood of it."""
    if not _logged.take(socket.entry.network):
        log.warning("bad frame from %s (visitor %s): %s", socket.entry.network, socket.entry.visitor, why)
