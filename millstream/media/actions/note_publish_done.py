"""Note that a publisher left."""

from datetime import datetime

from millstream.media.models import Publication


def note_publish_done(client_id: str, *, now: datetime) -> None:
    """Mark the publications of this connection as done; an unknown connection changes nothing.

    What the stream does is told by events, not by this: a hook may be lost.
    """
    if client_id:
        Publication.objects.unscoped("the engine tells who left").filter(
            client_id=client_id, done_at__isnull=True
        ).update(done_at=now)
