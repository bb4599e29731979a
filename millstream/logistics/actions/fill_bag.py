"""Open a bag, put parcels in, take them out; only an open bag takes or gives."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.refusals import NotAllowed, NotFound
from millstream.logistics.actions.move_custody import (
    Why,
    lock_bags,
    lock_parcels,
    move_parcels,
    write_first_events,
)
from millstream.logistics.actions.new_codes import new_codes
from millstream.logistics.models import Bag, HandoverItem, Parcel, Station
from millstream.logistics.queries.bags import bag_record
from millstream.logistics.refusals import AlreadyOffered, BagNotOpen, InBag, NotYours, WrongState
from millstream.logistics.rules import codes
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import BagRecord, BagState, EventKind, HolderKind, ParcelState


@transaction.atomic
def open_bag(*, acting: UUID, now: datetime) -> BagRecord:
    """A new open bag at this station for its centre."""
    station = Station.objects.filter(actor_id=acting).select_related("centre").first()
    if station is None:
        raise NotAllowed(what="station")
    bag = Bag(
        code=new_codes(codes.BAG, 1)[0],
        origin_id=acting,
        destination_id=station.centre.actor_id,
        state=BagState.OPEN.value,
        holder_kind=HolderKind.STATION.value,
        holder_id=acting,
        opened_at=now,
    )
    Bag.objects.unscoped("a station opens its own bag").bulk_create([bag])
    write_first_events([bag], Why(EventKind.BAG_OPEN, by=acting), now=now)
    return bag_record(bag)


@transaction.atomic
def put_in_bag(parcel_id: UUID, bag_id: UUID, *, acting: UUID, now: datetime, scan: UUID | None = None) -> bool:
    """Put a parcel that the station holds into its open bag. False when it lies in this bag already."""
    bag, parcel = _lock_both(bag_id, parcel_id)
    label = for_people(parcel.code)
    if parcel.holder_id != acting:
        raise NotYours(label=label)
    if parcel.bag_id == bag.id:
        return False
    if parcel.bag_id is not None:
        other = Bag.objects.unscoped("names the bag it lies in").get(id=parcel.bag_id)
        raise InBag(label=label, bag=for_people(other.code))
    _check_open(bag, acting)
    if parcel.state != ParcelState.AT_STATION or parcel.destination_station_id == acting:
        raise WrongState(label=label, state=parcel.state)
    _check_not_offered(parcel)
    why = Why(EventKind.BAG_ADD, by=acting, scan=scan, detail={"bag": bag.code})
    move_parcels([parcel], why, state=ParcelState.BAGGED, bag=bag.id, now=now)
    return True


@transaction.atomic
def take_out_of_bag(parcel_id: UUID, bag_id: UUID, *, acting: UUID, now: datetime) -> None:
    """Take a parcel out of an open bag again."""
    bag, parcel = _lock_both(bag_id, parcel_id)
    _check_open(bag, acting)
    if parcel.bag_id != bag.id:
        raise WrongState(label=for_people(parcel.code), state=parcel.state)
    why = Why(EventKind.BAG_REMOVE, by=acting, detail={"bag": bag.code})
    move_parcels([parcel], why, state=ParcelState.AT_STATION, bag=None, now=now)


def _lock_both(bag_id: UUID, parcel_id: UUID) -> tuple[Bag, Parcel]:
    bags, parcels = lock_bags([bag_id]), lock_parcels([parcel_id])
    if not bags:
        raise NotFound(what="bag")
    if not parcels:
        raise NotFound(what="parcel")
    return bags[0], parcels[0]


def _check_open(bag: Bag, acting: UUID) -> None:
    label = for_people(bag.code)
    if bag.holder_id != acting:
        raise NotYours(label=label)
    if bag.state != BagState.OPEN:
        raise BagNotOpen(label=label)


def _check_not_offered(parcel: Parcel) -> None:
    if HandoverItem.objects.filter(parcel=parcel, is_open=True, expected=True).exists():
        raise AlreadyOffered(label=for_people(parcel.code))
