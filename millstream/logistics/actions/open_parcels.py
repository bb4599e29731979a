"""Open a parcel for every paid order."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.logistics.actions.new_codes import draw_secret_digits
from millstream.logistics.models import Parcel
from millstream.logistics.queries.parcels import record_of
from millstream.logistics.rules import codes
from millstream.logistics.types import (
    EventKind,
    Holder,
    HolderKind,
    ParcelAsk,
    ParcelId,
    ParcelRecord,
    ParcelState,
)

LIGHTEST_GRAMS: Final = 1
MOST_ROUNDS: Final = 5

_CENTRES: Final = """
SELECT station.actor_id, centre.actor_id FROM logistics_station station
JOIN logistics_centre centre ON centre.id = station.centre_id WHERE station.actor_id = ANY(%s::uuid[])
"""
# Parcels and their first events in one statement. A parcel is left out when its order has one, or when its random
# code is taken; the constraints decide, so two that open at once cannot both win.
_OPEN: Final = """
WITH new AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS new(id uuid, event uuid, code text, order_id uuid, order_code text,
        seller uuid, buyer uuid, station uuid, centre uuid, destination uuid, address uuid, weight int, contents jsonb,
        value_minor bigint, currency text, collect_code text)
), opened AS (
    INSERT INTO logistics_parcel (id, code, order_id, order_code, seller_id, buyer_id, station_id, centre_id,
        destination_station_id, address_id, weight_grams, contents, value_minor, currency, state, holder_kind,
        holder_id, version, misrouted, going_back, carrier_number, last_track_number, collect_code, opened_at)
    SELECT id, code, order_id, order_code, seller, buyer, station, centre, destination, address, weight, contents,
        value_minor, currency, %s::text, %s::text, seller, 1, false, false, '', 0, collect_code, %s::timestamptz
    FROM new
    ON CONFLICT DO NOTHING
    RETURNING id
), events AS (
    INSERT INTO logistics_custodyevent (id, parcel_id, number, kind, taker_kind, taker_id, detail, at)
    SELECT new.event, new.id, 1, %s::text, %s::text, new.seller, '{}', %s::timestamptz
    FROM new JOIN opened ON opened.id = new.id
)
SELECT id FROM opened
"""


@transaction.atomic(savepoint=False)
def open_parcels(asks: Sequence[ParcelAsk], *, now: datetime) -> list[ParcelRecord]:
    """One parcel for each order, announced, held by its maker; the same order again gives the first parcel.

    Answers in the order of the asks. Runs in the caller's transaction with a fixed number of statements.
    """
    orders = [ask.order_id for ask in asks]
    assert len(set(orders)) == len(orders), "one ask for one order"
    centres = _centres({ask.station_actor for ask in asks})
    found: dict[UUID, ParcelRecord] = {}
    left = list(asks)
    for _ in range(MOST_ROUNDS):
        found |= _open(left, centres, now)
        left = [ask for ask in left if ask.order_id not in found]
        if left:
            found |= _opened_before([ask.order_id for ask in left])
            left = [ask for ask in left if ask.order_id not in found]
        if not left:
            return [found[order] for order in orders]
    raise AssertionError("no free codes: the source of randomness is broken")


def _centres(stations: set[UUID]) -> dict[UUID, UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_CENTRES, [list(stations)])
        centres: dict[UUID, UUID] = dict(cursor.fetchall())
    assert stations <= set(centres), f"stations without a centre: {stations - set(centres)}"
    return centres


def _open(asks: Sequence[ParcelAsk], centres: Mapping[UUID, UUID], now: datetime) -> dict[UUID, ParcelRecord]:
    """Open what can be opened; the records of those by order."""
    rows = [_row(ask, centres[ask.station_actor]) for ask in asks]
    state, maker = ParcelState.ANNOUNCED.value, HolderKind.MAKER.value
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            [json.dumps(rows, ensure_ascii=False), state, maker, now, EventKind.ANNOUNCE.value, maker, now],
        )
        opened = {row[0] for row in cursor.fetchall()}
    return {
        ask.order_id: _record(ask, row["code"], centres[ask.station_actor], now)
        for ask, row in zip(asks, rows, strict=True)
        if ask.parcel_id in opened
    }


def _opened_before(orders: Sequence[UUID]) -> dict[UUID, ParcelRecord]:
    rows = Parcel.objects.unscoped("orders open parcels for every seller").filter(order_id__in=orders)
    return {row.order_id: record_of(row) for row in rows}


def _row(ask: ParcelAsk, centre: UUID) -> dict[str, Any]:
    return {
        "id": ask.parcel_id.hex,
        "event": new_id().hex,
        "code": codes.make_code(codes.PARCEL, secrets.randbelow(codes.BODY_LIMIT)),
        "order_id": ask.order_id.hex,
        "order_code": ask.order_code,
        "seller": ask.seller.hex,
        "buyer": ask.buyer.hex,
        "station": ask.station_actor.hex,
        "centre": centre.hex,
        "destination": ask.destination_station.hex if ask.destination_station else None,
        "address": ask.address_id.hex if ask.address_id else None,
        "weight": max(LIGHTEST_GRAMS, ask.weight_grams),
        "contents": [{"title": dict(line.title), "quantity": line.quantity} for line in ask.contents],
        "value_minor": ask.value_minor,
        "currency": ask.currency,
        "collect_code": draw_secret_digits() if ask.destination_station else "",
    }


def _record(ask: ParcelAsk, code: str, centre: UUID, now: datetime) -> ParcelRecord:
    return ParcelRecord(
        id=ParcelId(ask.parcel_id),
        code=code,
        order_id=ask.order_id,
        order_code=ask.order_code,
        seller_id=ask.seller,
        buyer_id=ask.buyer,
        station_id=ask.station_actor,
        centre_id=centre,
        state=ParcelState.ANNOUNCED,
        holder=Holder(HolderKind.MAKER, ask.seller),
        weight_grams=max(LIGHTEST_GRAMS, ask.weight_grams),
        contents=ask.contents,
        misrouted=False,
        bag_id=None,
        carrier_number="",
        opened_at=now,
        packed_at=None,
        delivered_at=None,
        version=1,
        destination_station_id=ask.destination_station,
    )
