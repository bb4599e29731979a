"""The door of `media`."""

from millstream.media.actions.admit_publisher import admit_publisher
from millstream.media.actions.apply_events import apply_events
from millstream.media.actions.close_stream import close_stream
from millstream.media.actions.issue_key import issue_key
from millstream.media.actions.note_publish_done import note_publish_done
from millstream.media.actions.open_stream import open_stream
from millstream.media.actions.show_scene import show_scene
from millstream.media.queries import (
    closed_lately,
    health,
    key_of,
    offsets_in_recording,
    recording_of,
    scenes,
    stream,
    streams,
)

__all__ = [
    "admit_publisher",
    "apply_events",
    "close_stream",
    "closed_lately",
    "health",
    "issue_key",
    "key_of",
    "note_publish_done",
    "offsets_in_recording",
    "open_stream",
    "recording_of",
    "scenes",
    "show_scene",
    "stream",
    "streams",
]
