"""Open exception cases: one for each difference, with an owner, a value and a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from millstream.kernel.facts import record
from millstream.logistics.facts import CaseOpened
from millstream.logistics.models import ExceptionCase
from millstream.logistics.types import CaseKind, Holder

DEADLINE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class CaseAsk:
    """What is known of a difference. ``owner`` must settle it; ``liable`` pays if nobody does."""

    kind: CaseKind
    site: UUID
    owner: UUID
    currency: str
    parcel: UUID | None = None
    bag: UUID | None = None
    handover: UUID | None = None
    scan: UUID | None = None
    label: str = ""
    liable: Holder | None = None
    value_minor: int = 0


def open_case(ask: CaseAsk, *, now: datetime) -> UUID:
    """The id of the one open case for this thing and kind: a new one, or the one that is open already.

    The caller is in a transaction and holds the lock of the parcel or bag, if there is one.
    """
    found = _open_one(ask)
    if found is not None:
        return found
    case = ExceptionCase(
        kind=ask.kind.value,
        parcel_id=ask.parcel,
        bag_id=ask.bag,
        handover_id=ask.handover,
        scan_id=ask.scan,
        label=ask.label,
        site_id=ask.site,
        owner_id=ask.owner,
        liable_kind=ask.liable.kind.value if ask.liable else None,
        liable_id=ask.liable.id if ask.liable else None,
        value_minor=ask.value_minor,
        currency=ask.currency,
        deadline_at=now + DEADLINE,
        opened_at=now,
    )
    # Two scanners may meet the same unknown label at once; the unique constraint decides who opens the case.
    rows = ExceptionCase.objects.unscoped("a case is opened for whoever owns it")
    made = rows.bulk_create([case], ignore_conflicts=True)[0]
    opened = _open_one(ask)
    assert opened is not None, "a case that was just opened is open"
    if opened == made.id:
        record(CaseOpened(made.id, ask.kind.value, ask.owner, ask.parcel, case.deadline_at), now=now)
    return opened


def _open_one(ask: CaseAsk) -> UUID | None:
    rows = ExceptionCase.objects.unscoped("looks for the open case of one thing").filter(
        kind=ask.kind.value, resolved_at__isnull=True
    )
    if ask.parcel is not None:
        rows = rows.filter(parcel_id=ask.parcel)
    elif ask.bag is not None:
        rows = rows.filter(bag_id=ask.bag)
    else:
        rows = rows.filter(site_id=ask.site, label=ask.label)
    return rows.values_list("id", flat=True).first()
