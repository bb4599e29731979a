"""How a phone's uplink is doing: bitrate allowed, packets lost, key frames due. Pure; the session asks and acts."""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 10.0
FPS_SECONDS = 5.0
KEY_EVERY_SECONDS = 1.97  # a segment ends at the first key frame after 1.95 s
KEY_RETRY_SECONDS = 0.5
MAX_FRAMES_NOTED = 600
BUSY_LAG_SECONDS = 0.6  # the picture came so much later than at its best: a queue stands in the uplink
BEST_SECONDS = 30.0
HEAVY_LOSS_PERMILLE = 120
BACK_OFF, RECOVER = 0.8, 1.06
LEAST_KBIT = 100
RATE_SECONDS = 2.0


class Uplink:
    """Watches one sender; all times are monotonic seconds."""

    def __init__(self, kbit: int, *, began: float) -> None:
        self.cap_kbit = kbit
        self.allowed_kbit = float(kbit)
        self._frames: deque[float] = deque(maxlen=MAX_FRAMES_NOTED)
        self._sizes: deque[tuple[float, int]] = deque(maxlen=MAX_FRAMES_NOTED)
        self._counts: deque[tuple[float, int, int]] = deque([(began, 0, 0)], maxlen=64)
        self._key_at: float | None = None
        self._asked_at = began - KEY_RETRY_SECONDS
        self._heard_at: float | None = None
        self._best_lags: deque[tuple[float, float]] = deque(maxlen=2)
        self._lag = 0.0

    def frame(self, now: float, sent_seconds: float, size: int, *, key: bool) -> None:
        """A picture came, sent at `sent_seconds` of the sender's clock."""
        self._frames.append(now)
        self._sizes.append((now, size))
        if key:
            self._key_at = now
        heard_at, self._heard_at = self._heard_at, now
        if heard_at is None:
            return
        # A picture is handed on when the first packet of the next one comes: that moment tells how late that one is.
        lag = heard_at - sent_seconds
        # The best of this half minute and the one before: a phone's clock runs a little off ours.
        if not self._best_lags or now - self._best_lags[-1][0] > BEST_SECONDS:
            self._best_lags.append((now, lag))
        self._best_lags[-1] = self._best_lags[-1][0], min(self._best_lags[-1][1], lag)
        self._lag = lag - min(best for _, best in self._best_lags)

    def counted(self, now: float, expected: int, received: int) -> None:
        """Running counts of packets that should have come and that came."""
        self._counts.append((now, expected, received))
        while len(self._counts) > 1 and now - self._counts[0][0] > WINDOW_SECONDS:
            self._counts.popleft()

    @property
    def lost_permille(self) -> int:
        """Packets lost on the way, of a thousand, over the last ten seconds; those sent again count as lost."""
        expected = self._counts[-1][1] - self._counts[0][1]
        lost = expected - (self._counts[-1][2] - self._counts[0][2])
        return round(min(max(lost, 0) * 1000 / expected, 1000)) if expected > 0 else 0

    def packets_a_second(self, now: float) -> float:
        """Packets received over the window."""
        return (self._counts[-1][2] - self._counts[0][2]) / max(now - self._counts[0][0], 1.0)

    def fps(self, now: float) -> float:
        """Pictures a second over the last five seconds."""
        return round(sum(1 for at in self._frames if now - at <= FPS_SECONDS) / FPS_SECONDS, 1)

    def kbit(self, now: float) -> float:
        """Bitrate of the pictures over the last two seconds."""
        return sum(size for at, size in self._sizes if now - at <= RATE_SECONDS) * 8 / 1000 / RATE_SECONDS

    def wants_key(self, now: float) -> bool:
        """True when it is time to ask for a key frame; asking is noted."""
        due = self._key_at is None or now - self._key_at >= KEY_EVERY_SECONDS
        if not due or now - self._asked_at < KEY_RETRY_SECONDS:
            return False
        self._asked_at = now
        return True

    def needs_key(self) -> None:
        """A picture was lost: the next key frame is due now."""
        self._key_at = None

    def allow(self, now: float) -> int:
        """The bitrate to allow now in bit/s, asked once a second: the fixed one, less while the uplink is in trouble.

        A sender that is told a fixed rate no longer feels a queue growing in its uplink; so we feel it for it.
        """
        if self._lag > BUSY_LAG_SECONDS or self.lost_permille > HEAVY_LOSS_PERMILLE:
            came = self.kbit(now) or self.allowed_kbit
            self.allowed_kbit = max(min(came, self.allowed_kbit) * BACK_OFF, min(LEAST_KBIT, self.cap_kbit))
        else:
            self.allowed_kbit = min(self.allowed_kbit * RECOVER, self.cap_kbit)
        return round(self.allowed_kbit * 1000)
