"""Open cases: something about money that a person has to look at, with an owner from the start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from millstream.kernel.facts import record_many
from millstream.kernel.settings import conf
from millstream.orders.facts import PaymentCaseOpened
from millstream.orders.models import PaymentCase
from millstream.orders.types import CaseKind


@dataclass(frozen=True, slots=True)
class CaseAsk:
    """What happened. The same `kind` and `key` mean the same case."""

    kind: CaseKind
    key: str
    order_id: UUID | None
    payment_id: UUID | None
    detail: Mapping[str, Any]


def open_cases(asks: Sequence[CaseAsk], *, now: datetime) -> None:
    """Open a case for each ask that has none yet; the platform's actor owns it until somebody takes it."""
    fresh = []
    for ask in {(ask.kind, ask.key): ask for ask in asks}.values():
        if PaymentCase.objects.filter(kind=ask.kind, key=ask.key).exists():
            continue
        fresh.append(
            PaymentCase(
                kind=ask.kind,
                key=ask.key,
                owner_id=conf().platform_actor,
                order_id=ask.order_id,
                payment_id=ask.payment_id,
                detail=dict(ask.detail),
                opened_at=now,
            )
        )
    PaymentCase.objects.bulk_create(fresh)
    record_many(
        [PaymentCaseOpened(case=case.id, what=case.kind, owner=case.owner_id, order=case.order_id) for case in fresh],
        now=now,
    )
