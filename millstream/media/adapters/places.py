"""Where a stream is watched and where it is sent to: decided here alone, for every page."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from millstream.kernel.settings import conf
from millstream.media.models import Stream
from millstream.media.rules import shard_in_use, shard_of
from millstream.media.types import Ingest, Playback, StreamRecord, StreamState


def playback_of(stream: StreamRecord) -> Playback:
    """Where the stream is watched: at the media process that has it, or at the engine of others that is set."""
    places = conf().media
    if places.engine:
        src = places.engine_hls.replace("{playback}", stream.playback)
        return Playback(
            src=src,
            plain=src,
            audio=None,
            replay=None,
            replay_audio=None,
            state_url=reverse("media:state", args=[stream.playback]),
            thumb=None,
            low_latency=False,
        )
    origin = places.origins[shard_in_use(stream.shard, len(places.origins))]
    live, recorded = f"{origin}/live/{stream.playback}", f"{origin}/recordings/{stream.playback}"
    return Playback(
        src=f"{live}/index.m3u8",
        plain=f"{live}/plain.m3u8",
        audio=f"{live}/audio.m3u8",
        replay=f"{recorded}/index.m3u8",
        replay_audio=f"{recorded}/audio.m3u8",
        state_url=f"{live}/state.json",
        thumb=f"{live}/thumb.jpg",
        low_latency=True,
    )


def state_for_players(playback: str) -> dict[str, Any] | None:
    """What a player is told of a stream, in the words of the plane's `state.json`; None for an unknown token."""
    row = Stream.objects.filter(playback=playback).first()
    if row is None:
        return None
    state = "waiting" if row.state == StreamState.IDLE.value else row.state
    return {
        "state": "ended" if row.closed_at else state,
        "since": row.changed_at.isoformat() if row.changed_at else None,
        "source": row.source or None,
        "away": False,
        "mode": "video",
    }


def ingest_of(stream: StreamRecord) -> Ingest:
    """Where the picture of this stream is sent to."""
    return _ingest(shard_in_use(stream.shard, len(conf().media.origins)))


def ingest_for(host: UUID) -> Ingest:
    """Where a host's picture is sent to when no stream is open yet: its next stream is placed there too."""
    return _ingest(shard_of(host, len(conf().media.origins)))


def _ingest(shard: int) -> Ingest:
    places = conf().media
    rtmps = places.rtmps_origins[shard] if places.rtmps_origins else None
    return Ingest(places.rtmp_origins[shard], rtmps, None if places.engine else f"{places.origins[shard]}/whip")
