"""How long the till waits for more."""

import time
from typing import Any

import pytest

from millstream.orders.till.till import MOST_GATHER_SECONDS, Till


@pytest.mark.parametrize(
    ("jobs", "seconds", "longest"),
    [(0, 0.0, 0.004), (1, 3.0, 0.004), (50, 0.04, 0.02), (50, 3.0, MOST_GATHER_SECONDS)],
)
def test_a_busy_till_waits_longer_but_never_long(
    monkeypatch: pytest.MonkeyPatch, jobs: int, seconds: float, longest: float
) -> None:
    """One order at a time waits four milliseconds; under load half of the last turn, at most fifty."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    till: Any = Till()
    till._last_jobs, till._last_seconds = jobs, seconds
    till._gather()
    assert slept == [pytest.approx(longest)]


def test_a_full_batch_goes_at_once() -> None:
    """Whoever has a whole batch waiting does not wait for more."""
    till: Any = Till(batch_size=2, gather_seconds=5.0)
    till._waiting.extend([object(), object()])
    began = time.monotonic()
    till._gather()
    assert time.monotonic() - began < 1
