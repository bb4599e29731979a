"""The standing cast's camera: Dao hosts, Femi is a stranger."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.media.api import open_stream
from millstream.media.types import ActorId, EventKind, MediaEvent, StreamId
from millstream.people.api import open_actor
from millstream.people.types import ActorKind, ActorSpec

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class OneStream:
    """Says that every host's picture goes into one stream."""

    def __init__(self, stream: StreamId) -> None:
        self.stream = stream
        self.asked: list[tuple[UUID, str | None]] = []

    def stream_for(self, host: ActorId, slug: str | None, *, now: datetime) -> StreamId:
        self.asked.append((host, slug))
        return self.stream


@dataclass(slots=True)
class Camera:
    """Tells events of one stream, numbered as the media plane numbers them."""

    stream: StreamId
    session: UUID
    number: int = 0

    def tell(self, kind: EventKind, at: datetime = NOW, **data: Any) -> MediaEvent:
        self.number += 1
        return MediaEvent(self.stream, self.session, self.number, kind, at, data)

    def segment(self, sequence: int, at: datetime | None = None, file: str = "a.mp4") -> MediaEvent:
        starts_at = at or NOW + timedelta(seconds=2 * sequence)
        return self.tell(
            EventKind.SEGMENT,
            starts_at,
            file=file,
            sequence=sequence,
            offset=800 + 500_000 * sequence,
            length=500_000,
            starts_at=starts_at.isoformat(),
            duration_ms=2_000,
            key=True,
        )


def make_host() -> UUID:
    """Dao, who hosts."""
    mark = new_id().hex[-10:]
    return open_actor(ActorSpec(kind=ActorKind.PERSON, name=both("Dao", "阿道"), slug=f"dao-{mark}"))


def make_camera(host: UUID) -> Camera:
    """A camera on a new stream of the host."""
    return Camera(open_stream(host, now=NOW).id, new_id())
