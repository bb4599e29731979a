"""Two sides of a handover: piles, hashes, and when a run may be closed."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from millstream.logistics.rules.handovers import ManifestLine, find_differences, manifest_hash, may_close_run
from millstream.logistics.rules.tracking import TrackDecision, decide_track
from millstream.logistics.types import HandoverState, HolderKind, ParcelState, RunState, StopState, TrackStatus

THINGS = st.sets(st.integers(0, 12).map(lambda number: UUID(int=number)))


@given(THINGS, THINGS, THINGS)
def test_the_piles_hold_everything_once(expected: set[UUID], scanned: set[UUID], damaged: set[UUID]) -> None:
    """Whatever was offered or seen falls into exactly one pile; what moves was both offered and seen."""
    piles = find_differences(expected, scanned, damaged)
    parts = [piles.ok, piles.missing, piles.extra, piles.damaged]
    everything = expected | scanned | damaged
    assert frozenset().union(*parts) == everything
    assert sum(len(part) for part in parts) == len(everything)
    assert piles.moving <= expected
    assert piles.moving <= scanned | damaged
    assert set(piles.outcomes()) == everything
    assert (piles.state is HandoverState.ACCEPTED) == (expected == scanned | damaged and not damaged & expected)


@given(st.permutations(["P1", "P2", "B3", "P4"]))
def test_the_hash_of_a_list_does_not_depend_on_its_order(codes: list[str]) -> None:
    """The same list has the same hash; another weight, child or side has another."""
    lines = [ManifestLine(code, code[0], 500, ("P9",) if code == "B3" else ()) for code in codes]
    plain = manifest_hash("station:1", "run:2", lines)
    assert plain == manifest_hash("station:1", "run:2", sorted(lines, key=lambda line: line.code))
    heavier = [ManifestLine(line.code, line.kind, line.weight_grams + 1, line.children) for line in lines]
    assert plain != manifest_hash("station:1", "run:2", heavier)
    assert plain != manifest_hash("station:1", "run:3", lines)
    assert plain != manifest_hash("station:1", "run:2", lines[1:])


def test_a_run_is_closed_when_nothing_is_left_but_open_cases() -> None:
    """Back, every stop ended, and what is still on board is accounted for."""
    ended = (StopState.DONE, StopState.SKIPPED)
    assert may_close_run(RunState.RETURNED, ended, 0, 0)
    assert may_close_run(RunState.RETURNED, ended, 2, 2)
    assert not may_close_run(RunState.RETURNED, ended, 2, 1)
    assert not may_close_run(RunState.DEPARTED, ended, 0, 0)
    assert not may_close_run(RunState.RETURNED, (StopState.ARRIVED,), 0, 0)


def _decide(status: TrackStatus, number: int, last: int, holder: HolderKind = HolderKind.CARRIER) -> TrackDecision:
    state = ParcelState.DELIVERED if holder is HolderKind.RECIPIENT else ParcelState.WITH_CARRIER
    return decide_track(status=status, number=number, last_number=last, state=state, holder=holder)


def test_carrier_events_count_in_their_own_order() -> None:
    """Older ones are stale, delivered counts at once, early ones wait, and nothing follows delivery."""
    assert _decide(TrackStatus.IN_TRANSIT, 2, 1) is TrackDecision.APPLY
    assert _decide(TrackStatus.IN_TRANSIT, 2, 3) is TrackDecision.STALE
    assert _decide(TrackStatus.DELIVERED, 4, 1) is TrackDecision.DELIVER
    assert _decide(TrackStatus.RETURNED, 5, 4) is TrackDecision.RETURNED
    assert _decide(TrackStatus.PICKED_UP, 1, 0, HolderKind.CENTRE) is TrackDecision.EARLY
    assert _decide(TrackStatus.PICKED_UP, 9, 0, HolderKind.RECIPIENT) is TrackDecision.STALE
