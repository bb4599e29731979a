"""Open a parcel for every paid order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.logistics.actions.move_custody import Why, write_first_events
from millstream.logistics.actions.new_codes import draw_secret_digits, new_codes
from millstream.logistics.models import Parcel, Station
from millstream.logistics.queries.parcels import record_of
from millstream.logistics.rules import codes
from millstream.logistics.types import EventKind, HolderKind, ParcelAsk, ParcelRecord, ParcelState

LIGHTEST_GRAMS = 1


@transaction.atomic
def open_parcels(asks: Sequence[ParcelAsk], *, now: datetime) -> list[ParcelRecord]:
    """One parcel for each order, announced, held by its maker; the same order again gives the first parcel.

    Answers in the order of the asks. Runs in the caller's transaction with a fixed number of statements.
    """
    orders = [ask.order_id for ask in asks]
    assert len(set(orders)) == len(orders), "one ask for one order"
    rows = Parcel.objects.unscoped("orders open parcels for every seller")
    known = set(rows.filter(order_id__in=orders).values_list("order_id", flat=True))
    fresh = [ask for ask in asks if ask.order_id not in known]
    if fresh:
        _insert(fresh, now)
    found = {row.order_id: row for row in rows.filter(order_id__in=orders)}
    return [record_of(found[order]) for order in orders]


def _insert(asks: Sequence[ParcelAsk], now: datetime) -> None:
    stations = {ask.station_actor for ask in asks}
    centres = dict(Station.objects.filter(actor_id__in=stations).values_list("actor_id", "centre__actor_id"))
    assert stations <= set(centres), f"stations without a centre: {stations - set(centres)}"
    parcels = [
        _row(ask, centres, code, now) for ask, code in zip(asks, new_codes(codes.PARCEL, len(asks)), strict=True)
    ]
    rows = Parcel.objects.unscoped("orders open parcels for every seller")
    # Two captures of one order are serialised by orders; here the loser of such a race would fail loudly.
    rows.bulk_create(parcels)
    write_first_events(parcels, Why(EventKind.ANNOUNCE), now=now)


def _row(ask: ParcelAsk, centres: Mapping[UUID, UUID], code: str, now: datetime) -> Parcel:
    return Parcel(
        id=ask.parcel_id,
        code=code,
        order_id=ask.order_id,
        order_code=ask.order_code,
        seller_id=ask.seller,
        buyer_id=ask.buyer,
        station_id=ask.station_actor,
        centre_id=centres[ask.station_actor],
        destination_station_id=ask.destination_station,
        address_id=ask.address_id,
        weight_grams=max(LIGHTEST_GRAMS, ask.weight_grams),
        contents=[{"title": dict(line.title), "quantity": line.quantity} for line in ask.contents],
        value_minor=ask.value_minor,
        currency=ask.currency,
        state=ParcelState.ANNOUNCED.value,
        holder_kind=HolderKind.MAKER.value,
        holder_id=ask.seller,
        collect_code=draw_secret_digits() if ask.destination_station else "",
        opened_at=now,
    )
