"""Pure decisions about keys, events and states of streams."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from millstream.media.types import (
    MOST_HOURS_A_DAY,
    MOST_HOURS_A_STREAM,
    ActorId,
    EventKind,
    MediaEvent,
    StreamId,
    StreamState,
    StudioTicket,
)

KEY_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
KEY_LENGTH: Final = 24
KEY_HINT_LENGTH: Final = 4
TICKET_PREFIX: Final = "t_"
TICKET_FOR: Final = timedelta(hours=12)
LONGEST_TICKET: Final = 512
_HOST_BYTES, _TIME_BYTES = 16, 8
LARGEST_EVENT_BYTES: Final = 16_384
LARGEST_NUMBER: Final = 2**62
MS_PER_HOUR: Final = 3_600_000
LONGEST_FILE_NAME: Final = 200
LONGEST_GAP_SECONDS: Final = 1_000_000

_STATE_AFTER: Final[Mapping[EventKind, StreamState]] = {
    EventKind.STARTED: StreamState.LIVE,
    EventKind.STALLED: StreamState.STALLED,
    EventKind.RESUMED: StreamState.LIVE,
    EventKind.ENDED: StreamState.ENDED,
}


class MalformedEvent(Exception):
    """The bytes are not an event of the media plane; the text says why. Our own mistake, or somebody else's."""


def make_key(random: bytes) -> str:
    """A stream key of 24 letters (120 bits of the 24 random bytes) that survives being typed from a screen."""
    assert len(random) >= KEY_LENGTH
    return "".join(KEY_LETTERS[byte & 31] for byte in random[:KEY_LENGTH])


def tidy_key(typed: str) -> str:
    """The key as it was made, out of what a host pasted: no spaces or dashes, lower case."""
    return "".join(letter for letter in typed.strip().lower() if letter.isalnum())[: KEY_LENGTH * 2]


def pack_ticket(ticket: StudioTicket) -> str:
    """A ticket as letters of an address, not yet signed; its time is kept in whole seconds."""
    until = int(ticket.expires_at.timestamp()).to_bytes(_TIME_BYTES)
    return base64.urlsafe_b64encode(ticket.host.bytes + until + ticket.slug.encode()).decode().rstrip("=")


def unpack_ticket(packed: str) -> StudioTicket | None:
    """The ticket in these letters, None when they hold none; whoever signed them must be checked before."""
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        until = int.from_bytes(raw[_HOST_BYTES : _HOST_BYTES + _TIME_BYTES])
        slug = raw[_HOST_BYTES + _TIME_BYTES :].decode()
        host = ActorId(UUID(bytes=raw[:_HOST_BYTES]))
        return StudioTicket(host, slug, datetime.fromtimestamp(until, UTC))
    except (binascii.Error, ValueError, OverflowError, OSError):
        return None


def split_ticket(text: str) -> tuple[str, str] | None:
    """The packed ticket and its signature; None for what is no ticket, a stream key for instance."""
    packed, dot, signature = text.removeprefix(TICKET_PREFIX).partition(".")
    if not text.startswith(TICKET_PREFIX) or not dot or len(text) > LONGEST_TICKET or not text.isascii():
        return None
    return packed, signature


def hours_left(recorded_ms_in_a_day: int, *, a_day: int = MOST_HOURS_A_DAY, a_stream: int = MOST_HOURS_A_STREAM) -> int:
    """Whole hours that a host may still record today; 0 means the account's limit is reached."""
    left = a_day - recorded_ms_in_a_day / MS_PER_HOUR
    return max(0, min(a_stream, int(left)))


def shard_of(owner: UUID, shards: int) -> int:
    """Which of the media processes takes the pictures of this account: the one whose lot is highest.

    Every process draws a lot from its own number and the account's id, so one process more takes its share from the
    others and moves nobody else.
    """
    lots = [blake2b(owner.bytes + shard.to_bytes(2), digest_size=8).digest() for shard in range(shards)]
    return max(range(shards), key=lambda shard: lots[shard])


def shard_in_use(shard: int, shards: int) -> int:
    """The process that has a stream of an old shard now: the first takes those of processes that are no more."""
    return shard if shard < shards else 0


def state_after(kind: EventKind) -> StreamState | None:
    """The state that an event leaves a stream in; None when it does not change it."""
    return _STATE_AFTER.get(kind)


def is_news(session: UUID, number: int, *, last_session: UUID | None, last_number: int) -> bool:
    """Whether an event is younger than all that changed the state so far (sessions are UUIDv7: they sort by time)."""
    if last_session is None or session.int > last_session.int:
        return True
    return session == last_session and number > last_number


def read_event(body: bytes) -> MediaEvent:
    """The event in a message of the media plane; raises `MalformedEvent` when it is not one."""
    if len(body) > LARGEST_EVENT_BYTES:
        raise MalformedEvent(f"{len(body)} bytes are more than {LARGEST_EVENT_BYTES}")
    try:
        said = json.loads(body)
        event = MediaEvent(
            stream=StreamId(UUID(said["stream"])),
            session=UUID(said["session"]),
            number=said["number"],
            kind=EventKind(said["kind"]),
            at=_moment(said["at"]),
            data=said.get("data") or {},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise MalformedEvent(f"{type(wrong).__name__}: {wrong}") from None
    if type(event.number) is not int or not 0 < event.number < LARGEST_NUMBER:
        raise MalformedEvent("number is not a positive whole number")
    if not isinstance(event.data, dict):
        raise MalformedEvent("data is not an object")
    if event.kind is EventKind.SEGMENT:
        _check_segment(event.data)
    if event.kind is EventKind.FILE_OPENED:
        _check_whole(event.data, "init_length")
        _check_file(event.data)
    return event


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise MalformedEvent("a time without its zone")
    return moment.astimezone(UTC)


def _check_whole(data: Mapping[str, Any], name: str) -> None:
    if type(data.get(name)) is not int or not 0 <= data[name] < LARGEST_NUMBER:
        raise MalformedEvent(f"{name} is not a whole number")


def _check_file(data: Mapping[str, Any]) -> None:
    name = data.get("file")
    if not isinstance(name, str) or not name or len(name) > LONGEST_FILE_NAME or "/" in name or name.startswith("."):
        raise MalformedEvent("file is not a plain file name")


def _check_segment(data: Mapping[str, Any]) -> None:
    for name in ("sequence", "offset", "length", "duration_ms"):
        _check_whole(data, name)
    _check_file(data)
    try:
        _moment(data["starts_at"])
    except (ValueError, KeyError, TypeError):
        raise MalformedEvent("starts_at is not a time") from None


def segment_starts_at(event: MediaEvent) -> datetime:
    """When the first picture of a segment was taken, by the packager's clock."""
    return _moment(event.data["starts_at"])


def milliseconds(seconds: object) -> int:
    """Seconds said by the plane as whole milliseconds; what is not a sensible number counts as 0."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < LONGEST_GAP_SECONDS:
        return 0
    return round(seconds * 1000)
