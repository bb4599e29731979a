"""Samples into CMAF parts and segments: where to cut, and what each piece is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from millstream.media.plane import boxes
from millstream.media.plane.samples import TICKS_PER_SECOND, AudioConfig, Sample, Track, Tracks

PART_CUT_TICKS = 29_700  # 0.330 s: RTMP counts whole milliseconds, so a third may look like 0.333 or 0.334
PART_TARGET_TICKS = 31_500  # 0.350 s, what the playlist declares
SEGMENT_MIN_TICKS = 2 * TICKS_PER_SECOND - 4_500
SEGMENT_MAX_TICKS = 4 * TICKS_PER_SECOND - 90
SEGMENT_LIMIT_TICKS = 4 * TICKS_PER_SECOND + 40_000  # still rounds to the declared 4 s
AUDIO_LEADS_TICKS = TICKS_PER_SECOND
AUDIO_DRIFT_TICKS = TICKS_PER_SECOND // 20
MAX_PART_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Init:
    """One init segment; numbers rise for the whole life of a stream."""

    number: int
    tracks: Tracks
    data: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One fragment: moof and mdat."""

    sequence: int
    index: int
    duration_ticks: int
    independent: bool
    starts_with_key: bool
    data: bytes


@dataclass(slots=True)
class Segment:
    """A run of parts; grows until it is closed."""

    sequence: int
    init: Init
    start_ticks: int
    discontinuity: bool
    independent: bool
    parts: list[Part] = field(default_factory=list)
    closed: bool = False

    @property
    def duration_ticks(self) -> int:
        """The sum of its parts."""
        return sum(part.duration_ticks for part in self.parts)


@dataclass(slots=True)
class _AudioQueue:
    """AAC frames with starts counted in samples: forward over gaps, never back."""

    config: AudioConfig
    next_start: int | None = None
    starts: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    dropped: int = 0

    def push(self, sample: Sample) -> None:
        wanted = sample.dts_ticks * self.config.rate_hz // TICKS_PER_SECOND
        drift = AUDIO_DRIFT_TICKS * self.config.rate_hz // TICKS_PER_SECOND
        if self.next_start is None or wanted - self.next_start > drift:
            self.next_start = max(wanted, self.next_start or 0)
        elif self.next_start - wanted > drift:
            self.dropped += 1
            return
        self.starts.append(self.next_start)
        self.bodies.append(sample.data)
        self.next_start += self.config.frame_samples

    def end_ticks(self) -> int:
        return (self.next_start or 0) * TICKS_PER_SECOND // self.config.rate_hz

    def take(self, until_ticks: int | None) -> boxes.Run | None:
        """The frames that start before the given time (all of them for None), as one run."""
        count = len(self.starts)
        if until_ticks is not None:
            limit = until_ticks * self.config.rate_hz / TICKS_PER_SECOND
            count = sum(1 for start in self.starts if start < limit)
        if not count:
            return None
        starts, bodies = self.starts[:count], self.bodies[:count]
        following = self.starts[count] if count < len(self.starts) else self.next_start
        assert following is not None
        del self.starts[:count], self.bodies[:count]
        durations = [after - start for start, after in zip(starts, [*starts[1:], following], strict=True)]
        return boxes.Run(boxes.AUDIO_TRACK_ID, starts[0], durations, [True] * count, [0] * count, bodies)


class Packager:
    """Cuts one stream for its whole life, over publishers that come and go.

    A part is cut at a third of a second. A segment is cut at the first key frame after 2 s, and at 4 s without one.
    One picture is held back, because its duration is only known when the next one comes.
    """

    def __init__(
        self,
        on_part: Callable[[Segment, Part], None],
        on_closed: Callable[[Segment], None],
        *,
        next_sequence: int = 0,
        next_init: int = 1,
        start_ticks: int = 0,
        last_init: Init | None = None,
    ) -> None:
        self._on_part, self._on_closed = on_part, on_closed
        self._next_sequence, self._next_init = next_sequence, next_init
        self._init = last_init
        self._fragment_number = 0
        self.end_ticks = start_ticks
        self.segment: Segment | None = None
        self._part_start = start_ticks
        self._held: Sample | None = None
        self._frame_ticks = TICKS_PER_SECOND // 30
        self._video: list[tuple[Sample, int]] = []
        self._audio: _AudioQueue | None = None
        self._bytes = 0
        self._discontinuity = False

    @property
    def init(self) -> Init | None:
        """The init segment in force."""
        return self._init

    @property
    def next_sequence(self) -> int:
        """The number of the segment that would be opened next."""
        return self._next_sequence

    @property
    def next_init(self) -> int:
        """The number of the init segment that would be made next."""
        return self._next_init

    @property
    def dropped_audio(self) -> int:
        """How many AAC frames of the current tracks were dropped for running backwards."""
        return self._audio.dropped if self._audio else 0

    def begin(self, tracks: Tracks) -> bool:
        """Take up these tracks at the end of the timeline; True when that needed a new init segment."""
        self.flush()
        changed = self._init is None or not tracks.same_decoder(self._init.tracks)
        if changed:
            self._discontinuity = self._init is not None
            self._init = Init(self._next_init, tracks, boxes.init_segment(tracks))
            self._next_init += 1
        if tracks.audio is None:
            self._audio = None
        elif changed or self._audio is None:
            # The old queue is empty after the flush; a new clock starts where the first new frame says.
            self._audio = _AudioQueue(tracks.audio)
        self._part_start = self.end_ticks
        return changed

    def push(self, sample: Sample) -> None:
        """Take one sample on the stream's timeline."""
        assert self._init is not None
        self._bytes += len(sample.data)
        if sample.track is Track.VIDEO:
            self._push_video(sample)
        elif self._audio is not None:
            self._audio.push(sample)
            if self._init.tracks.video is None:
                frame = self._audio.config.frame_samples * TICKS_PER_SECOND // self._audio.config.rate_hz
                self._boundary(self._audio.end_ticks(), key=True, frame_ticks=frame)
            elif self._held is not None and self._audio.end_ticks() > self._held.dts_ticks + AUDIO_LEADS_TICKS:
                # The picture stands still: go on by the sound.
                while self._part_start + PART_CUT_TICKS <= self._audio.end_ticks() - AUDIO_LEADS_TICKS // 2:
                    self._boundary(self._part_start + PART_CUT_TICKS, key=False, frame_ticks=0)

    def _push_video(self, sample: Sample) -> None:
        held = self._held
        if held is None:
            self._part_start = max(self._part_start, sample.dts_ticks) if self.segment is None else self._part_start
        else:
            duration = max(sample.dts_ticks - held.dts_ticks, 1)
            segment = self.segment
            if segment and segment.parts and sample.dts_ticks - segment.start_ticks > SEGMENT_LIMIT_TICKS:
                # The next picture is so late that the segment would outgrow its declared length: cut before it.
                self._close(max(held.dts_ticks, self._part_start))
            self._video.append((held, duration))
            self._frame_ticks = duration
            self._boundary(sample.dts_ticks, key=sample.key, frame_ticks=duration)
        self._held = sample

    def _boundary(self, at: int, *, key: bool, frame_ticks: int) -> None:
        in_segment = at - (self.segment.start_ticks if self.segment else self._part_start)
        in_part = at - self._part_start
        if (key and in_segment >= SEGMENT_MIN_TICKS) or in_segment >= SEGMENT_MAX_TICKS:
            self._close(at)
        elif in_part >= PART_CUT_TICKS or in_part + frame_ticks > PART_TARGET_TICKS or self._bytes > MAX_PART_BYTES:
            self._cut(at)

    def flush(self) -> None:
        """End what is open, the held picture included: the publisher is gone or its tracks change."""
        if self._held is not None:
            frame = min(max(self._frame_ticks, 90), PART_TARGET_TICKS)
            self._video.append((self._held, frame))
            end = self._held.dts_ticks + frame
            self._held = None
        else:
            end = self._part_start
        if self._audio is not None and self._audio.starts:
            end = max(end, self._audio.end_ticks())
        self._close(max(end, self._part_start))
        self.end_ticks = self._part_start

    def _close(self, at: int) -> None:
        self._cut(at)
        segment, self.segment = self.segment, None
        if segment is not None:
            segment.closed = True
            self._on_closed(segment)

    def _cut(self, at: int) -> None:
        runs = self._take_runs(at)
        if not runs:
            self._part_start = max(self._part_start, at)
            return
        duration = max(at - self._part_start, 1)
        video_keys = [key for run in runs if run.track_id == boxes.VIDEO_TRACK_ID for key in run.keys]
        lone_audio = self._init is not None and self._init.tracks.video is None
        starts_with_key = lone_audio or (bool(video_keys) and video_keys[0])
        segment = self.segment or self._open(independent=starts_with_key)
        self._fragment_number = (self._fragment_number + 1) & 0xFFFFFFFF
        data = boxes.fragment(self._fragment_number, runs)
        independent = lone_audio or any(video_keys)
        part = Part(segment.sequence, len(segment.parts), duration, independent, starts_with_key, data)
        segment.parts.append(part)
        self._part_start = self._part_start + duration
        self.end_ticks = self._part_start
        self._bytes = len(self._held.data) if self._held else 0
        self._on_part(segment, part)

    def _take_runs(self, at: int) -> list[boxes.Run]:
        runs: list[boxes.Run] = []
        if self._video:
            samples = [sample for sample, _ in self._video]
            runs.append(
                boxes.Run(
                    boxes.VIDEO_TRACK_ID,
                    samples[0].dts_ticks,
                    [duration for _, duration in self._video],
                    [sample.key for sample in samples],
                    [sample.cts_ticks for sample in samples],
                    [sample.data for sample in samples],
                )
            )
            self._video = []
        audio = self._audio.take(at) if self._audio is not None else None
        return runs if audio is None else [*runs, audio]

    def _open(self, *, independent: bool) -> Segment:
        assert self._init is not None
        segment = Segment(self._next_sequence, self._init, self._part_start, self._discontinuity, independent)
        self._next_sequence += 1
        self._discontinuity = False
        self.segment = segment
        return segment
