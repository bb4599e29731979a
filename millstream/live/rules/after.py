"""Pure decisions about what is cut out of a show, and how its audience is counted."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from millstream.live.types import PinRecord
from millstream.live.types.after import SAMPLE_EVERY, SAMPLE_HOLDS, SHORTEST_PROMISE, Sample, Window

PROMISE_LASTS: Final = timedelta(seconds=30)
LEAD: Final = timedelta(seconds=5)
SLOT: Final = timedelta(seconds=10)
SHORTEST_CLIP: Final = timedelta(seconds=8)
LONGEST_CLIP: Final = timedelta(seconds=90)
LONGEST_STANDING_CLIP: Final = timedelta(seconds=45)
CLIP_LEAD: Final = timedelta(seconds=2)
ROBOTS: Final = ("bot", "crawl", "spider", "preview", "curl", "wget", "python", "httpx", "go-http")


def promise_window(
    pins: Sequence[PinRecord], *, bought_at: datetime, started_at: datetime, ended_at: datetime | None
) -> Window | None:
    """The 20 to 40 seconds in which the host promised what somebody bought; None when it was never pinned.

    Bought while it was on the table: half a minute up to just behind the purchase, on a grid of ten seconds from the
    pin, so that many buyers share one file. Bought earlier or later: the beginning of the last pin before, else of the
    first. It does not leave the pin by more than five seconds, nor the show, unless those are too short.
    """
    pin = _pin_of(pins, bought_at)
    if pin is None:
        return None
    opens = max(started_at, pin.pinned_at - LEAD)
    shuts = _earliest(pin.unpinned_at + LEAD if pin.unpinned_at else None, ended_at)
    if pin.pinned_at <= bought_at and (pin.unpinned_at is None or bought_at <= pin.unpinned_at):
        to_at = pin.pinned_at + SLOT * math.ceil((bought_at - pin.pinned_at) / SLOT) + LEAD
    else:
        to_at = opens + PROMISE_LASTS
    to_at = max(to_at, opens + PROMISE_LASTS)
    if shuts is not None:
        to_at = min(to_at, shuts)
    from_at = max(opens, to_at - PROMISE_LASTS)
    if to_at - from_at < SHORTEST_PROMISE:
        from_at = max(started_at, to_at - SHORTEST_PROMISE)
        to_at = max(to_at, from_at + SHORTEST_PROMISE)
    return Window(from_at, to_at)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _pin_of(pins: Sequence[PinRecord], bought_at: datetime) -> PinRecord | None:
    """The pin at a moment, else the last one before it, else the first one after it."""
    in_order = sorted(pins, key=lambda pin: pin.pinned_at)
    before = [pin for pin in in_order if pin.pinned_at <= bought_at]
    return before[-1] if before else next(iter(in_order), None)


def clip_window(pin: PinRecord, *, ended_at: datetime) -> Window | None:
    """What is cut of a pin as a clip of its product: from just before it, bounded; None when it is too short."""
    until = pin.unpinned_at or ended_at
    if until - pin.pinned_at < SHORTEST_CLIP:
        return None
    return Window(pin.pinned_at - CLIP_LEAD, min(until, pin.pinned_at + LONGEST_CLIP))


def standing_window(window: Window) -> Window:
    """What of a clip is encoded anew to stand: its beginning."""
    return Window(window.from_at, min(window.to_at, window.from_at + LONGEST_STANDING_CLIP))


def watch_seconds(samples: Sequence[Sample], ended_at: datetime) -> int:
    """Seconds of watching of all viewers together: each sample holds until the next one, or half a minute at most."""
    until = [*(sample.at for sample in samples[1:]), ended_at][: len(samples)]
    return round(
        sum(
            sample.viewers * max(0.0, min(end - sample.at, SAMPLE_HOLDS).total_seconds())
            for sample, end in zip(samples, until, strict=True)
        )
    )


def peak(samples: Sequence[Sample]) -> int:
    """The most who watched at once."""
    return max((sample.viewers for sample in samples), default=0)


def mean_viewers(samples: Sequence[Sample], started_at: datetime, ended_at: datetime) -> float:
    """How many watched on average, over the whole show; time without a sample counts as nobody."""
    seconds = (ended_at - started_at).total_seconds()
    return watch_seconds(samples, ended_at) / seconds if seconds > 0 else 0.0


def sample_slot(moment: datetime) -> datetime:
    """The moment that a sample is written for: the ten seconds it lies in."""
    step = SAMPLE_EVERY.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // step * step, tz=moment.tzinfo)


def estimate_visitors(bits_set: int, bits: int) -> int:
    """How many different visitors set so many of the bits (linear counting, Whang et al. 1990)."""
    if bits_set >= bits:
        return round(bits * math.log(bits))
    return round(-bits * math.log((bits - bits_set) / bits))


def is_robot(agent: str) -> bool:
    """Whether a program says of itself that it is one."""
    told = agent.lower()
    return not told or any(word in told for word in ROBOTS)


def curve(samples: Sequence[Sample], started_at: datetime, ended_at: datetime, *, width: int, height: int) -> str:
    """The viewers over time as the points of an SVG polyline; at most one point a pixel."""
    seconds = max(1.0, (ended_at - started_at).total_seconds())
    top = max(1, peak(samples))
    columns: dict[int, int] = {}
    for sample in samples:
        column = round(min(1.0, max(0.0, (sample.at - started_at).total_seconds() / seconds)) * width)
        columns[column] = max(columns.get(column, 0), sample.viewers)
    return " ".join(f"{column},{height - round(columns[column] * height / top)}" for column in sorted(columns))


def gaps(samples: Sequence[Sample]) -> int:
    """How often nothing was counted for longer than a sample holds."""
    return sum(1 for before, after in pairwise(samples) if after.at - before.at > SAMPLE_HOLDS)
