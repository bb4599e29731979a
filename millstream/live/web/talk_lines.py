"""The lines of the chat as pages and the room's JSON have them, with the products that they name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from millstream.kernel.texts import localised
from millstream.live.types import MessageRecord

QUOTED_LETTERS: Final = 80
_NUMBER: Final = re.compile(r"#(\d{1,3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Place:
    """A product's place in the rundown, as the talk names it."""

    position: int
    variant: UUID
    title: Mapping[str, str] | str
    url: str


def chat_lines(messages: Sequence[MessageRecord], places: Sequence[Place], page: str = "") -> list[dict[str, Any]]:
    """The messages as `components/chat_line.html` shows them; `page` is the room's address, which opens one line."""
    known = {message.id: message for message in messages}
    return [_line(message, known, places, page) for message in messages]


def _line(
    message: MessageRecord, known: Mapping[UUID, MessageRecord], places: Sequence[Place], page: str
) -> dict[str, Any]:
    answered = known.get(message.reply) if message.reply else None
    return {
        "id": message.id,
        "name": message.name,
        "role": message.role.value,
        "text": message.text,
        "at": message.at.isoformat(timespec="milliseconds"),
        "pieces": pieces(message, places),
        "reply": _quoted(answered) if answered else None,
        "open_url": f"{page}?line={message.id}#line" if page else "",
    }


def _quoted(message: MessageRecord) -> dict[str, Any]:
    return {"id": message.id, "name": message.name, "text": message.text[:QUOTED_LETTERS]}


def pieces(message: MessageRecord, places: Sequence[Place]) -> list[dict[str, Any]]:
    """The words of a message and the products that it names; a number that named nothing stays a word."""
    named = {place.position: place for place in places if str(place.variant) in message.mentions}
    found: list[dict[str, Any]] = []
    start = 0
    for number in _NUMBER.finditer(message.text):
        place = named.get(int(number[1]))
        if place is None:
            continue
        if number.start() > start:
            found.append({"text": message.text[start : number.start()]})
        found.append({"number": place.position, "title": localised(place.title), "url": place.url})
        start = number.end()
    if start < len(message.text):
        found.append({"text": message.text[start:]})
    return found


def message_json(message: MessageRecord) -> dict[str, Any]:
    """A message as the wire has it."""
    told: dict[str, Any] = {
        "id": str(message.id),
        "name": message.name,
        "role": message.role.value,
        "text": message.text,
        "at": message.at.isoformat(timespec="milliseconds"),
    }
    if message.reply:
        told["reply"] = str(message.reply)
    if message.mentions:
        told["mentions"] = list(message.mentions)
    return told
