"""Reads about parcels, their timelines and whether custody is whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count

from millstream.kernel.pages import PAGE_SIZE, Page, page_of
from millstream.kernel.refusals import NotFound
from millstream.logistics.models import Bag, CustodyEvent, Parcel, Run
from millstream.logistics.rules.codes import PARCEL, for_people, read_label
from millstream.logistics.rules.custody import ChainBrokenError, Link, fold
from millstream.logistics.types import (
    ContentLine,
    CustodyDifference,
    EventKind,
    Holder,
    HolderKind,
    ParcelId,
    ParcelRecord,
    ParcelState,
    TimelineStep,
)
from millstream.people.api import actors

RUN_NAME: Final = {"en": "Van {code}", "zh-hans": "货车 {code}"}
CASE_NAME: Final = {"en": "Differences desk", "zh-hans": "差异处理台"}
RECIPIENT_NAME: Final = {"en": "Recipient", "zh-hans": "收件人"}
CHUNK: Final = 2_000


def record_of(row: Parcel) -> ParcelRecord:
    """The record of a parcel's row."""
    return ParcelRecord(
        id=ParcelId(row.id),
        code=row.code,
        order_id=row.order_id,
        order_code=row.order_code,
        seller_id=row.seller_id,
        buyer_id=row.buyer_id,
        station_id=row.station_id,
        centre_id=row.centre_id,
        state=ParcelState(row.state),
        holder=Holder(HolderKind(row.holder_kind), row.holder_id),
        weight_grams=row.weight_grams,
        contents=tuple(ContentLine(line["title"], line["quantity"]) for line in row.contents),
        misrouted=row.misrouted,
        bag_id=row.bag_id,
        carrier_number=row.carrier_number,
        opened_at=row.opened_at,
        packed_at=row.packed_at,
        delivered_at=row.delivered_at,
        version=row.version,
        destination_station_id=row.destination_station_id,
        going_back=row.going_back,
    )


def parcel(parcel_id: UUID, *, reader: UUID) -> ParcelRecord:
    """One parcel as a party to it sees it; refuses an unknown one and one that is not the reader's."""
    row = Parcel.objects.visible_to(reader).filter(id=parcel_id).first()
    if row is None:
        raise NotFound(what="parcel")
    return record_of(row)


def parcel_by_code(text: str, *, reader: UUID | None = None) -> ParcelRecord:
    """The parcel of a code as printed, typed or scanned. Without a reader: for the public page, no personal data."""
    label = read_label(text)
    if label is None or label.kind != PARCEL:
        raise NotFound(what="parcel")
    rows = (
        Parcel.objects.unscoped("the public page shows no personal data")
        if reader is None
        else (Parcel.objects.visible_to(reader))
    )
    row = rows.filter(code=label.code).first()
    if row is None:
        raise NotFound(what="parcel")
    return record_of(row)


def parcels_of_order(order_id: UUID) -> tuple[ParcelRecord, ...]:
    """The parcels of an order; the caller has checked who asks."""
    rows = Parcel.objects.unscoped("orders shows its own order").filter(order_id=order_id)
    return tuple(record_of(row) for row in rows.order_by("id"))


def parcels_of_seller(
    seller: UUID, *, states: Sequence[ParcelState] = (), after: str | None = None, size: int = PAGE_SIZE
) -> Page[ParcelRecord]:
    """A maker's parcels, newest first, a page at a time."""
    rows = Parcel.objects.visible_to(seller).filter(seller_id=seller)
    if states:
        rows = rows.filter(state__in=[state.value for state in states])
    if after:
        rows = rows.filter(id__lt=_key(after))
    found = [record_of(row) for row in rows.order_by("-id")[: size + 1]]
    return page_of(found, size=size, key=lambda one: str(one.id))


def count_of_seller(seller: UUID) -> dict[ParcelState, int]:
    """How many of a maker's parcels stand in each state, delivered ones left out."""
    rows = Parcel.objects.visible_to(seller).filter(seller_id=seller).exclude(state=ParcelState.DELIVERED.value)
    return {ParcelState(row["state"]): row["many"] for row in rows.values("state").annotate(many=Count("id"))}


def parcels_held(
    holder: UUID, *, states: Sequence[ParcelState], reader: UUID, loose: bool = False, most: int = 500
) -> tuple[ParcelRecord, ...]:
    """What a place or run holds in these states, oldest first; only loose ones when asked."""
    rows = Parcel.objects.visible_to(reader).filter(holder_id=holder, state__in=[state.value for state in states])
    if loose:
        rows = rows.filter(bag__isnull=True)
    return tuple(record_of(row) for row in rows.order_by("opened_at", "id")[:most])


def parcels_going_to(buyers: Collection[UUID], *, most: int = 50) -> tuple[ParcelRecord, ...]:
    """Parcels on their way to these buyers, or back from them, the oldest first."""
    over = [ParcelState.DELIVERED.value, ParcelState.CANCELLED.value, ParcelState.LOST.value]
    rows = Parcel.objects.unscoped("whoever is to be forgotten").filter(buyer_id__in=buyers).exclude(state__in=over)
    return tuple(record_of(row) for row in rows.order_by("opened_at", "id")[:most])


def expected_at_station(station: UUID, *, most: int = 500) -> tuple[ParcelRecord, ...]:
    """What makers have announced or packed for this station, packed ones first."""
    rows = Parcel.objects.visible_to(station).filter(
        station_id=station, state__in=[ParcelState.PACKED.value, ParcelState.ANNOUNCED.value]
    )
    return tuple(record_of(row) for row in rows.order_by("-state", "opened_at", "id")[:most])


def collect_code(order_id: UUID) -> str:
    """The pick-up code of an order that a station hands out; orders shows it to its buyer alone."""
    rows = Parcel.objects.unscoped("orders shows it to the buyer").filter(order_id=order_id)
    return rows.values_list("collect_code", flat=True).first() or ""


def timeline(order_ids: Iterable[UUID]) -> dict[UUID, tuple[TimelineStep, ...]]:
    """Every step of the parcels of these orders, in order, with who had it; four queries however many."""
    rows = Parcel.objects.unscoped("the caller shows its own orders").filter(order_id__in=set(order_ids))
    orders = dict(rows.values_list("id", "order_id"))
    events = list(CustodyEvent.objects.filter(parcel_id__in=orders).order_by("parcel_id", "number"))
    names = holder_names({_taker(event) for event in events})
    steps: dict[UUID, list[TimelineStep]] = {order: [] for order in orders.values()}
    for event in events:
        assert event.parcel_id is not None
        steps[orders[event.parcel_id]].append(_step(event, names))
    return {order: tuple(told) for order, told in steps.items()}


def parcel_timeline(parcel_id: UUID) -> tuple[TimelineStep, ...]:
    """The steps of one parcel; the caller has checked who asks."""
    events = list(CustodyEvent.objects.filter(parcel_id=parcel_id).order_by("number"))
    names = holder_names({_taker(event) for event in events})
    return tuple(_step(event, names) for event in events)


def holder_names(holders: Iterable[Holder]) -> dict[Holder, Mapping[str, str]]:
    """What to call these holders in each language; a recipient is never named."""
    wanted = set(holders)
    runs = dict(
        Run.objects.unscoped("a run is called by its code")
        .filter(id__in=[one.id for one in wanted if one.kind is HolderKind.RUN])
        .values_list("id", "code")
    )
    found = actors(one.id for one in wanted if one.kind not in _NAMELESS)
    return {one: _name(one, runs, found) for one in wanted}


_NAMELESS = (HolderKind.RUN, HolderKind.CASE, HolderKind.RECIPIENT)


def _name(holder: Holder, runs: Mapping[UUID, str], found: Mapping[Any, Any]) -> Mapping[str, str]:
    if holder.kind is HolderKind.RUN:
        code = for_people(runs[holder.id]) if holder.id in runs else ""
        return {language: text.format(code=code) for language, text in RUN_NAME.items()}
    if holder.kind is HolderKind.CASE:
        return CASE_NAME
    if holder.kind is HolderKind.RECIPIENT:
        return RECIPIENT_NAME
    name: Mapping[str, str] = found[holder.id].name if holder.id in found else {}
    return name


def _taker(event: CustodyEvent) -> Holder:
    return Holder(HolderKind(event.taker_kind), event.taker_id)


def _step(event: CustodyEvent, names: Mapping[Holder, Mapping[str, str]]) -> TimelineStep:
    holder = _taker(event)
    assert event.parcel_id is not None
    detail = event.detail
    note = str(detail.get("status") or detail.get("kind") or detail.get("resolution") or "")
    return TimelineStep(
        parcel_id=ParcelId(event.parcel_id),
        number=event.number,
        kind=EventKind(event.kind),
        holder=holder,
        holder_name=names.get(holder, {}),
        note=note,
        at=event.at,
        place=str(detail.get("place", "")),
    )


def check_custody() -> list[CustodyDifference]:
    """Fold every parcel's and bag's events again and say what differs from the rows; empty when all is whole."""
    differences: list[CustodyDifference] = []
    for table, model in (("parcel", Parcel), ("bag", Bag)):
        last: UUID | None = None
        while True:
            rows = model.objects.unscoped("the check folds all")
            chunk = list((rows.filter(id__gt=last) if last else rows).order_by("id")[:CHUNK])
            if not chunk:
                break
            differences += _differences(table, chunk)
            last = chunk[-1].id
    return differences + _strays()


def _differences(table: str, rows: Sequence[Any]) -> list[CustodyDifference]:
    links: dict[UUID, list[Link]] = {row.id: [] for row in rows}
    found: list[CustodyDifference] = []
    events = CustodyEvent.objects.filter(**{f"{table}_id__in": list(links)}).order_by("number")
    for event in events:
        giver = Holder(HolderKind(event.giver_kind), event.giver_id) if event.giver_id and event.giver_kind else None
        subject = event.parcel_id if table == "parcel" else event.bag_id
        assert subject is not None
        links[subject].append(Link(event.number, event.kind, giver, _taker(event)))
        if event.kind not in set(EventKind):
            found.append(CustodyDifference(table, str(subject), "event", event.kind, "no kind of event"))
    for row in rows:
        stands = f"{row.holder_kind}:{row.holder_id} v{row.version}"
        try:
            holder, number = fold(links[row.id])
            folded = f"{holder.kind.value}:{holder.id} v{number}"
        except ChainBrokenError as error:
            folded = str(error)
        if stands != folded:
            found.append(CustodyDifference(table, row.code, "holder", stands, folded))
    return found


def _strays() -> list[CustodyDifference]:
    """Parcels that are not where their bag is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parcel.code, parcel.holder_kind || ':' || parcel.holder_id, bag.holder_kind || ':' || bag.holder_id"
            " FROM logistics_parcel AS parcel JOIN logistics_bag AS bag ON bag.id = parcel.bag_id"
            " WHERE (parcel.holder_kind, parcel.holder_id) <> (bag.holder_kind, bag.holder_id)"
        )
        return [CustodyDifference("parcel", code, "bag", row, bag) for code, row, bag in cursor.fetchall()]


def _key(after: str) -> UUID:
    try:
        return UUID(after)
    except ValueError:
        raise NotFound(what="page") from None
