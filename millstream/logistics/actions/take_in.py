"""A station takes a parcel in: the maker offered it by packing, the station accepts it by scan."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotAllowed, NotFound
from millstream.logistics.actions.move_custody import Why, holder_of, lock_parcels, move_parcels
from millstream.logistics.actions.open_case import CaseAsk, open_case
from millstream.logistics.facts import ParcelTakenIn
from millstream.logistics.models import Parcel, Station
from millstream.logistics.refusals import AlreadyGone, DoubleCustody, NotPacked, ParcelCancelled
from millstream.logistics.rules.codes import for_people
from millstream.logistics.rules.custody import TakeIn, decide_take_in
from millstream.logistics.types import CaseKind, EventKind, Holder, HolderKind, ParcelState


@transaction.atomic
def take_in(parcel_id: UUID, *, acting: UUID, now: datetime, scan: UUID | None = None) -> TakeIn:
    """The station holds the parcel from now on; a second scan of the same one changes nothing.

    A parcel meant for another station is taken in all the same (custody is real) with a *misrouted* case that the
    centre owns. Refuses what is not packed, called off, gone, or at another station already (the first keeps it).
    """
    station = Station.objects.filter(actor_id=acting).select_related("centre").first()
    if station is None:
        raise NotAllowed(what="station")
    found = lock_parcels([parcel_id])
    if not found:
        raise NotFound(what="parcel")
    parcel = found[0]
    decision = decide_take_in(
        state=ParcelState(parcel.state), holder=holder_of(parcel), planned=parcel.station_id, station=acting
    )
    if decision is TakeIn.REPEATED:
        return decision
    if decision not in (TakeIn.ACCEPT, TakeIn.ACCEPT_MISROUTED):
        _refuse(decision, parcel)
    misrouted = decision is TakeIn.ACCEPT_MISROUTED
    _move(parcel, acting, scan, misrouted=misrouted, now=now)
    if misrouted:
        _open_misrouted(parcel, station, scan, now)
    record(ParcelTakenIn(parcel.id, parcel.order_id, acting, misrouted), now=now)
    return decision


def _move(parcel: Parcel, acting: UUID, scan: UUID | None, *, misrouted: bool, now: datetime) -> None:
    why = Why(EventKind.TAKE_IN, by=acting, scan=scan, detail={"misrouted": True} if misrouted else {})
    move_parcels([parcel], why, to=Holder(HolderKind.STATION, acting), state=ParcelState.AT_STATION, now=now)
    if misrouted:
        parcel.misrouted = True
        parcel.save(update_fields=["misrouted"])


def _open_misrouted(parcel: Parcel, station: Station, scan: UUID | None, now: datetime) -> None:
    open_case(
        CaseAsk(
            kind=CaseKind.MISROUTED,
            site=station.actor_id,
            owner=station.centre.actor_id,
            currency=parcel.currency,
            parcel=parcel.id,
            scan=scan,
            label=parcel.code,
            liable=holder_of(parcel),
            value_minor=parcel.value_minor,
        ),
        now=now,
    )


def _refuse(decision: TakeIn, parcel: Parcel) -> None:
    label = for_people(parcel.code)
    refusals = {
        TakeIn.NOT_PACKED: NotPacked,
        TakeIn.CANCELLED: ParcelCancelled,
        TakeIn.DOUBLE_CUSTODY: DoubleCustody,
        TakeIn.ALREADY_GONE: AlreadyGone,
    }
    raise refusals[decision](label=label)
