"""The words of the room's wire: what a viewer may say, and the frames that a room sends. Pure."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from millstream.live.room.bounds import LARGEST_FRAME_BYTES, LONGEST_TALK

LARGEST_TRADE_NUMBER: Final = 2**53
ROLES: Final = ("guest", "buyer", "maker", "host", "moderator")

type Message = Mapping[str, Any]
type TradeItem = Mapping[str, Any]


class BadFrame(Exception):
    """What came over the socket is no message of this wire; the text says why, for the log only."""


class FrameTooBig(BadFrame):
    """More bytes than any honest message has."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The viewer is here and has seen trade up to `last`."""

    last: int


@dataclass(frozen=True, slots=True)
class Say:
    """The viewer says something; `text` is tidy and not empty, but may be too long."""

    text: str


@dataclass(frozen=True, slots=True)
class Like:
    """The viewer likes what it sees."""


def read_frame(text: str | None) -> Hello | Say | Like:
    """The message in a text frame; raises `BadFrame` for anything that is not exactly one of the three.

    A frame with a field too many is refused too: names, roles and prices are never taken from a viewer.
    """
    if text is None:
        raise BadFrame("not a text frame")
    if len(text) > LARGEST_FRAME_BYTES or len(text.encode()) > LARGEST_FRAME_BYTES:
        raise FrameTooBig(f"more than {LARGEST_FRAME_BYTES} bytes")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame("not JSON") from None
    if not isinstance(said, dict):
        raise BadFrame("not an object")
    match said:
        case {"t": "hello", "last": int(last), **rest} if not rest and type(last) is int:
            if not 0 <= last < LARGEST_TRADE_NUMBER:
                raise BadFrame("a trade number out of range")
            return Hello(last)
        case {"t": "say", "text": str(words), **rest} if not rest:
            return Say(tidy_words(words))
        case {"t": "like", **rest} if not rest:
            return Like()
        case _:
            raise BadFrame("no message of this wire")


def tidy_words(words: str) -> str:
    """One line without control characters or invisible direction marks; refuses nothing but emptiness."""
    kept = (
        " " if unicodedata.category(letter) in ("Zl", "Zp") or letter in "\n\r\t" else letter
        for letter in words
        if letter in "\n\r\t\u200d" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    tidy = " ".join("".join(kept).split())
    if not tidy:
        raise BadFrame("nothing said")
    return tidy


def is_too_long(text: str) -> bool:
    """Whether a message is longer than one may be."""
    return len(text) > LONGEST_TALK


def _frame(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def shown(message: Message) -> dict[str, Any]:
    """A message as viewers get it: without who the visitor is."""
    return {name: message[name] for name in ("id", "name", "role", "text", "at")}


def welcome_frame(
    *, room: str, viewers: int, last: int, name: str, role: str, may_talk: bool, talk: Iterable[Message], likes: int
) -> str:
    """The first frame of a socket: the room as it is."""
    return _frame(
        {
            "t": "welcome",
            "room": room,
            "viewers": viewers,
            "last": last,
            "name": name,
            "role": role,
            "may_talk": may_talk,
            "talk": [shown(message) for message in talk],
            "likes": likes,
        }
    )


def trade_frame(items: Sequence[TradeItem], after: int, last: int) -> str:
    """Trade items in the order of their numbers: who has seen all up to `after` has then seen all up to `last`.

    Numbers in between may be missing: a newer figure of the same product stands for them.
    """
    return _frame({"t": "trade", "after": after, "items": list(items), "last": last})


def talk_frame(messages: Sequence[Message], deleted: Sequence[str], likes: int, viewers: int) -> str:
    """What was said since the last tick, what a moderator took away, and the counters."""
    said: dict[str, Any] = {"t": "talk", "messages": [shown(message) for message in messages]}
    if deleted:
        said["deleted"] = list(deleted)
    return _frame({**said, "likes": likes, "viewers": viewers})


def refused_frame(code: str, text: str) -> str:
    """No, and why, in the viewer's language."""
    return _frame({"t": "refused", "code": code, "text": text})


def read_message(told: object) -> dict[str, Any] | None:
    """A talk message that another process told, if it has the shape of one."""
    if not isinstance(told, dict):
        return None
    wanted = ("id", "name", "role", "text", "at", "visitor")
    if any(not isinstance(told.get(name), str) for name in wanted) or told["role"] not in ROLES:
        return None
    if is_too_long(told["text"]):
        return None
    return {name: told[name] for name in wanted}
