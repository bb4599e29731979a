"""Reads about handovers and cases."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from millstream.kernel.refusals import NotFound
from millstream.logistics.models import ExceptionCase, Handover, HandoverItem, Run
from millstream.logistics.rules.cases import ways_out
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    CaseId,
    CaseKind,
    CaseRecord,
    HandoverId,
    HandoverItemRecord,
    HandoverRecord,
    HandoverState,
    Holder,
    HolderKind,
    ItemOutcome,
    Resolution,
    RunState,
)


def handover_record(row: Handover, items: tuple[HandoverItemRecord, ...] = ()) -> HandoverRecord:
    """The record of a handover's row, with its manifest's sums."""
    return HandoverRecord(
        id=HandoverId(row.id),
        code=row.code,
        state=HandoverState(row.state),
        giver=Holder(HolderKind(row.giver_kind), row.giver_id),
        taker=Holder(HolderKind(row.taker_kind), row.taker_id),
        run_id=row.run_id,
        stop_id=row.stop_id,
        centre_id=row.centre_id,
        manifest_hash=row.manifest.hash,
        pieces=row.manifest.pieces,
        weight_grams=row.manifest.weight_grams,
        offered_at=row.offered_at,
        offered_how=row.offered_how,
        accepted_at=row.accepted_at,
        accepted_how=row.accepted_how,
        receipt=row.receipt,
        ok=row.ok,
        missing=row.missing,
        extra=row.extra,
        damaged=row.damaged,
        items=items,
    )


def handover(handover_id: UUID, *, reader: UUID) -> HandoverRecord:
    """One handover with its lines, as its two sides and its centre see it."""
    row = _seen_by(reader).filter(id=handover_id).first()
    if row is None:
        raise NotFound(what="handover")
    return handover_record(row, _items(row))


def handovers(
    *, reader: UUID, run: UUID | None = None, stop: UUID | None = None, open_only: bool = False, most: int = 50
) -> tuple[HandoverRecord, ...]:
    """Handovers of the reader, newest first, with their lines."""
    rows = _seen_by(reader)
    if run is not None:
        rows = rows.filter(run_id=run)
    if stop is not None:
        rows = rows.filter(stop_id=stop)
    if open_only:
        rows = rows.filter(state=HandoverState.OFFERED.value)
    return tuple(handover_record(row, _items(row)) for row in rows.order_by("-offered_at", "-id")[:most])


def _seen_by(reader: UUID) -> QuerySet[Handover]:
    rows = Handover.objects.unscoped("both sides and the centre are filtered for here")
    sides = Q(giver_id=reader) | Q(taker_id=reader) | Q(run__driver_id=reader) | Q(centre_id=reader)
    return rows.filter(sides).select_related("manifest")


def _items(row: Handover) -> tuple[HandoverItemRecord, ...]:
    lines = {line["code"]: line for line in row.manifest.lines}
    found = HandoverItem.objects.filter(handover=row).select_related("parcel", "bag").order_by("id")
    return tuple(_item(item, lines) for item in found)


def _item(item: HandoverItem, lines: dict[str, dict[str, object]]) -> HandoverItemRecord:
    thing = item.parcel or item.bag
    assert thing is not None
    line = lines.get(thing.code, {})
    children = tuple(for_people(str(code)) for code in line.get("children", ()))  # type: ignore[attr-defined]
    weight = item.parcel.weight_grams if item.parcel else 0
    return HandoverItemRecord(
        label=for_people(thing.code),
        is_bag=item.bag_id is not None,
        pieces=len(children) or 1,
        weight_grams=int(str(line.get("weight_grams", weight))),
        expected=item.expected,
        scanned=item.scanned_at is not None,
        damaged=item.damaged,
        outcome=ItemOutcome(item.outcome),
        children=children,
    )


def case_record(row: ExceptionCase) -> CaseRecord:
    """The record of a case's row."""
    liable = Holder(HolderKind(row.liable_kind), row.liable_id) if row.liable_kind and row.liable_id else None
    return CaseRecord(
        id=CaseId(row.id),
        kind=CaseKind(row.kind),
        label=row.label,
        parcel_id=row.parcel_id,
        bag_id=row.bag_id,
        handover_id=row.handover_id,
        site_id=row.site_id,
        owner_id=row.owner_id,
        liable=liable,
        value_minor=row.value_minor,
        currency=row.currency,
        opened_at=row.opened_at,
        deadline_at=row.deadline_at,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        note=row.note,
        ways=ways_of(row),
    )


def ways_of(row: ExceptionCase) -> tuple[Resolution, ...]:
    """How this case may be settled; its handover and the handover's run are read."""
    handover = row.handover
    is_over = handover is not None and handover.giver_kind == HolderKind.RUN and _is_back(handover.run)
    return ways_out(CaseKind(row.kind), giver_is_over=is_over)


def _is_back(run: Run | None) -> bool:
    return run is not None and run.state in (RunState.RETURNED, RunState.CLOSED)


def cases(*, reader: UUID, open_only: bool = True, most: int = 100) -> tuple[CaseRecord, ...]:
    """The cases that concern an actor, the most urgent first."""
    rows = ExceptionCase.objects.visible_to(reader).select_related("handover__run")
    if open_only:
        rows = rows.filter(resolved_at__isnull=True)
    return tuple(case_record(row) for row in rows.order_by("deadline_at", "id")[:most])


def case(case_id: UUID, *, reader: UUID) -> CaseRecord:
    """One case that concerns the reader."""
    row = ExceptionCase.objects.visible_to(reader).select_related("handover__run").filter(id=case_id).first()
    if row is None:
        raise NotFound(what="case")
    return case_record(row)
