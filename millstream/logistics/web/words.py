"""Codes of logistics in the reader's language: states, steps, cases, carriers' events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from millstream.logistics.types import (
    CaseKind,
    EventKind,
    HandoverState,
    ItemOutcome,
    ParcelRecord,
    ParcelState,
    Resolution,
    RunState,
    SkipReason,
    StopState,
    TimelineStep,
)

PARCEL_STATES: Final[Mapping[str, Promise]] = {
    ParcelState.ANNOUNCED: _("To pack"),
    ParcelState.PACKED: _("Packed"),
    ParcelState.AT_STATION: _("At the station"),
    ParcelState.BAGGED: _("In a bag"),
    ParcelState.ON_RUN: _("On the van"),
    ParcelState.AT_CENTRE: _("At the centre"),
    ParcelState.CHECKED: _("Checked"),
    ParcelState.WITH_CARRIER: _("With the carrier"),
    ParcelState.FOR_COLLECTION: _("Ready to collect"),
    ParcelState.DELIVERED: _("Delivered"),
    ParcelState.CANCELLED: _("Called off"),
    ParcelState.LOST: _("Lost"),
}
STATE_TONES: Final[Mapping[str, str]] = {
    ParcelState.ANNOUNCED: "warm",
    ParcelState.PACKED: "info",
    ParcelState.DELIVERED: "good",
    ParcelState.CANCELLED: "caution",
    ParcelState.LOST: "bad",
}
STEPS: Final[Mapping[str, Promise]] = {
    EventKind.ANNOUNCE: _("Paid; the maker packs it"),
    EventKind.PACK: _("Packed"),
    EventKind.TAKE_IN: _("Taken in at the station"),
    EventKind.BAG_ADD: _("Put into a bag"),
    EventKind.BAG_REMOVE: _("Taken out of the bag"),
    EventKind.BAG_OPEN: _("Bag opened"),
    EventKind.SEAL: _("Bag sealed"),
    EventKind.SEAL_BROKEN: _("The bag's seal was found broken"),
    EventKind.UNSEAL: _("Bag opened at the centre"),
    EventKind.ACCEPT: _("Handed over"),
    EventKind.CHECK: _("Checked at the centre"),
    EventKind.LABEL: _("The carrier gave a number"),
    EventKind.HANDOVER_OUT: _("Handed to the carrier"),
    EventKind.TRACK: _("On its way"),
    EventKind.DELIVER: _("Delivered"),
    EventKind.COLLECT: _("Collected at the station"),
    EventKind.REROUTE: _("Sent another way"),
    EventKind.RETURN: _("On its way back"),
    EventKind.CANCEL: _("Called off"),
    EventKind.CASE_OPEN: _("A difference was found"),
    EventKind.CASE_CLOSE: _("The difference was settled"),
}
NOTES: Final[Mapping[str, Promise]] = {
    "picked_up": _("Picked up by the carrier"),
    "in_transit": _("In the carrier's hub"),
    "out_for_delivery": _("Out for delivery"),
    "delivered": _("Delivered"),
    "failed": _("Nobody could take it"),
    "returned": _("The carrier brings it back"),
}
CASES: Final[Mapping[str, Promise]] = {
    CaseKind.UNKNOWN_LABEL: _("Unknown label"),
    CaseKind.MISROUTED: _("Brought to the wrong station"),
    CaseKind.DOUBLE_CUSTODY: _("Scanned at two stations"),
    CaseKind.MISSING: _("Missing"),
    CaseKind.EXTRA: _("Too many"),
    CaseKind.DAMAGED: _("Damaged"),
    CaseKind.SEAL_BROKEN: _("Seal broken"),
    CaseKind.CARRIER_REFUSED: _("The carrier refused it"),
    CaseKind.RETURNED: _("Comes back"),
}
RESOLUTIONS: Final[Mapping[str, Promise]] = {
    Resolution.FOUND: _("Found: it is here"),
    Resolution.CARRY_ON: _("Carry on from where it is"),
    Resolution.SEND_BACK: _("Send it back to the maker"),
    Resolution.WRITTEN_OFF: _("Lost: write it off"),
    Resolution.NOT_OURS: _("Not ours"),
}
RUN_STATES: Final[Mapping[str, Promise]] = {
    RunState.PLANNED: _("Planned"),
    RunState.RELEASED: _("Released"),
    RunState.DEPARTED: _("On the road"),
    RunState.RETURNED: _("Back, being received"),
    RunState.CLOSED: _("Closed"),
    RunState.CANCELLED: _("Replaced"),
}
STOP_STATES: Final[Mapping[str, Promise]] = {
    StopState.PLANNED: _("To come"),
    StopState.ARRIVED: _("The van is here"),
    StopState.DONE: _("Done"),
    StopState.SKIPPED: _("Left out"),
}
SKIP_REASONS: Final[Mapping[str, Promise]] = {
    SkipReason.STATION_CLOSED: _("The station is closed"),
    SkipReason.ROAD_CLOSED: _("The road is closed"),
    SkipReason.VEHICLE_FULL: _("The van is full"),
    SkipReason.OUT_OF_TIME: _("No time left"),
}
HANDOVERS: Final[Mapping[str, Promise]] = {
    HandoverState.OFFERED: _("Offered, not accepted yet"),
    HandoverState.ACCEPTED: _("Accepted"),
    HandoverState.ACCEPTED_WITH_DIFFERENCES: _("Accepted with differences"),
    HandoverState.WITHDRAWN: _("Taken back"),
}
OUTCOMES: Final[Mapping[str, Promise]] = {
    ItemOutcome.EXPECTED: _("Not scanned yet"),
    ItemOutcome.OK: _("Fine"),
    ItemOutcome.MISSING: _("Missing"),
    ItemOutcome.EXTRA: _("Too many"),
    ItemOutcome.DAMAGED: _("Damaged"),
}
UNSERVED: Final[Mapping[str, Promise]] = {
    "no_road": _("Every road there is closed"),
    "too_far": _("Too far for any driver's shift"),
    "over_capacity": _("More than the largest van holds"),
    "no_room": _("No van has room or time left"),
}
LEG_SOURCES: Final[Mapping[str, Promise]] = {
    "road": _("measured road"),
    "estimate": _("estimate"),
    "none": _("no way"),
}
PROBLEM_STEPS: Final = frozenset({EventKind.SEAL_BROKEN, EventKind.CASE_OPEN, EventKind.CANCEL, EventKind.RETURN})
# What a parcel on its usual way up still has before it.
AHEAD: Final = (
    (ParcelState.ANNOUNCED, _("Packed")),
    (ParcelState.PACKED, _("Taken in at the station")),
    (ParcelState.ON_RUN, _("At the centre")),
    (ParcelState.CHECKED, _("Handed to the carrier")),
    (ParcelState.WITH_CARRIER, _("Delivered")),
)
PROGRESS: Final = (
    ParcelState.ANNOUNCED,
    ParcelState.PACKED,
    ParcelState.AT_STATION,
    ParcelState.BAGGED,
    ParcelState.ON_RUN,
    ParcelState.AT_CENTRE,
    ParcelState.CHECKED,
    ParcelState.WITH_CARRIER,
)


def timeline_steps(parcel: ParcelRecord, steps: Iterable[TimelineStep]) -> list[dict[str, Any]]:
    """What the timeline component draws: the steps that were, the last of them *now*, and those still to come."""
    told = [_told(step) for step in steps]
    if told and parcel.state in PROGRESS:
        told[-1]["state"] = "now"
        here = PROGRESS.index(parcel.state)
        told += [{"title": title, "state": "next"} for state, title in AHEAD if PROGRESS.index(state) >= here]
    return told


def _told(step: TimelineStep) -> dict[str, Any]:
    is_problem = step.kind in PROBLEM_STEPS or step.note in ("failed", "returned")
    return {
        "title": NOTES.get(step.note, STEPS[step.kind]),
        "state": "problem" if is_problem else "done",
        "at": step.at,
        "who": step.holder_name,
        "place": step.place,
        "note": CASES.get(step.note, ""),
    }
