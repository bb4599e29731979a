"""The centre checks a parcel that arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.book_carrier import want_carrier
from millstream.logistics.actions.move_custody import Why, lock_bags, lock_parcels, move_parcels
from millstream.logistics.actions.resolve_case import settle_found, take_back
from millstream.logistics.models import Bag, HandoverItem, Parcel
from millstream.logistics.refusals import AlreadyOffered, InBag, NotYours, WrongState
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import BagState, EventKind, HolderKind, ParcelState


@transaction.atomic
def check_parcel(parcel_id: UUID, *, acting: UUID, now: datetime, scan: UUID | None = None) -> bool:
    """Checked and ready for the carrier or the way down; asks for a carrier number. False when checked before.

    A parcel missed by a handover to this centre is found by this scan. One inside a broken bag comes out of it; one
    inside a sealed bag is refused. One that the carrier reported as returned comes back to the centre, and goes to its
    maker.
    """
    parcel = _lock(parcel_id)
    if parcel.holder_id != acting and settle_found(parcel, by=acting, now=now):
        parcel = _lock(parcel_id)
    if take_back(parcel, by=acting, scan=scan, now=now):
        parcel = _lock(parcel_id)
    label = for_people(parcel.code)
    if parcel.holder_kind != HolderKind.CENTRE or parcel.holder_id != acting:
        raise NotYours(label=label)
    if parcel.state == ParcelState.CHECKED:
        return False
    if parcel.state != ParcelState.AT_CENTRE:
        raise WrongState(label=label, state=parcel.state)
    if HandoverItem.objects.filter(parcel=parcel, is_open=True, expected=True).exists():
        raise AlreadyOffered(label=label)
    if parcel.bag_id is not None:
        _take_out_of_broken(parcel, acting, scan, now)
    settle_found(parcel, by=acting, now=now)
    move_parcels([parcel], Why(EventKind.CHECK, by=acting, scan=scan), state=ParcelState.CHECKED, now=now)
    if parcel.destination_station_id is None:
        want_carrier(parcel, now)
    return True


def _lock(parcel_id: UUID) -> Parcel:
    rows = Parcel.objects.unscoped("finds the bag to lock first")
    bag_id = rows.filter(id=parcel_id).values_list("bag_id", flat=True).first()
    if bag_id is not None:
        lock_bags([bag_id])
    parcels = lock_parcels([parcel_id])
    if not parcels:
        raise NotFound(what="parcel")
    return parcels[0]


def _take_out_of_broken(parcel: Parcel, acting: UUID, scan: UUID | None, now: datetime) -> None:
    assert parcel.bag_id is not None
    bag = Bag.objects.unscoped("the parcel's own bag").get(id=parcel.bag_id)
    if bag.state != BagState.BROKEN:
        raise InBag(label=for_people(parcel.code), bag=for_people(bag.code))
    why = Why(EventKind.BAG_REMOVE, by=acting, scan=scan, detail={"bag": bag.code})
    move_parcels([parcel], why, bag=None, now=now)
