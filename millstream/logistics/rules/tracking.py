"""What a carrier's event does to a parcel, whatever order the events come in."""

from __future__ import annotations

from enum import StrEnum

from millstream.logistics.types import HolderKind, ParcelState, TrackStatus


class TrackDecision(StrEnum):
    """What to do with an event that is new to us."""

    APPLY = "apply"
    DELIVER = "deliver"
    RETURNED = "returned"
    STALE = "stale"
    EARLY = "early"


def decide_track(
    *, status: TrackStatus, number: int, last_number: int, state: ParcelState, holder: HolderKind
) -> TrackDecision:
    """Delivered counts at once, even when earlier events are lost; an older event only fills the record.

    An event about a parcel that we have not handed over yet is *early*: kept and looked at again.
    """
    if state is ParcelState.DELIVERED or holder is HolderKind.RECIPIENT:
        return TrackDecision.STALE
    if holder is not HolderKind.CARRIER:
        return TrackDecision.EARLY
    if number <= last_number:
        return TrackDecision.STALE
    if status is TrackStatus.DELIVERED:
        return TrackDecision.DELIVER
    if status is TrackStatus.RETURNED:
        return TrackDecision.RETURNED
    return TrackDecision.APPLY
