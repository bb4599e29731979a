"""The door of `media`."""

from millstream.media.actions.admit_publisher import admit_publisher
from millstream.media.actions.apply_events import apply_events
from millstream.media.actions.close_stream import close_stream
from millstream.media.actions.cut_clip import cut_clip, cut_clips
from millstream.media.actions.follow_engine import (
    end_engine_streams,
    engine_left,
    engine_published,
    may_play,
    still_wanted,
)
from millstream.media.actions.issue_key import issue_key
from millstream.media.actions.keep_recording import delete_recording, keep_recording, remove_clip, sweep_recordings
from millstream.media.actions.note_publish_done import note_publish_done
from millstream.media.actions.open_stream import open_stream
from millstream.media.actions.open_studio_ticket import studio_ticket
from millstream.media.actions.reopen_stream import reopen_stream
from millstream.media.actions.show_scene import show_scene
from millstream.media.adapters.places import ingest_for, ingest_of, playback_of, state_for_players
from millstream.media.queries import (
    clip,
    clip_name,
    clips,
    closed_lately,
    disk_use,
    downloads_of,
    health,
    kept,
    key_of,
    offsets_in_recording,
    recorded_between,
    recording_of,
    scenes,
    stream,
    streams,
    verify_clip,
)

__all__ = [
    "admit_publisher",
    "apply_events",
    "clip",
    "clip_name",
    "clips",
    "close_stream",
    "closed_lately",
    "cut_clip",
    "cut_clips",
    "delete_recording",
    "disk_use",
    "downloads_of",
    "end_engine_streams",
    "engine_left",
    "engine_published",
    "health",
    "ingest_for",
    "ingest_of",
    "issue_key",
    "keep_recording",
    "kept",
    "key_of",
    "may_play",
    "note_publish_done",
    "offsets_in_recording",
    "open_stream",
    "playback_of",
    "recorded_between",
    "recording_of",
    "remove_clip",
    "reopen_stream",
    "scenes",
    "show_scene",
    "state_for_players",
    "still_wanted",
    "stream",
    "streams",
    "studio_ticket",
    "sweep_recordings",
    "verify_clip",
]
