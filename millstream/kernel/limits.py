"""Rate limits in this process: token buckets, bounded in number, counted by whatever key the edge gives."""

import time
from collections import OrderedDict
from threading import Lock
from typing import Final

MOST_KEYS: Final = 50_000


class RateLimit:
    """Up to `burst` at once and `per_minute` in the long run for each key; the oldest keys are forgotten first."""

    def __init__(self, name: str, *, per_minute: float, burst: int) -> None:
        assert per_minute > 0
        assert burst >= 1
        self.name = name
        self.per_second = per_minute / 60
        self.burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, *, at: float | None = None) -> int:
        """Take one token; 0 when there was one, else the whole seconds after which there will be one."""
        moment = time.monotonic() if at is None else at
        with self._lock:
            tokens, since = self._buckets.pop(key, (float(self.burst), moment))
            tokens = min(float(self.burst), tokens + (moment - since) * self.per_second)
            taken = tokens >= 1
            self._buckets[key] = (tokens - 1 if taken else tokens, moment)
            if len(self._buckets) > MOST_KEYS:
                self._buckets.popitem(last=False)
        return 0 if taken else max(1, int((1 - tokens) / self.per_second) + 1)
