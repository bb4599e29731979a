"""What other processes tell about a room: taken when it has the right shape, left out with a word when not."""

import logging
from typing import Any, Final

from millstream.live.room.state import Room
from millstream.live.room.wire import caption_frame, read_message

log = logging.getLogger(__name__)

MOST_LIKES_AT_ONCE: Final = 10_000


def hear(room: Room, topic: str, told: dict[str, Any], at: float) -> bool:
    """Take a murmur about a room; True when the rows should be looked at now. `at` is monotonic.

    Moderation acts at once where the murmur says enough, and the rows are looked at in any case: they are the truth.
    """
    match topic, told:
        case "talk", {"message": message}:
            heard = read_message(message)
            if heard is not None:
                room.hear_message(heard)
                room.guard.hear(heard.get("network", ""), heard["visitor"], heard["text"], at)
        case "likes", {"likes": int(likes)} if 0 < likes <= MOST_LIKES_AT_ONCE:
            room.likes += likes
        case "presence", {"p": str(process), "n": int(viewers)} if viewers >= 0:
            room.hear_presence(process, viewers, at)
        case "caption", {"text": str(text), "at": str(said_at)}:
            room.caption = {"text": text, "at": said_at}
            frame = caption_frame(text, said_at)
            for socket in room.sockets:
                socket.offer(frame)
        case "moderate", _:
            _moderate(room, told)
            return True
        case _:
            log.warning("room %s: strange murmur about %s", room.id, topic)
    return False


def _moderate(room: Room, told: dict[str, Any]) -> None:
    match told:
        case {"deleted": str(message_id)}:
            room.delete_message(message_id)
        case {"muted": str(visitor), "until": float(until)}:
            room.guard.mutes[visitor] = until
        case {"banned": str(visitor), "actor": str(actor), "network": str(network)}:
            room.delete_said_by(visitor, actor, network)
        case _:
            log.debug("room %s: its order changed", room.id)
