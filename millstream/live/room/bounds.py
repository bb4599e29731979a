"""Every bound of a room, with its name."""

import os
from dataclasses import dataclass
from typing import Final

LARGEST_FRAME_BYTES: Final = 2_048
LONGEST_TALK: Final = 200
BAD_FRAMES_BEFORE_CLOSE: Final = 5
FLOOD_FRAMES: Final = 600
FLOOD_SECONDS: Final = 10.0
HELLOS_PER_MINUTE: Final = 60
HELLOS_BURST: Final = 20

HISTORY: Final = 200
HISTORY_SHOWN: Final = 50
TALK_PER_FRAME: Final = 30
DELETED_KEPT: Final = 200
TRADE_KEPT: Final = 200

QUEUED_FRAMES: Final = 64
SLOW_SECONDS: Final = 10.0
TICK_SECONDS: Final = 0.25
SMALL_ROOM: Final = 500
BIG_ROOM: Final = 2_000
TRADE_SECONDS: Final = 0.25

LOOK_SECONDS: Final = 2.0
PRESENCE_SECONDS: Final = 2.0
PRESENCE_EXPIRES_SECONDS: Final = 7.0
HEARTBEAT_SECONDS: Final = 15.0
IDLE_ROOM_SECONDS: Final = 60.0
SEED_SECONDS: Final = 1.0
SAVE_SECONDS: Final = 0.25
UNSAVED_MESSAGES: Final = 2_000
REPEAT_SECONDS: Final = 30.0

SAY_PER_MINUTE: Final = 20
SAY_BURST: Final = 5
SAY_PER_MINUTE_NETWORK: Final = 600
SAY_BURST_NETWORK: Final = 120
LIKES_PER_MINUTE: Final = 240
LIKES_BURST: Final = 30
LIKES_PER_MINUTE_NETWORK: Final = 2_400
LIKES_BURST_NETWORK: Final = 120
GUEST_SAY_PER_MINUTE_NETWORK: Final = 240
GUEST_SAY_BURST_NETWORK: Final = 60
CROWD_SECONDS: Final = 30.0
CROWD_LETTERS: Final = 8
CROWD_AT_ONCE: Final = 100
CROWD_SUGGEST_SECONDS: Final = 60.0

ASKS_PER_MINUTE: Final = 60
ASKS_BURST: Final = 10
ASKS_QUEUED: Final = 10_000
ASKS_AT_ONCE: Final = 1_000
ASK_GATHER_SECONDS: Final = 0.01
LONGEST_COUPON: Final = 40
MOST_MENTIONS: Final = 5
LONGEST_CAPTION: Final = 200
LARGEST_QUANTITY: Final = 99
LARGEST_AMOUNT_MINOR: Final = 10**12
SHORTEST_KEY: Final = 8
LONGEST_KEY: Final = 64

BACKLOG: Final = 8_192
HANDSHAKE_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 5.0
STOP_SECONDS: Final = 2.0
LARGEST_HANDSHAKE_BYTES: Final = 8_192
HELLO_SECONDS: Final = 20.0
PING_SECONDS: Final = 30.0
GONE_SECONDS: Final = 75.0
SEND_BUFFER_BYTES: Final = 131_072
WAITING_BYTES: Final = 65_536
SENT_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """How many sockets one process takes: from one visitor, from one network, in all."""

    per_visitor: int = 8
    per_network: int = 2_000
    in_all: int = 20_000

    @classmethod
    def from_environ(cls) -> "SocketLimits":
        """The limits of this installation: `MILLSTREAM_ROOM_SOCKETS_PER_VISITOR`, `_PER_NETWORK` and `_IN_ALL`."""
        default = cls()
        return cls(
            per_visitor=_number("PER_VISITOR", default.per_visitor),
            per_network=_number("PER_NETWORK", default.per_network),
            in_all=_number("IN_ALL", default.in_all),
        )


def tick_seconds(sockets: int) -> float:
    """How often talk goes out: 4 times a second in small rooms, 2 above 500 sockets, once above 2,000."""
    if sockets > BIG_ROOM:
        return 1.0
    return 0.5 if sockets > SMALL_ROOM else TICK_SECONDS


def _number(name: str, default: int) -> int:
    return int(os.environ.get(f"MILLSTREAM_ROOM_SOCKETS_{name}", default))
