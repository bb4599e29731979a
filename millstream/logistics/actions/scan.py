"""One scan: kept whatever comes of it, done at most once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.refusals import NotFound, Refusal
from millstream.logistics.actions.check_parcel import check_parcel
from millstream.logistics.actions.fill_bag import put_in_bag
from millstream.logistics.actions.hand_out import hand_out
from millstream.logistics.actions.open_case import CaseAsk, open_case
from millstream.logistics.actions.scan_in_handover import Scanned, scan_in_handover
from millstream.logistics.actions.take_in import take_in
from millstream.logistics.models import Bag, Centre, Parcel, Run, Scan, Station
from millstream.logistics.refusals import DoubleCustody, UnknownLabel, WrongState
from millstream.logistics.rules.codes import BAG, PARCEL, for_people, read_label
from millstream.logistics.rules.custody import TakeIn
from millstream.logistics.types import CaseKind, Holder, HolderKind, ScanAsk, ScanDone, ScanOutcome, ScanPurpose

LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class _Found:
    """What a label belongs to."""

    label: str
    parcel: Parcel | None = None
    bag: Bag | None = None


@transaction.atomic
def scan(ask: ScanAsk, *, now: datetime) -> ScanDone:
    """Do what the scan asks for and keep the scan; a refusal comes back as data, because the scan stays.

    The same id again gives the first answer without doing anything, also from a second tab at the same moment.
    """
    _serialise(ask.id)
    asked = _hash(ask)
    before = Scan.objects.unscoped("a replay gets its first answer").filter(id=ask.id).first()
    if before is not None:
        if before.asked_hash != asked:
            raise WrongState(label=ask.text[:40], why="scan_id_reused")
        return _done(before)
    found = _find(ask.text)
    outcome, refusal = _try(ask, found, now)
    case = _case_for(ask, found, refusal, now) if refusal else None
    row = Scan(
        id=ask.id,
        asked_hash=asked,
        text=ask.text[:LONGEST_TEXT],
        purpose=ask.purpose.value,
        acting_id=ask.acting,
        user_id=ask.user_id,
        device=ask.device[:60],
        device_at=ask.device_at,
        parcel=found.parcel,
        bag=found.bag,
        handover_id=ask.handover_id,
        outcome=outcome.value,
        refusal=refusal.code if refusal else "",
        facts=json.loads(json.dumps(refusal.facts, default=str)) if refusal else {},
        case_id=case,
        at=now,
    )
    Scan.objects.unscoped("every scan is kept").bulk_create([row])
    return _done(row)


def _serialise(scan_id: UUID) -> None:
    """Let a replay of the same scan wait for the first to finish."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"scan:{scan_id}"])


def _hash(ask: ScanAsk) -> str:
    told = [ask.text.strip(), ask.purpose, ask.acting, ask.bag_id, ask.handover_id, ask.damaged]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def _find(text: str) -> _Found:
    label = read_label(text)
    if label is None:
        return _Found(text.strip()[:40])
    if label.kind == PARCEL:
        rows = Parcel.objects.unscoped("a label is looked up whoever scans it")
        return _Found(for_people(label.code), parcel=rows.filter(code=label.code).first())
    if label.kind == BAG:
        bags = Bag.objects.unscoped("a label is looked up whoever scans it")
        return _Found(for_people(label.code), bag=bags.filter(code=label.code).first())
    return _Found(for_people(label.code))


def _try(ask: ScanAsk, found: _Found, now: datetime) -> tuple[ScanOutcome, Refusal | None]:
    """Do it inside a savepoint, so that a refusal leaves nothing but the scan."""
    try:
        with transaction.atomic():
            if found.parcel is None and found.bag is None:
                raise UnknownLabel(label=found.label)
            fresh = _do(ask, found, now)
    except Refusal as refusal:
        return ScanOutcome.REFUSED, refusal
    return (ScanOutcome.ACCEPTED if fresh else ScanOutcome.REPEATED), None


def _do(ask: ScanAsk, found: _Found, now: datetime) -> bool:
    """Whether the scan changed something; False when it had been done before."""
    if ask.purpose is ScanPurpose.HANDOVER:
        if ask.handover_id is None:
            raise NotFound(what="handover")
        return scan_in_handover(
            Scanned(ask.handover_id, ask.acting, found.parcel, found.bag, damaged=ask.damaged), now=now
        )
    if found.parcel is None:
        raise WrongState(label=found.label, why="not_a_parcel")
    parcel = found.parcel.id
    if ask.purpose is ScanPurpose.TAKE_IN:
        return take_in(parcel, acting=ask.acting, now=now, scan=ask.id) is not TakeIn.REPEATED
    if ask.purpose is ScanPurpose.BAG:
        if ask.bag_id is None:
            raise NotFound(what="bag")
        return put_in_bag(parcel, ask.bag_id, acting=ask.acting, now=now, scan=ask.id)
    if ask.purpose is ScanPurpose.HAND_OUT:
        return hand_out(parcel, acting=ask.acting, code=ask.code, now=now, scan=ask.id)
    return check_parcel(parcel, acting=ask.acting, now=now, scan=ask.id)


def _case_for(ask: ScanAsk, found: _Found, refusal: Refusal, now: datetime) -> UUID | None:
    """The case that a refused scan opens: a copied label, or a code of our form that we never gave out.

    A text that is not even of our form is a slip of the hand, not a case.
    """
    centre = _centre_of(ask.acting)
    if centre is None:
        return None
    if isinstance(refusal, DoubleCustody) and found.parcel is not None:
        kind, currency = CaseKind.DOUBLE_CUSTODY, found.parcel.currency
    elif isinstance(refusal, UnknownLabel) and read_label(ask.text) is not None:
        kind, currency = CaseKind.UNKNOWN_LABEL, ""
    else:
        return None
    parcel = found.parcel
    liable = Holder(HolderKind(parcel.holder_kind), parcel.holder_id) if parcel else None
    return open_case(
        CaseAsk(
            kind=kind,
            site=ask.acting,
            owner=centre,
            currency=currency,
            parcel=parcel.id if parcel else None,
            scan=ask.id,
            label=parcel.code if parcel else found.label,
            liable=liable,
            value_minor=parcel.value_minor if parcel else 0,
        ),
        now=now,
    )


def _centre_of(acting: UUID) -> UUID | None:
    """The centre to which whoever scans belongs: itself, its station's, or its present run's."""
    if Centre.objects.filter(actor_id=acting).exists():
        return acting
    station: UUID | None = Station.objects.filter(actor_id=acting).values_list("centre__actor_id", flat=True).first()
    if station is not None:
        return station
    runs = Run.objects.visible_to(acting).filter(driver_id=acting).order_by("-planned_at")
    return runs.values_list("centre_id", flat=True).first()


def _done(row: Scan) -> ScanDone:
    label = read_label(row.text)
    return ScanDone(
        id=row.id,
        outcome=ScanOutcome(row.outcome),
        label=for_people(label.code) if label else row.text[:40],
        parcel_id=row.parcel_id,
        bag_id=row.bag_id,
        refusal_code=row.refusal,
        facts=row.facts,
        case_id=row.case_id,
    )
