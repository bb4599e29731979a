"""Where a cut begins and ends: on key frames, never longer than allowed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def snap(
    keys_ms: Sequence[float], from_ms: float, to_ms: float, *, end_ms: float, most_ms: float | None = None
) -> tuple[float, float]:
    """Start at the key frame at or before `from_ms` (else the first), end at the first key frame at or after `to_ms`.

    Without such a key frame the cut ends with the recording, at `end_ms`. `most_ms` is a hard limit: the cut then
    ends at the last key frame within it, or, where one group of pictures is longer than that, within the group.
    `keys_ms` rise and are not empty; the answer is (start, end) with start < end.
    """
    assert keys_ms
    assert from_ms < to_ms
    start = keys_ms[max(0, bisect_right(keys_ms, from_ms) - 1)]
    after = bisect_left(keys_ms, max(to_ms, start + 1))
    end = keys_ms[after] if after < len(keys_ms) else end_ms
    if most_ms is not None and end - start > most_ms:
        within = keys_ms[bisect_right(keys_ms, start + most_ms) - 1]
        end = within if within >= max(to_ms, start + 1) else min(end, start + most_ms)
    return start, max(end, start + 1)


def lost_time(spans: Sequence[tuple[int, int]], longest: int) -> list[int]:
    """How much to take off the times of each span so that holes longer than `longest` between spans close.

    Spans are (start, end) in the order of the file, in any unit.
    """
    shifts: list[int] = []
    lost = 0
    end: int | None = None
    for start, stop in spans:
        if end is not None and start - end > longest:
            lost += start - end
        shifts.append(lost)
        end = stop
    return shifts
