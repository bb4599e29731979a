"""A publisher's clock laid onto the stream's timeline: unwrapped, joined to the end, jumps taken out."""

from __future__ import annotations

from millstream.media.plane.refusing import Reason
from millstream.media.plane.samples import TICKS_PER_MS, TICKS_PER_SECOND, RawSample, Sample, Track

FORWARD_LIMIT_TICKS = TICKS_PER_SECOND * 12 // 10
TRACK_LAG_LIMIT_TICKS = 5 * TICKS_PER_SECOND
SMALL_STEP_BACK_TICKS = TICKS_PER_SECOND // 2
NOMINAL_FRAME_TICKS = TICKS_PER_SECOND // 25
MAX_CTS_MS = 3_000
MAX_JUMPS = 40
JUMP_WINDOW_TICKS = 60 * TICKS_PER_SECOND


class ClockRefused(ValueError):
    """The publisher's clock jumps so often that no picture can be made of it."""

    reason = Reason.CLOCK


class Timeline:
    """Lays one publishing session onto a stream, starting where the stream ended.

    Each track keeps the shift it runs with; a jump makes a new shift, and the other track takes the same one
    when its own clock jumps too. So sound and picture stay together over a jump.
    """

    def __init__(self, start_ticks: int) -> None:
        self.head_ticks = self._start_ticks = start_ticks
        self.jumps = 0
        self.last_jump_seconds = 0.0
        self._raw_ms: int | None = None
        self._newest_shift: int | None = None
        self._shifts: dict[Track, int] = {}
        self._last: dict[Track, int] = {}
        self._jumped_at: list[int] = []

    def place(self, raw: RawSample) -> Sample:
        """The sample on the stream's timeline; decode times of the picture strictly rise."""
        clock = self._unwrap(raw.clock_ms) * TICKS_PER_MS
        if self._newest_shift is None:
            self._newest_shift = self.head_ticks - clock
        shift = self._shifts.get(raw.track, self._newest_shift)
        if not self._fits(raw.track, clock + shift):
            if self._fits(raw.track, clock + self._newest_shift):
                shift = self._newest_shift
            else:
                shift = self._jump(clock, clock + shift)
        self._shifts[raw.track] = shift
        # The second track may begin a little before the first; the stream's past is closed.
        dts = max(clock + shift, self._start_ticks)
        last = self._last.get(raw.track)
        if last is not None and dts <= last and raw.track is Track.VIDEO:
            dts = last + TICKS_PER_MS
        self._last[raw.track] = dts if last is None else max(dts, last)
        self.head_ticks = max(self.head_ticks, dts)
        cts_ms = min(max(raw.cts_ms, -MAX_CTS_MS), MAX_CTS_MS)
        return Sample(raw.track, dts, cts_ms * TICKS_PER_MS, raw.key, raw.data)

    def _unwrap(self, clock_ms: int) -> int:
        if self._raw_ms is None:
            self._raw_ms = clock_ms
            return clock_ms
        step = (clock_ms - self._raw_ms) & 0xFFFFFFFF
        self._raw_ms += step - (1 << 32) if step >= 1 << 31 else step
        return self._raw_ms

    def _fits(self, track: Track, dts: int) -> bool:
        last = self._last.get(track)
        if last is not None and dts < last - SMALL_STEP_BACK_TICKS:
            return False
        return self.head_ticks - TRACK_LAG_LIMIT_TICKS <= dts <= self.head_ticks + FORWARD_LIMIT_TICKS

    def _jump(self, clock: int, wanted: int) -> int:
        self.jumps += 1
        self.last_jump_seconds = (wanted - self.head_ticks) / TICKS_PER_SECOND
        since = self.head_ticks - JUMP_WINDOW_TICKS
        self._jumped_at = [at for at in self._jumped_at if at >= since] + [self.head_ticks]
        if len(self._jumped_at) > MAX_JUMPS:
            raise ClockRefused("the timestamps jump all the time: restart your encoder")
        self._newest_shift = self.head_ticks + NOMINAL_FRAME_TICKS - clock
        return self._newest_shift
