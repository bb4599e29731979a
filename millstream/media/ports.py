"""What `media` asks of those above it: which stream a host's key feeds now."""

from datetime import datetime
from typing import Protocol

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
