"""One publishing session: waits for its tracks, lays its clock on the stream, watches key frames and rates."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from millstream.media.plane.refusing import Reason
from millstream.media.plane.samples import (
    TICKS_PER_SECOND,
    AudioConfig,
    PublisherSays,
    RawSample,
    Sample,
    Track,
    Tracks,
    VideoConfig,
)
from millstream.media.plane.timeline import Timeline

TRACK_WAIT_MS = 1_000
MAX_WAITING_SAMPLES = 2_000
MAX_WAITING_BYTES = 8 << 20
GOP_WARNING_SECONDS = 2.05
GOP_OVERDUE_SECONDS = 4.0
GOP_CHANGE_SECONDS = 0.5
RATE_WINDOW_SECONDS = 10
RATE_TOLERANCE = 1.25


class FeedRefused(ValueError):
    """The session must end; the text tells the person at the encoder why."""

    reason = Reason.MEDIA


class TooMuch(FeedRefused):
    """More bits came than were granted, for longer than a moment."""

    reason = Reason.BITRATE


class TooLong(FeedRefused):
    """The granted hours are over."""

    reason = Reason.DURATION


class FeedTarget(Protocol):
    """What a feed needs of its stream."""

    def end_ticks(self) -> int:
        """Where the stream's timeline ends now."""

    def begin(self, feed: Feed, tracks: Tracks) -> None:
        """Take up these tracks."""

    def push(self, sample: Sample) -> None:
        """Take one sample."""

    def warn_gop(self, gop_seconds: float) -> None:
        """Key frames come too seldom."""

    def clock_jumped(self, jump_seconds: float) -> None:
        """The publisher's clock jumped and was joined."""

    def warn_b_frames(self) -> None:
        """Pictures come in another order than they are shown."""


class Feed:
    """Media of one publisher or scene on its way into a stream."""

    def __init__(
        self, target: FeedTarget, *, source: str, peer: str, max_kbit: int, on_evicted: Callable[[str], None]
    ) -> None:
        self.source, self.peer, self.max_kbit = source, peer, max_kbit
        self.started = False
        self.evicted = False
        self.away = False  # the host said that nobody is at the camera
        self.photo = False  # photos stand in for the camera
        self.gop_limit_seconds = GOP_WARNING_SECONDS
        self._on_evicted = on_evicted
        self._started_at = 0.0
        self.gop_seconds: float | None = None
        self.received_bytes = 0
        self.last_media_at = 0.0
        self._target = target
        self._says: PublisherSays | None = None
        self._video: VideoConfig | None = None
        self._audio: AudioConfig | None = None
        self._tracks: Tracks | None = None
        self._waiting: list[RawSample] = []
        self._first_ms: int | None = None
        self._timeline: Timeline | None = None
        self._started_ticks = 0
        self._key_ticks: int | None = None
        self._warned_gop = 0.0
        self.b_frames = False
        self._shown_ticks: int | None = None
        self._rates: deque[tuple[int, int]] = deque(maxlen=RATE_WINDOW_SECONDS + 2)

    def says(self, promise: PublisherSays) -> None:
        """The publisher told which tracks will come."""
        self._says = promise

    def config(self, config: VideoConfig | AudioConfig) -> None:
        """A track description came; one that changes the decoder is taken up at the next key frame."""
        if isinstance(config, VideoConfig):
            self._video = config
        else:
            self._audio = config

    def sample(self, raw: RawSample, now: float) -> None:
        """One sample came; `now` is a monotonic clock in seconds."""
        if self.evicted:
            return
        self.last_media_at = now
        self._count(len(raw.data), now)
        if self._timeline is not None:
            self._go_on(raw, self._timeline)
            return
        if raw.track is Track.VIDEO and (self._video is None or not (raw.key or self._has_key())):
            return
        if self._first_ms is None:
            self._first_ms = raw.clock_ms
        self._waiting.append(raw)
        if len(self._waiting) > MAX_WAITING_SAMPLES or sum(len(s.data) for s in self._waiting) > MAX_WAITING_BYTES:
            raise FeedRefused("no key frame came: restart your encoder")
        if self._ready(raw.clock_ms):
            self._started_at = now
            self._start()

    def _has_key(self) -> bool:
        return any(raw.track is Track.VIDEO for raw in self._waiting)

    def _ready(self, clock_ms: int) -> bool:
        if self._video is not None and not self._has_key():
            return False
        if self._video is not None and self._audio is not None:
            return True
        if self._video is None and self._audio is None:
            return False
        if self._says is not None:
            return (not self._says.video or self._video is not None) and (
                not self._says.audio or self._audio is not None or self._waited(clock_ms)
            )
        return self._waited(clock_ms)

    def _waited(self, clock_ms: int) -> bool:
        assert self._first_ms is not None
        return TRACK_WAIT_MS <= (clock_ms - self._first_ms) & 0xFFFFFFFF < 1 << 31

    def _start(self) -> None:
        self._take_tracks()
        timeline = self._timeline = Timeline(self._target.end_ticks())
        waiting, self._waiting = self._waiting, []
        if self._video is not None:
            first = next(place for place, raw in enumerate(waiting) if raw.track is Track.VIDEO)
            waiting = waiting[first:]
        self._started_ticks = timeline.head_ticks
        for raw in waiting:
            self._go_on(raw, timeline)

    def _take_tracks(self) -> None:
        self._tracks = Tracks(self._video, self._audio)
        self.started = True
        self._target.begin(self, self._tracks)

    def _go_on(self, raw: RawSample, timeline: Timeline) -> None:
        assert self._tracks is not None
        wanted = Tracks(self._video, self._audio)
        if not wanted.same_decoder(self._tracks):
            cut_here = raw.track is Track.VIDEO if wanted.video is not None else True
            if cut_here and raw.key:
                self._take_tracks()
            elif raw.track is Track.VIDEO and (
                self._tracks.video is None or not self._tracks.video.same_decoder(wanted.video)
            ):
                return
        tracks = self._tracks
        if (tracks.video if raw.track is Track.VIDEO else tracks.audio) is None:
            return
        jumps = timeline.jumps
        sample = timeline.place(raw)
        if timeline.jumps != jumps:
            self._target.clock_jumped(timeline.last_jump_seconds)
        if sample.track is Track.VIDEO:
            self._watch_keys(sample, joined=timeline.jumps != jumps)
            self._watch_order(sample, joined=timeline.jumps != jumps)
        self._target.push(sample)

    def _watch_keys(self, sample: Sample, *, joined: bool) -> None:
        if self._key_ticks is None or joined:
            self._key_ticks = sample.dts_ticks
            return
        gap = (sample.dts_ticks - self._key_ticks) / TICKS_PER_SECOND
        if sample.key:
            self._key_ticks = sample.dts_ticks
            self.gop_seconds = round(gap, 2)
        overdue = gap > GOP_OVERDUE_SECONDS and not self._warned_gop
        new = sample.key and gap > self.gop_limit_seconds and abs(gap - self._warned_gop) > GOP_CHANGE_SECONDS
        if overdue or new:
            self._warned_gop = gap
            self._target.warn_gop(round(gap, 2))

    def _watch_order(self, sample: Sample, *, joined: bool) -> None:
        """A picture that is shown before one that came earlier is a B-frame: they cost the viewers latency."""
        shown = sample.dts_ticks + sample.cts_ticks
        if self._shown_ticks is not None and not joined and shown < self._shown_ticks and not self.b_frames:
            self.b_frames = True
            self._target.warn_b_frames()
        self._shown_ticks = shown if self._shown_ticks is None or joined else max(self._shown_ticks, shown)

    def _count(self, size: int, now: float) -> None:
        self.received_bytes += size
        second = int(now)
        if self._rates and self._rates[-1][0] == second:
            self._rates[-1] = (second, self._rates[-1][1] + size)
            return
        if self.max_kbit and self.kbit(now) > self.max_kbit * RATE_TOLERANCE:
            raise TooMuch(f"more than {self.max_kbit} kbit/s is not allowed here: lower the bitrate")
        self._rates.append((second, size))

    def kbit(self, now: float) -> int:
        """The bitrate over the last ten whole seconds (fewer at the start), in kbit/s."""
        second = int(now)
        whole = [(at, size) for at, size in self._rates if second - RATE_WINDOW_SECONDS <= at < second]
        if not whole:
            return 0
        return round(sum(size for _, size in whole) * 8 / 1000 / max(second - whole[0][0], 5))

    def lead_seconds(self, now: float) -> float:
        """How far the media has run ahead of the wall clock since the session started."""
        if self._timeline is None:
            return 0.0
        return (self._timeline.head_ticks - self._started_ticks) / TICKS_PER_SECOND - (now - self._started_at)

    def evict(self, reason: str) -> None:
        """Someone else holds the stream now: take nothing more, and tell the ingest."""
        self.evicted = True
        self._on_evicted(reason)
