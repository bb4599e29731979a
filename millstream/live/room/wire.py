"""The words of the room's wire: what a viewer may say, and the frames that a room sends. Pure."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from millstream.live.room.bounds import (
    LARGEST_AMOUNT_MINOR,
    LARGEST_FRAME_BYTES,
    LARGEST_QUANTITY,
    LONGEST_COUPON,
    LONGEST_KEY,
    LONGEST_TALK,
    MOST_MENTIONS,
    SHORTEST_KEY,
)
from millstream.live.room.frame import Frame, frame_of

LARGEST_TRADE_NUMBER: Final = 2**53
ROLES: Final = ("guest", "buyer", "maker", "host", "cohost", "moderator")
TOLD: Final = ("id", "name", "role", "text", "at")
KEPT: Final = (*TOLD, "visitor")
ASKS: Final = {
    "buy": frozenset({"key", "variant", "quantity", "seen_minor"}),
    "bid": frozenset({"key", "auction", "max_minor"}),
    "grab": frozenset({"key", "gift"}),
}

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
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Like:
    """The viewer likes what it sees."""


@dataclass(frozen=True, slots=True)
class Buy:
    """The viewer wants so much of a variant; `seen_minor` is the price that it was shown."""

    key: str
    variant: UUID
    quantity: int
    seen_minor: int
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class Bid:
    """The viewer gives at most so much in an auction."""

    key: str
    auction: UUID
    max_minor: int


@dataclass(frozen=True, slots=True)
class Grab:
    """The viewer reaches for a gift."""

    key: str
    gift: UUID


type Ask = Buy | Bid | Grab


def read_frame(text: str | None) -> Hello | Say | Like | Ask:
    """The message in a text frame; raises `BadFrame` for anything that is not exactly one of this wire.

    A frame with a field too many is refused too: names, roles and prices are never taken from a viewer.
    """
    match _read_object(text):
        case {"t": "hello", "last": int(last), **rest} if not rest and type(last) is int:
            if not 0 <= last < LARGEST_TRADE_NUMBER:
                raise BadFrame("a trade number out of range")
            return Hello(last)
        case {"t": "say", "text": str(words), "reply": str(reply), **rest} if not rest:
            return Say(tidy_words(words), str(_uuid(reply)))
        case {"t": "say", "text": str(words), **rest} if not rest:
            return Say(tidy_words(words))
        case {"t": "like", **rest} if not rest:
            return Like()
        case {"t": "buy" | "bid" | "grab" as kind, **rest}:
            return _read_ask(kind, rest)
        case _:
            raise BadFrame("no message of this wire")


def _read_object(text: str | None) -> dict[str, Any]:
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
    return said


def _read_ask(kind: str, told: dict[str, Any]) -> Ask:
    """An ask of trade: who asks and what it costs is never among it."""
    coupon = told.pop("coupon", "") if kind == "buy" else ""
    if told.keys() != ASKS[kind]:
        raise BadFrame("a field too many or too few")
    key = told["key"]
    # Printable, as every text of an ask: a NUL or half a letter is what no row takes.
    if not (isinstance(key, str) and SHORTEST_KEY <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise BadFrame("not a key")
    if kind == "grab":
        return Grab(key, _uuid(told["gift"]))
    if kind == "bid":
        return Bid(key, _uuid(told["auction"]), _number(told["max_minor"], LARGEST_AMOUNT_MINOR))
    if not isinstance(coupon, str) or len(coupon) > LONGEST_COUPON or not coupon.isprintable():
        raise BadFrame("not a coupon")
    quantity = _number(told["quantity"], LARGEST_QUANTITY)
    return Buy(key, _uuid(told["variant"]), quantity, _number(told["seen_minor"], LARGEST_AMOUNT_MINOR), coupon.strip())


def _uuid(told: object) -> UUID:
    try:
        return UUID(told if isinstance(told, str) else "")
    except ValueError:
        raise BadFrame("not an id") from None


def _number(told: object, most: int) -> int:
    if type(told) is not int or not 1 <= told <= most:
        raise BadFrame("a number out of range")
    return told


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


def shown(message: Message) -> dict[str, Any]:
    """A message as viewers get it: without who the visitor is."""
    told = {name: message[name] for name in TOLD}
    if message.get("reply"):
        told["reply"] = message["reply"]
    if message.get("mentions"):
        told["mentions"] = list(message["mentions"])
    return told


def clock() -> str:
    """The server's time, so that countdowns do not run by the viewer's."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def welcome_frame(
    *,
    room: str,
    viewers: int,
    last: int,
    name: str,
    role: str,
    standing: Mapping[str, Any],
    rules: Mapping[str, Any],
    talk: Iterable[Message],
    deleted: Iterable[str],
    likes: int,
    caption: Mapping[str, Any] | None = None,
) -> Frame:
    """The first frame of a socket: the room as it is. `deleted` are lines that an older page may still show."""
    said = {
        "t": "welcome",
        "room": room,
        "now": clock(),
        "viewers": viewers,
        "last": last,
        "name": name,
        "role": role,
        **standing,
        "rules": dict(rules),
        "talk": [shown(message) for message in talk],
        "deleted": list(deleted),
        "likes": likes,
    }
    return frame_of({**said, "caption": dict(caption)} if caption else said)


def standing_frame(standing: Mapping[str, Any]) -> Frame:
    """Whether this viewer may talk now, and if not, why: sent when that changes."""
    return frame_of({"t": "standing", **standing})


def trade_frame(items: Sequence[TradeItem], after: int, last: int) -> Frame:
    """Trade items in the order of their numbers: who has seen all up to `after` has then seen all up to `last`.

    Numbers in between may be missing: a newer figure of the same thing stands for them.
    """
    return frame_of({"t": "trade", "now": clock(), "after": after, "items": list(items), "last": last})


def talk_frame(
    messages: Sequence[Message],
    deleted: Sequence[str],
    likes: int,
    viewers: int,
    rules: Mapping[str, Any] | None = None,
) -> Frame:
    """What was said since the last tick, what a moderator took away, the counters; the rules when they changed."""
    said: dict[str, Any] = {"t": "talk", "messages": [shown(message) for message in messages]}
    if deleted:
        said["deleted"] = list(deleted)
    if rules is not None:
        said["rules"] = dict(rules)
    return frame_of({**said, "likes": likes, "viewers": viewers})


def caption_frame(text: str, at: str) -> Frame:
    """What is being said in the show, as text."""
    return frame_of({"t": "caption", "text": text, "at": at})


def suggest_frame(slow_seconds: int) -> Frame:
    """To those who keep order: so much is said that slow mode would help."""
    return frame_of({"t": "suggest", "slow_seconds": slow_seconds})


def refused_frame(code: str, text: str, key: str = "", url: str = "") -> Frame:
    """No, and why, in the viewer's language; `key` names the ask that it answers."""
    said = {"t": "refused", "code": code, "text": text}
    if key:
        said["key"] = key
    if url:
        said["url"] = url
    return frame_of(said)


def read_message(told: object) -> dict[str, Any] | None:
    """A talk message that another process told, if it has the shape of one."""
    if not isinstance(told, dict):
        return None
    if any(not isinstance(told.get(name), str) for name in KEPT) or told["role"] not in ROLES:
        return None
    if is_too_long(told["text"]):
        return None
    reply, mentions = told.get("reply", ""), told.get("mentions", [])
    if not isinstance(reply, str) or not isinstance(mentions, list) or len(mentions) > MOST_MENTIONS:
        return None
    return {
        **{name: told[name] for name in KEPT},
        "reply": reply,
        "mentions": [str(variant) for variant in mentions],
        "actor": str(told.get("actor") or ""),
        "network": str(told.get("network") or ""),
    }
