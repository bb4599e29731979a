"""Close a stream: no picture enters any more, what is recorded stays."""

from datetime import datetime
from uuid import UUID

from millstream.media.models import Stream
from millstream.media.refusals import NoSuchStream


def close_stream(stream: UUID, *, now: datetime) -> None:
    """Close the stream and take its scene away; closing twice keeps the first time."""
    if not Stream.objects.filter(id=stream).exists():
        raise NoSuchStream
    Stream.objects.filter(id=stream, closed_at__isnull=True).update(closed_at=now, scene_seed=None)
