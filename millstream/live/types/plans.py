"""What is planned before a show: how it repeats, its preview, what its rundown promises."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

USUAL_LENGTH: Final = 120
SHORTEST_SHOW: Final = 5
LONGEST_SHOW: Final = 720
MADE_AHEAD: Final = timedelta(days=28)
MOST_MADE_AHEAD: Final = 12
MOST_EVERY: Final = 52
MOST_TIMES: Final = 500

PREVIEW_MOST_BYTES: Final = 40 * 2**20
PREVIEW_MOST_SECONDS: Final = 30


class Step(StrEnum):
    """In which steps a show repeats."""

    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """When a repeating show happens: at a time of a place, every n days, or every n weeks on some weekdays.

    `weekdays` count from Monday, 0, and say nothing when the step is days. `times` counts days that the rule names,
    those of `except_on` among them; it ends after that many, or after `until`, or never.
    """

    step: Step
    every: int
    weekdays: frozenset[int]
    at: time
    zone: str
    first_on: date
    until: date | None = None
    times: int | None = None
    except_on: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """A repeating show. `stopped_at` is set when it repeats no more."""

    id: UUID
    host: UUID
    rule: SeriesRule
    stopped_at: datetime | None


class PreviewState(StrEnum):
    """What became of an uploaded preview clip."""

    WANTED = "wanted"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PreviewRecord:
    """A preview clip. The addresses are empty until it is ready; `reason` says why one failed."""

    id: UUID
    state: PreviewState
    done_permille: int
    video_url: str
    poster_url: str
    seconds: int
    width: int
    height: int
    reason: str
