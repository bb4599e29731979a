"""What `media` asks of those above it: which stream a host's key feeds now."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from millstream.media.types import ActorId, StreamId


class StreamForKey(Protocol):
    """Finds the stream of the show that a host's picture belongs to."""

    def stream_for(self, host: ActorId, slug: str | None, *, now: datetime) -> StreamId:
        """The stream that takes the host's picture now; refuses with `ShowNotOpen`."""
        ...


_plugged: list[StreamForKey] = []


def plug_streams(streams: StreamForKey) -> None:
    """Say who knows which stream a key feeds; done once by `site`, again by a test."""
    _plugged[:] = [streams]


def streams_by_key() -> StreamForKey:
    """The plugged finder of streams; nothing can be published before one is plugged."""
    assert _plugged, "nobody plugged media.ports.StreamForKey"
    return _plugged[0]


type ClipsInUse = Callable[[Sequence[UUID], datetime], set[UUID]]
"""Which of these clips somebody still holds at a moment, such as a buyer to whom something was promised."""


def _all_of_them(clips: Sequence[UUID], now: datetime) -> set[UUID]:
    """Nobody was plugged who could say that a clip is free."""
    return set(clips)


_clip_users: list[ClipsInUse] = [_all_of_them]


def plug_clip_users(users: ClipsInUse) -> None:
    """Say who knows which clips are still held; done once by `site`."""
    _clip_users[:] = [users]


def clips_in_use(clips: Sequence[UUID], now: datetime) -> set[UUID]:
    """The clips among these that must stay."""
    return _clip_users[0](clips, now) if clips else set()
