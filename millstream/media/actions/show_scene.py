"""Let a drawn scene stand in while nobody publishes."""

from uuid import UUID

from millstream.media.models import Stream
from millstream.media.refusals import NoSuchStream


def show_scene(stream: UUID, *, seed: int, title: str) -> None:
    """Ask for the drawn scene `seed` on an open stream; the media plane fetches the list (in a demo only)."""
    asked = Stream.objects.filter(id=stream, closed_at__isnull=True).update(scene_seed=seed, scene_title=title[:200])
    if not asked:
        raise NoSuchStream
