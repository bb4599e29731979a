"""Settle an exception case: what was found goes on, what is lost is written off, nothing is edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record, record_many
from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.book_carrier import want_carrier
from millstream.logistics.actions.move_custody import (
    Why,
    holder_of,
    lock_bags,
    lock_children,
    lock_parcels,
    move_bags,
    move_parcels,
)
from millstream.logistics.facts import CaseResolved, ParcelLost
from millstream.logistics.models import CarrierBooking, ExceptionCase, Handover, Parcel
from millstream.logistics.queries.handovers import ways_of
from millstream.logistics.refusals import CaseClosed, InBag, NoWayOut, WrongState
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    BookingState,
    CaseKind,
    EventKind,
    Holder,
    HolderKind,
    ParcelState,
    Resolution,
)

LONGEST_NOTE = 400
WHERE_STATE = {
    HolderKind.STATION: ParcelState.AT_STATION,
    HolderKind.CENTRE: ParcelState.AT_CENTRE,
    HolderKind.RUN: ParcelState.ON_RUN,
    HolderKind.CARRIER: ParcelState.WITH_CARRIER,
}


@dataclass(frozen=True, slots=True)
class ResolveAsk:
    """How a case is settled, by its owner, with a note in plain words."""

    case_id: UUID
    resolution: Resolution
    acting: UUID
    note: str = ""


@transaction.atomic
def resolve_case(ask: ResolveAsk, *, now: datetime) -> None:
    """Settle a case once.

    ``found``: the taker of the handover has it after all, custody moves there. ``carry_on``: it stays where it is and
    goes on; a carrier that refused it is asked again. ``send_back``: it goes back to its maker's station.
    ``written_off``: nobody has it; the case holds it. ``not_ours``: a foreign label. Refuses a way that would leave the
    thing where nobody scans it again (``ways_out``).
    """
    rows = ExceptionCase.objects.unscoped("the action checks the owner")
    case = rows.select_for_update(of=("self",)).select_related("handover__run").filter(id=ask.case_id).first()
    if case is None or case.owner_id != ask.acting:
        raise NotFound(what="case")
    if case.resolved_at is not None:
        raise CaseClosed(resolution=case.resolution)
    if ask.resolution not in ways_of(case):
        raise NoWayOut
    if case.bag_id is not None:
        _settle_bag(case, ask, now)
    if case.parcel_id is not None:
        _settle_parcel(case, lock_parcels([case.parcel_id])[0], ask, now)
    close_case(case, ask.resolution, by=ask.acting, note=ask.note, now=now)


def close_case(case: ExceptionCase, resolution: Resolution, *, by: UUID, note: str, now: datetime) -> None:
    """Mark a locked case settled and tell it."""
    ExceptionCase.objects.unscoped("the row is locked").filter(id=case.id, resolved_at__isnull=True).update(
        resolution=resolution.value, resolved_by_id=by, resolved_at=now, note=note[:LONGEST_NOTE]
    )
    record(CaseResolved(case.id, resolution.value, by), now=now)


def settle_misrouted(parcels: Sequence[Parcel], *, by: UUID, now: datetime) -> None:
    """A misrouted parcel that reached the centre is on its way again: its case is settled by arriving."""
    strayed = [parcel.id for parcel in parcels if parcel.misrouted]
    if not strayed:
        return
    Parcel.objects.unscoped("the parcels are locked").filter(id__in=strayed).update(misrouted=False)
    rows = ExceptionCase.objects.unscoped("arriving settles what was misrouted").select_for_update()
    for case in rows.filter(parcel_id__in=strayed, kind=CaseKind.MISROUTED.value, resolved_at__isnull=True):
        close_case(case, Resolution.CARRY_ON, by=by, note="", now=now)


def settle_found(parcel: Parcel, *, by: UUID, now: datetime) -> bool:
    """Move a missing parcel to the side that found it, if a handover to that side misses it; the parcel is locked."""
    rows = ExceptionCase.objects.unscoped("the finder settles it").select_for_update(of=("self",))
    missing = rows.filter(parcel=parcel, kind=CaseKind.MISSING.value, resolved_at__isnull=True)
    case = missing.select_related("handover").first()
    if case is None:
        return False
    if case.handover is not None and case.handover.taker_id == by:
        _to_taker(case, parcel, case.handover, by, now)
    elif parcel.holder_id != by:
        return False
    close_case(case, Resolution.FOUND, by=by, note="", now=now)
    return True


def take_back(parcel: Parcel, *, by: UUID, scan: UUID | None, now: datetime) -> bool:
    """Take a parcel from the carrier that said it comes back, and send it home; the parcel is locked."""
    rows = ExceptionCase.objects.unscoped("the centre scans what came back").select_for_update(of=("self",))
    came_back = rows.filter(parcel=parcel, kind=CaseKind.RETURNED.value, owner_id=by)
    case = came_back.order_by("-opened_at").first()
    if case is None or parcel.holder_kind != HolderKind.CARRIER:
        return False
    why = Why(EventKind.RETURN, by=by, scan=scan, detail={"case": case.kind})
    move_parcels([parcel], why, to=Holder(HolderKind.CENTRE, by), state=ParcelState.AT_CENTRE, now=now)
    parcel.destination_station_id, parcel.going_back = parcel.station_id, True
    parcel.save(update_fields=["destination_station", "going_back"])
    if case.resolved_at is None:
        close_case(case, Resolution.SEND_BACK, by=by, note="", now=now)
    return True


def _settle_parcel(case: ExceptionCase, parcel: Parcel, ask: ResolveAsk, now: datetime) -> None:
    why = Why(
        EventKind.CASE_CLOSE,
        by=ask.acting,
        handover=case.handover_id,
        detail={"case": case.kind, "resolution": ask.resolution.value},
    )
    label = for_people(parcel.code)
    if ask.resolution is Resolution.WRITTEN_OFF:
        if parcel.state in (ParcelState.DELIVERED, ParcelState.LOST):
            raise WrongState(label=label, state=parcel.state)
        if parcel.bag_id is not None:
            raise InBag(label=label, bag="")
        _lose([parcel], case, why, now)
    elif ask.resolution is Resolution.FOUND and case.kind == CaseKind.MISSING and case.handover is not None:
        _to_taker(case, parcel, case.handover, ask.acting, now)
    else:
        _stay(case, parcel, ask, why, now)


def _stay(case: ExceptionCase, parcel: Parcel, ask: ResolveAsk, why: Why, now: datetime) -> None:
    move_parcels([parcel], why, now=now)
    if case.kind == CaseKind.CARRIER_REFUSED and ask.resolution is Resolution.CARRY_ON:
        _book_again(parcel, now)
    fields = []
    if ask.resolution is Resolution.SEND_BACK:
        parcel.destination_station_id, parcel.going_back = parcel.station_id, True
        fields += ["destination_station", "going_back"]
    if parcel.misrouted and case.kind == CaseKind.MISROUTED:
        parcel.misrouted = False
        fields.append("misrouted")
    if fields:
        parcel.save(update_fields=fields)


def _book_again(parcel: Parcel, now: datetime) -> None:
    """Ask the carrier anew, under a key of its own: the answer to the old one is known."""
    refused = CarrierBooking.objects.filter(parcel=parcel, state=BookingState.REFUSED.value).first()
    if refused is None:
        return
    refused.delete()
    want_carrier(parcel, now)


def _lose(parcels: Sequence[Parcel], case: ExceptionCase, why: Why, now: datetime) -> None:
    """Nobody has them: the case holds them, and whoever waits for them is told."""
    move_parcels(parcels, why, to=Holder(HolderKind.CASE, case.id), state=ParcelState.LOST, bag=None, now=now)
    record_many([ParcelLost(parcel.id, parcel.order_id, case.id) for parcel in parcels], now=now)


def _to_taker(case: ExceptionCase, parcel: Parcel, handover: Handover, by: UUID, now: datetime) -> None:
    taker = Holder(HolderKind(handover.taker_kind), handover.taker_id)
    giver = Holder(HolderKind(handover.giver_kind), handover.giver_id)
    detail = {"case": case.kind, "resolution": Resolution.FOUND.value}
    why = Why(EventKind.CASE_CLOSE, by=by, handover=handover.id, detail=detail)
    if holder_of(parcel) == giver and parcel.bag_id is None:
        move_parcels([parcel], why, to=taker, state=WHERE_STATE[taker.kind], now=now)
    else:
        move_parcels([parcel], why, now=now)


def _settle_bag(case: ExceptionCase, ask: ResolveAsk, now: datetime) -> None:
    """A missing bag that was found goes to the taker with all that lies in it; written off, its parcels are lost."""
    assert case.bag_id is not None
    (bag,) = lock_bags([case.bag_id])
    children = lock_children([bag])
    detail = {"case": case.kind, "resolution": ask.resolution.value}
    why = Why(EventKind.CASE_CLOSE, by=ask.acting, handover=case.handover_id, detail=detail)
    if ask.resolution is Resolution.WRITTEN_OFF:
        _lose(children, case, why, now)
        move_bags([bag], why, to=Holder(HolderKind.CASE, case.id), now=now)
        return
    handover = case.handover
    if ask.resolution is Resolution.FOUND and case.kind == CaseKind.MISSING and handover is not None:
        giver = Holder(HolderKind(handover.giver_kind), handover.giver_id)
        if holder_of(bag) == giver:
            taker = Holder(HolderKind(handover.taker_kind), handover.taker_id)
            move_bags([bag], why, to=taker, now=now)
            move_parcels(children, why, to=taker, state=WHERE_STATE[taker.kind], now=now)
            return
    move_bags([bag], why, now=now)
