"""One stream for its whole life: publishers come and go, the timeline, the numbers and the viewers stay."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from millstream.media.plane.config import Shard
from millstream.media.plane.feed import Feed, FeedRefused
from millstream.media.plane.identity import Playback, SessionId, StreamId, new_session_id
from millstream.media.plane.packager import Packager, Part, Segment
from millstream.media.plane.playlist import RecordedSegment, iso_time
from millstream.media.plane.recorder import Recorder
from millstream.media.plane.refusing import Reason
from millstream.media.plane.restore import Remains, SavedState
from millstream.media.plane.samples import TICKS_PER_MS, TICKS_PER_SECOND, Sample, Tracks
from millstream.media.plane.window import LiveWindow

SILENCE_SECONDS = 3.0
TAKEOVER_WINDOW_SECONDS = 60.0
MAX_TAKEOVERS = 5
CLOCK_SLIP_MS = 2_000

log = logging.getLogger("millstream.media.stream")


class StreamState(StrEnum):
    """What a viewer would be told."""

    WAITING = "waiting"
    LIVE = "live"
    STALLED = "stalled"
    ENDED = "ended"


class StreamBusy(ValueError):
    """Two publishers keep pushing each other out of this stream."""

    reason = Reason.BUSY


class StreamClosed(FeedRefused):
    """The web process closed this stream: nobody publishes into it again."""

    reason = Reason.CLOSED

    def __init__(self) -> None:
        super().__init__("this show is over")


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One thing that happened, numbered in its session."""

    stream: StreamId
    session: SessionId
    number: int
    kind: str
    at_ms: int
    data: dict[str, Any]


@dataclass(slots=True)
class Counts:
    """What all streams of the process have cut so far."""

    parts: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a stream is given by the process."""

    tell: Callable[[StreamEvent], None]
    executor: Executor
    recordings: Path
    grace_seconds: float
    scene_record_seconds: float
    monotonic: Callable[[], float] = time.monotonic
    wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    counts: Counts = field(default_factory=Counts)
    shard: Shard = field(default_factory=Shard)


class LiveStream:
    """A stream: one publisher at a time feeds it, one packager numbers it, a window and a recorder keep it."""

    def __init__(
        self, stream: StreamId, playback: Playback, around: Surroundings, remains: Remains | None = None
    ) -> None:
        self.stream, self.playback = stream, playback
        self.state = StreamState.WAITING
        self.since_ms = around.wall_ms()
        self.window = LiveWindow()
        self.feed: Feed | None = None
        self.has_scene = False
        self.closed = False
        self.pending = 0
        self.warned_gop: float | None = None
        self._around = around
        self._changed_at = around.monotonic()
        self._session: SessionId | None = None
        self._number = 0
        self._discontinuities = remains.discontinuities if remains else 0
        self._anchor: tuple[int, int] | None = None
        self._scene_ticks = 0
        self._takeovers: list[float] = []
        self._told_of: Feed | None = None
        self._last_source = remains.source if remains else ""
        self.recorder = Recorder(
            around.recordings / str(stream),
            around.executor,
            on_opened=lambda file, length: self._tell("file_opened", file=file, init_length=length),
            on_recorded=self._tell_segment,
        )
        self.packager = Packager(
            self._on_part,
            self._on_closed,
            next_sequence=remains.next_sequence if remains else 0,
            next_init=remains.next_init if remains else 1,
            start_ticks=remains.end_ticks if remains else 0,
            last_init=remains.last_init if remains else None,
        )
        if remains is not None:
            self._take_up(remains)

    def _take_up(self, remains: Remains) -> None:
        self.window.restore(remains.kept, remains.kept_discontinuities)
        if not remains.kept:
            self.window.discontinuity_sequence = remains.kept_discontinuities
        if remains.file is not None and remains.last_init is not None:
            self.recorder.resume(remains.file, remains.last_init, remains.file_length, remains.recorded)
        else:
            self.recorder.segments = remains.recorded
        if remains.ended:
            self.state = StreamState.ENDED
        if remains.kept:
            last = remains.kept[-1]
            self._anchor = (last.segment.start_ticks, last.starts_at_ms)

    def stand_still(self) -> None:
        """After a restart of the process: wait for the publisher as after a drop."""
        self._begin_session("restart")
        self._move(StreamState.STALLED)
        self._tell("stalled")
        if self.recorder.segments:
            # The last segment may have been cut short before its event was told; telling it twice does no harm.
            self._tell_segment(self.recorder.segments[-1])

    # --- publishers ---------------------------------------------------------------------------------------------

    def attach(self, *, source: str, peer: str, max_kbit: int, on_evicted: Callable[[str], None]) -> Feed:
        """Give a new publisher a feed.

        It holds the stream from its first picture on, and the newest wins: so a redial gets past its own dead line,
        and a publisher that sends nothing disturbs nobody.
        """
        if self.closed:
            raise StreamClosed
        now = self._around.monotonic()
        holder = self.feed
        if holder is not None and holder.source != "scene" and source != "scene":
            self._takeovers = [at for at in self._takeovers if at > now - TAKEOVER_WINDOW_SECONDS]
            if len(self._takeovers) >= MAX_TAKEOVERS and now - holder.last_media_at < SILENCE_SECONDS:
                raise StreamBusy("another encoder is sending with this key: stop it first")
            self._takeovers.append(now)
        self.pending += 1
        return Feed(self, source=source, peer=peer, max_kbit=max_kbit, on_evicted=on_evicted)

    def detach(self, feed: Feed) -> None:
        """The publisher is gone; a stream that it held waits for the next one."""
        self.pending -= 1
        if feed is not self.feed:
            return
        self.feed = None
        if self.state is StreamState.LIVE:
            self._stall()

    def end_ticks(self) -> int:
        """Where the timeline ends now."""
        return self.packager.end_ticks

    def begin(self, feed: Feed, tracks: Tracks) -> None:
        """A publisher starts sending, or changes its tracks."""
        if self.closed:
            raise StreamClosed
        first = self.packager.init is None
        self._hand_over(feed)
        video = tracks.video
        size = {"width": video.width, "height": video.height} if video else {"width": 0, "height": 0}
        if self.state in (StreamState.WAITING, StreamState.ENDED):
            self._begin_session(feed.source)
            self.window.reopen()
            self._tell("started", source=feed.source, codec=tracks.codecs, **size)
            self._move(StreamState.LIVE)
        if self._told_of is not feed:
            self._told_of = feed
            self._tell("publishing", source=feed.source, peer=feed.peer)
        self.recorder.retry()
        if self.packager.begin(tracks) and not first:
            self._tell("codec_changed", codec=tracks.codecs, **size)
        self.warned_gop = None

    def _hand_over(self, feed: Feed) -> None:
        holder, self.feed = self.feed, feed
        self._last_source = feed.source
        if holder is not None and holder is not feed:
            holder.evict("another encoder took over with the same key")

    def push(self, sample: Sample) -> None:
        """One sample on the timeline."""
        if self.state is StreamState.STALLED:
            gap = self._around.monotonic() - self._changed_at
            self._move(StreamState.LIVE)
            self._tell("resumed", gap_seconds=round(gap, 1))
        self.packager.push(sample)

    def warn_gop(self, gop_seconds: float) -> None:
        """Key frames come too seldom: viewers start late and segments are cut without one."""
        self.warned_gop = gop_seconds
        self._tell("gop_warning", gop_seconds=gop_seconds)

    def clock_jumped(self, jump_seconds: float) -> None:
        """The publisher's clock jumped; the picture was joined without a gap."""
        log.warning("stream %s: the publisher's clock jumped by %.1f s", self.stream, jump_seconds)
        self._tell("clock_jumped", jump_seconds=round(jump_seconds, 1))

    def warn_b_frames(self) -> None:
        """The encoder sends B-frames: they play, and cost latency."""
        self._tell("b_frames")

    # --- time ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Look at the clock: silence stalls a stream, and a stall that outlasts the grace ends it."""
        now = self._around.monotonic()
        feed = self.feed
        silent = feed is None or now - feed.last_media_at > SILENCE_SECONDS
        if self.state is StreamState.LIVE and silent:
            self._stall()
        elif self.state is StreamState.STALLED and silent and not self.has_scene and self.grace_is_over():
            self.end("dropped")

    def grace_is_over(self) -> bool:
        """True when nobody came back in time."""
        return self._around.monotonic() - self._changed_at >= self._around.grace_seconds

    def idle_seconds(self) -> float:
        """How long the stream has been in its state without a publisher; 0 with one, even if it has sent nothing."""
        return 0.0 if self.feed is not None or self.pending else self._around.monotonic() - self._changed_at

    def wants_scene(self) -> bool:
        """True when the drawn scene may take the stream: nobody holds it, and the grace is over."""
        if self.closed or self.feed is not None:
            return False
        return self.state is not StreamState.STALLED or self.grace_is_over() or self._last_source == "scene"

    def _stall(self) -> None:
        self.packager.flush()
        self._move(StreamState.STALLED)
        self._tell("stalled")

    def end(self, reason: str) -> None:
        """Nobody comes back: close the playlist; a publisher that comes later opens it again."""
        if self.state in (StreamState.WAITING, StreamState.ENDED):
            return
        self.packager.flush()
        self._move(StreamState.ENDED)
        self.window.end()
        self._tell("ended", reason=reason)

    def shut(self) -> None:
        """The web process closed the stream: end it whoever sends, tell them, and take nobody again."""
        if self.closed:
            return
        self.closed = True
        # Ended first: the publisher that leaves then finds nothing to stall.
        self.end("closed")
        if self.feed is not None:
            self.feed.evict(str(StreamClosed()))
            self.feed = None

    def _move(self, state: StreamState) -> None:
        self.state = state
        self.since_ms = self._around.wall_ms()
        self._changed_at = self._around.monotonic()
        self._save()
        self.window.bell.ring()

    # --- pieces -------------------------------------------------------------------------------------------------

    def _on_part(self, segment: Segment, part: Part) -> None:
        if part.index == 0:
            self._discontinuities += segment.discontinuity
            scene = self.feed is not None and self.feed.source == "scene"
            self._scene_ticks = self._scene_ticks if scene else 0
            self.recorder.paused = scene and self._scene_ticks > self._around.scene_record_seconds * TICKS_PER_SECOND
        self._scene_ticks += part.duration_ticks
        self._around.counts.parts += 1
        self._around.counts.bytes += len(part.data)
        starts_at_ms = self._starts_at(segment, part)
        self.recorder.add_part(segment, part, starts_at_ms, self._discontinuities)
        self.window.add_part(segment, starts_at_ms)

    def _starts_at(self, segment: Segment, part: Part) -> int:
        """Wall time of the segment's start: an anchor and durations; set forward when the media fell behind."""
        now_ms = self._around.wall_ms()
        if self._anchor is not None:
            at = self._anchor[1] + (segment.start_ticks - self._anchor[0]) // TICKS_PER_MS
            if part.index or now_ms - part.duration_ticks // TICKS_PER_MS - at < CLOCK_SLIP_MS:
                return at
        at = now_ms - part.duration_ticks // TICKS_PER_MS
        self._anchor = (segment.start_ticks, at)
        return at

    def _on_closed(self, segment: Segment) -> None:
        self.recorder.close_segment(segment)
        self._save()
        self.window.changed()

    def _save(self) -> None:
        state = SavedState(
            stream=str(self.stream),
            playback=self.playback,
            ended=self.state in (StreamState.ENDED, StreamState.WAITING),
            next_sequence=self.packager.next_sequence,
            next_init=self.packager.next_init,
            discontinuities=self._discontinuities,
            end_ticks=self.packager.end_ticks,
            source=self._last_source,
            shard=self._around.shard.number,
        )
        self.recorder.save_state(state.to_bytes())

    # --- telling ------------------------------------------------------------------------------------------------

    def _begin_session(self, source: str) -> None:
        self._session, self._number = new_session_id(), 0
        log.info("stream %s: session %s begins (%s)", self.stream, self._session, source)

    def _tell(self, kind: str, **data: Any) -> None:
        if self._session is None:
            self._begin_session("unknown")
        assert self._session is not None
        self._number += 1
        self._around.tell(StreamEvent(self.stream, self._session, self._number, kind, self._around.wall_ms(), data))

    def _tell_segment(self, entry: RecordedSegment) -> None:
        self._tell(
            "segment",
            file=entry.file,
            sequence=entry.sequence,
            offset=entry.offset,
            length=entry.length,
            starts_at=iso_time(entry.starts_at_ms),
            duration_ms=round(entry.duration_ms),
            key=entry.key,
        )

    def facts(self) -> dict[str, Any]:
        """What `state.json` says."""
        feed = self.feed
        init = self.packager.init
        video = init.tracks.video if init else None
        return {
            "state": self.state.value,
            "since": iso_time(self.since_ms),
            "source": feed.source if feed else None,
            "gop_seconds": feed.gop_seconds if feed else None,
            "gop_warning": self.warned_gop,
            "b_frames": feed.b_frames if feed else False,
            "kbit": feed.kbit(self._around.monotonic()) if feed else 0,
            "codecs": init.tracks.codecs if init else None,
            "width": video.width if video else 0,
            "height": video.height if video else 0,
            "recording": self.recorder.stopped is None and not self.recorder.paused,
            "away": feed.away if feed else False,
            "mode": "photo" if feed and feed.photo else "video" if video or not init else "audio",
        }

    async def close(self) -> None:
        """The process stops: cut what is open, so that the next process goes on cleanly; the stream is not ended."""
        if self.feed is not None:
            self.packager.flush()
            self._save()
        await self.recorder.close()
