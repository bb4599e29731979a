"""One clock for the sound and the picture of a phone: by arrival first, by RTCP sender reports once both came."""

from __future__ import annotations

from millstream.media.plane.samples import Track

RATES_HZ = {Track.VIDEO: 90_000, Track.AUDIO: 48_000}
START_MS = 60_000.0  # room before the first sample: sound may be laid a little before it
SLEW_MS = 4.0  # the picture moves towards the sound by at most so much a picture
MAX_SKEW_MS = 2_000.0
SOUND_GONE_SECONDS = 1.0
NTP_FRACTION = 1 << 32


def ntp_ms(timestamp: int) -> float:
    """A 64-bit NTP timestamp in milliseconds."""
    return timestamp * 1000 / NTP_FRACTION


class PhoneClock:
    """Milliseconds of one session, as whole numbers that fit RTMP's 32 bits.

    A track's first sample stands where it arrived. The sound is the master from then on: it must not jump. When both
    tracks have told by a sender report how their RTP time relates to the phone's wall clock, the picture is moved,
    a few milliseconds at a time, to where the sound of the same moment is. Reports that would move it by more than two
    seconds are not believed.
    """

    def __init__(self) -> None:
        self._began: float | None = None
        self._offsets: dict[Track, float] = {}
        self._arrived: dict[Track, float] = {}
        self._zeros: dict[Track, float] = {}
        self._sound_at: tuple[float, float] | None = None

    def at_ms(self, track: Track, ticks: int, now: float) -> int:
        """Where a sample stands: `ticks` of its track's RTP clock, heard at `now` (monotonic seconds)."""
        own_ms = ticks * 1000 / RATES_HZ[track]
        if track not in self._offsets:
            self._offsets[track] = self._arrived[track] = self.arrival_ms(now) - own_ms
        if track is Track.VIDEO:
            self._approach()
        at = own_ms + self._offsets[track]
        if track is Track.AUDIO:
            self._sound_at = at, now
        return round(at)

    def arrival_ms(self, now: float) -> float:
        """The time of arrival on this clock."""
        if self._began is None:
            self._began = now
        return START_MS + (now - self._began) * 1000

    def still_ms(self, now: float) -> int:
        """Where a picture made here stands: beside the newest sound, else at its time of arrival."""
        if self._sound_at is not None and now - self._sound_at[1] < SOUND_GONE_SECONDS:
            return round(self._sound_at[0] + (now - self._sound_at[1]) * 1000)
        return round(self.arrival_ms(now))

    def report(self, track: Track, ntp: int, ticks: int) -> None:
        """A sender report: at this NTP time the track's RTP clock stood at `ticks`."""
        self._zeros[track] = ntp_ms(ntp) - ticks * 1000 / RATES_HZ[track]

    @property
    def skew_ms(self) -> float:
        """How much later than the sound of the same moment the picture stands now; 0 before both reported."""
        if len(self._zeros) < len(RATES_HZ) or len(self._offsets) < len(RATES_HZ):
            return 0.0
        sound = self._offsets[Track.AUDIO] - self._zeros[Track.AUDIO]
        return self._offsets[Track.VIDEO] - self._zeros[Track.VIDEO] - sound

    def _approach(self) -> None:
        skew = self.skew_ms
        moved = self._offsets[Track.VIDEO] - skew
        if abs(moved - self._arrived[Track.VIDEO]) <= MAX_SKEW_MS:
            self._offsets[Track.VIDEO] -= min(max(skew, -SLEW_MS), SLEW_MS)
