"""The usual offers: the station's waiting goods to the van, the van's goods to the station, the centre's load."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.offer_handover import offer_handover
from millstream.logistics.models import Bag, HandoverItem, Parcel, Run, Stop
from millstream.logistics.refusals import WrongState
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    BagState,
    HandoverRecord,
    Holder,
    HolderKind,
    OfferAsk,
    ParcelState,
    RunState,
    StopState,
)


def offer_up(stop_id: UUID, *, acting: UUID, now: datetime, code: str = "") -> HandoverRecord:
    """The station offers the van all that goes up: sealed bags and loose parcels that are not for collection there."""
    run, stop = _journey(stop_id)
    station = stop.station_id
    bags = Bag.objects.unscoped("the station's own").filter(
        holder_kind=HolderKind.STATION.value,
        holder_id=station,
        state__in=[BagState.SEALED.value, BagState.BROKEN.value],
    )
    parcels = Parcel.objects.unscoped("the station's own").filter(
        holder_kind=HolderKind.STATION.value,
        holder_id=station,
        state=ParcelState.AT_STATION.value,
        bag__isnull=True,
    )
    giver, taker = Holder(HolderKind.STATION, station), Holder(HolderKind.RUN, run.id)
    return _offer(giver, taker, run, stop, parcels, bags, acting=acting, code=code, now=now)


def offer_down(stop_id: UUID, *, acting: UUID, now: datetime, code: str = "") -> HandoverRecord:
    """The van offers the station what is for it."""
    run, stop = _journey(stop_id)
    parcels = Parcel.objects.unscoped("the run's own cargo").filter(
        holder_kind=HolderKind.RUN.value,
        holder_id=run.id,
        bag__isnull=True,
        destination_station_id=stop.station_id,
    )
    giver, taker = Holder(HolderKind.RUN, run.id), Holder(HolderKind.STATION, stop.station_id)
    return _offer(giver, taker, run, stop, parcels, None, acting=acting, code=code, now=now)


def offer_load(run_id: UUID, *, acting: UUID, now: datetime) -> HandoverRecord:
    """The centre offers a released run what goes down to the stations on it."""
    run = Run.objects.visible_to(acting).filter(id=run_id, centre_id=acting).first()
    if run is None:
        raise NotFound(what="run")
    if run.state != RunState.RELEASED:
        raise WrongState(label=for_people(run.code), state=run.state)
    parcels = Parcel.objects.unscoped("the centre's own").filter(
        holder_kind=HolderKind.CENTRE.value,
        holder_id=acting,
        state=ParcelState.CHECKED.value,
        destination_station_id__in=run.stops.values("station_id"),
    )
    giver, taker = Holder(HolderKind.CENTRE, acting), Holder(HolderKind.RUN, run.id)
    return _offer(giver, taker, run, None, parcels, None, acting=acting, code="", now=now)


def _journey(stop_id: UUID) -> tuple[Run, Stop]:
    stop = Stop.objects.select_related("run").filter(id=stop_id).first()
    if stop is None:
        raise NotFound(what="stop")
    ready = stop.run.state == RunState.DEPARTED and stop.state in (StopState.PLANNED, StopState.ARRIVED)
    if not ready:
        raise WrongState(label=for_people(stop.run.code), state=stop.state)
    return stop.run, stop


def _offer(
    giver: Holder,
    taker: Holder,
    run: Run,
    stop: Stop | None,
    parcels: QuerySet[Parcel],
    bags: QuerySet[Bag] | None,
    *,
    acting: UUID,
    code: str,
    now: datetime,
) -> HandoverRecord:
    offered = HandoverItem.objects.filter(is_open=True, expected=True)
    loose = parcels.exclude(id__in=offered.filter(parcel__isnull=False).values("parcel_id"))
    closed = bags.exclude(id__in=offered.filter(bag__isnull=False).values("bag_id")) if bags is not None else ()
    return offer_handover(
        OfferAsk(
            giver=giver,
            taker=taker,
            acting=acting,
            parcel_ids=tuple(parcel.id for parcel in loose.order_by("id")),
            bag_ids=tuple(bag.id for bag in closed),
            run_id=run.id,
            stop_id=stop.id if stop else None,
            code=code,
        ),
        now=now,
    )
