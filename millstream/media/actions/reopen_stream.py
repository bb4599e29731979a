"""Open a closed stream again."""

from uuid import UUID

from millstream.media.models import Stream
from millstream.media.refusals import NoSuchStream


def reopen_stream(stream: UUID) -> None:
    """Let a closed stream take a picture again: the same token, the same recording. An open one stays as it is."""
    if not Stream.objects.filter(id=stream).exists():
        raise NoSuchStream
    Stream.objects.filter(id=stream, closed_at__isnull=False).update(closed_at=None)
