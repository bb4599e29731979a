"""How long the till waits for more."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from millstream.orders.till.till import MOST_GATHER_SECONDS, PLAN_SECONDS, Till


@pytest.mark.parametrize(
    ("jobs", "seconds", "longest"),
    [(0, 0.0, 0.004), (1, 3.0, 0.004), (50, 0.0, 0.01), (50, 0.04, 0.02), (50, 3.0, MOST_GATHER_SECONDS)],
)
def test_a_busy_till_waits_longer_but_never_long(
    monkeypatch: pytest.MonkeyPatch, jobs: int, seconds: float, longest: float
) -> None:
    """One order at a time waits four milliseconds; under load half of the last turn, ten to fifty."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    till: Any = Till()
    till._last_jobs, till._last_seconds = jobs, seconds
    till._gather()
    assert slept == [pytest.approx(longest)]


def test_a_full_batch_goes_at_once() -> None:
    """Whoever has a whole batch waiting does not wait for more."""
    till: Any = Till(batch_size=2, gather_seconds=30.0)
    till._waiting.extend([object(), object()])
    began = time.monotonic()
    till._gather()
    assert time.monotonic() - began < 15


@pytest.mark.django_db
def test_kept_plans_are_forgotten_now_and_then() -> None:
    """A till that has planned long ago has PostgreSQL plan anew, once."""
    till: Any = Till()
    till._planned_at -= PLAN_SECONDS
    with CaptureQueriesContext(connection) as asked:
        till._plan_anew()
        till._plan_anew()
    assert [query["sql"] for query in asked] == ["DISCARD PLANS"]
