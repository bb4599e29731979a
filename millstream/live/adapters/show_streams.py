"""Answers the media hooks: which stream a host's picture belongs to."""

from datetime import datetime

from millstream.live.models import Show
from millstream.live.queries.order import video_is_open
from millstream.live.refusals.talk import VideoClosed
from millstream.live.rules import doors_open_at, takes_picture
from millstream.live.types import PLANNED_KEEPS_FOR, ShowState
from millstream.media.refusals import ShowNotOpen
from millstream.media.types import ActorId, StreamId


class ShowStreams:
    """Implements `media.ports.StreamForKey`."""

    def stream_for(self, host: ActorId, slug: str | None, *, now: datetime) -> StreamId:
        """The stream of the named show, else of the host's live one, else of the next one that takes a picture."""
        rows = Show.objects.filter(
            host_id=host,
            state__in=[ShowState.LIVE.value, ShowState.PLANNED.value],
            starts_at__gt=now - PLANNED_KEEPS_FOR,
        ) | Show.objects.filter(host_id=host, state=ShowState.LIVE.value)
        shows = sorted(rows, key=lambda show: (show.state != ShowState.LIVE.value, show.starts_at))
        if slug:
            shows = [show for show in shows if show.slug == slug]
        for show in shows:
            if takes_picture(ShowState(show.state), show.starts_at, now):
                if not video_is_open([show.id])[show.id]:
                    raise VideoClosed
                return StreamId(show.stream_id)
        opens_at = doors_open_at(shows[0].starts_at).isoformat() if shows else ""
        raise ShowNotOpen(opens_at=opens_at)
