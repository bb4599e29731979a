"""What two sides of a handover make of it: the frozen list, the differences, who is liable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from millstream.logistics.types import (
    HandoverState,
    ItemOutcome,
    RunState,
    StopState,
)

CODE_DIGITS = 6
CODE_TRIES = 5


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """One thing on a frozen list: its code, kind (P or B), weight, and the codes inside a bag."""

    code: str
    kind: str
    weight_grams: int
    children: tuple[str, ...] = ()


def manifest_hash(giver: str, taker: str, lines: Iterable[ManifestLine]) -> str:
    """The SHA-256 of a list in one canonical spelling: the order of the lines does not matter."""
    content = {
        "giver": giver,
        "taker": taker,
        "lines": sorted([line.code, line.kind, line.weight_grams, sorted(line.children)] for line in lines),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Differences:
    """The four piles of a handover; together they are everything expected or scanned, each once."""

    ok: frozenset[UUID]
    missing: frozenset[UUID]
    extra: frozenset[UUID]
    damaged: frozenset[UUID]

    @property
    def state(self) -> HandoverState:
        """Accepted plainly only when nothing differs."""
        clean = not (self.missing or self.extra or self.damaged)
        return HandoverState.ACCEPTED if clean else HandoverState.ACCEPTED_WITH_DIFFERENCES

    @property
    def moving(self) -> frozenset[UUID]:
        """What the taker really has now: all that was scanned and expected, damaged or not."""
        return self.ok | self.damaged

    def outcomes(self) -> Mapping[UUID, ItemOutcome]:
        """The pile each thing fell into."""
        piles = (
            (ItemOutcome.OK, self.ok),
            (ItemOutcome.MISSING, self.missing),
            (ItemOutcome.EXTRA, self.extra),
            (ItemOutcome.DAMAGED, self.damaged),
        )
        return {one: outcome for outcome, pile in piles for one in pile}


def find_differences(expected: Iterable[UUID], scanned: Iterable[UUID], damaged: Iterable[UUID]) -> Differences:
    """Compare what was offered with what was scanned. Damaged things count as scanned."""
    offered, seen, hurt = frozenset(expected), frozenset(scanned), frozenset(damaged)
    seen |= hurt
    return Differences(
        ok=(offered & seen) - hurt,
        missing=offered - seen,
        extra=seen - offered,
        damaged=offered & hurt,
    )


@dataclass(frozen=True, slots=True)
class Conservation:
    """Everything that was ever on a run, and where it went."""

    loaded: int
    handed_over: int
    left_on_vehicle: int
    in_cases: int


def may_close_run(state: RunState, stops: Sequence[StopState], left_on_vehicle: int, in_cases: int) -> bool:
    """A run is closed when it is back, every stop has an end, and nothing is left on the vehicle but open cases."""
    ended = all(stop in (StopState.DONE, StopState.SKIPPED) for stop in stops)
    return state is RunState.RETURNED and ended and left_on_vehicle == in_cases
