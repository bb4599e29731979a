"""Release escrow: delivered, past the return window, so everyone who had a part gets theirs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from millstream.kernel.facts import record_many
from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries, settle_debts
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose
from millstream.orders.facts import EscrowReleased
from millstream.orders.models import Line, Order, RefundShare
from millstream.orders.types import STANDING_REFUNDS, OrderState
from millstream.pacts.api import split_lines
from millstream.pacts.types import SplitLineRecord

LARGEST_SWEEP: Final = 100

type ShareKey = tuple[UUID, str, UUID]


@transaction.atomic
def release_escrow(*, now: datetime, limit: int = LARGEST_SWEEP) -> list[UUID]:
    """Pay out of escrow what each split line is due of orders past their return window; returns the orders.

    Each order is released once, by its own entry; what was refunded of a line is not paid to it. Debts of actors
    are settled from what became due.
    """
    assert 0 < limit <= LARGEST_SWEEP
    orders = list(
        Order.objects.unscoped("the sweep releases everybody's")
        .filter(state=OrderState.DELIVERED, releasable_at__lte=now)
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit]
    )
    if not orders:
        return []
    lines: defaultdict[UUID, list[Line]] = defaultdict(list)
    for line in Line.objects.filter(order__in=[order.id for order in orders]).order_by("id"):
        lines[line.order_id].append(line)
    split = split_lines([line.id for found in lines.values() for line in found])
    back = given_back([line.id for found in lines.values() for line in found])
    drafts = [_entry(order, lines[order.id], split, back, now) for order in orders]
    post_entries([draft for draft in drafts if draft.postings], now=now)
    moved = Order.objects.unscoped("guarded").filter(id__in=[order.id for order in orders], state=OrderState.DELIVERED)
    assert moved.update(state=OrderState.RELEASED, released_at=now) == len(orders), "an order changed under its lock"
    for currency in sorted({order.currency for order in orders}):
        settle_debts(currency, now=now)
    record_many([_told(order) for order in orders], now=now)
    return [order.id for order in orders]


def given_back(line_ids: Sequence[UUID]) -> Mapping[ShareKey, int]:
    """How much of each split line was refunded already."""
    shares = RefundShare.objects.filter(line_id__in=line_ids, refund__state__in=STANDING_REFUNDS)
    summed = shares.values_list("line_id", "part", "actor_id").annotate(minor=Sum("amount_minor"))
    return {(line, part, actor): minor for line, part, actor, minor in summed}


def _entry(
    order: Order,
    lines: Sequence[Line],
    split: Mapping[UUID, Sequence[SplitLineRecord]],
    back: Mapping[ShareKey, int],
    now: datetime,
) -> EntryDraft:
    postings: list[PostingDraft] = []
    for line in lines:
        for share in split[line.id]:
            due = share.amount_minor - back.get((line.id, str(share.part), share.actor), 0)
            if due > 0:
                account = account_of(share, order.currency)
                postings.append(PostingDraft(account, -due, order.id, explained(order, line, share)))
    whole = -sum(posting.amount_minor for posting in postings)
    assert whole == order.total_minor - order.refunded_minor, f"the split lines of {order.code} miss its money"
    if whole:
        postings.insert(0, PostingDraft(AccountKey(Purpose.ESCROW, None, order.currency), whole, order.id))
    return EntryDraft(
        id=new_id(),
        kind=EntryKind.RELEASE,
        key=f"release:{order.id}",
        occurred_at=now,
        source_kind="order",
        source_id=order.id,
        postings=tuple(postings),
    )


def account_of(share: SplitLineRecord, currency: str) -> AccountKey:
    """Where the money of a split line goes: the carriage account for delivery, else the actor's own."""
    purpose = Purpose.CARRIAGE if str(share.part) == "carriage" else Purpose.PAYABLE
    return AccountKey(purpose, share.actor, currency)


def explained(order: Order, line: Line, share: SplitLineRecord) -> dict[str, object]:
    """What a statement says about a share: which order and product, which part, which rate of which base."""
    return {
        "order": order.code,
        "product": line.title,
        "quantity": line.quantity,
        "part": str(share.part),
        "permille": share.permille,
        "base_minor": share.base_minor,
        "share_minor": share.amount_minor,
    }


def _told(order: Order) -> EscrowReleased:
    return EscrowReleased(
        order=order.id,
        seller=order.seller_id,
        amount_minor=order.total_minor - order.refunded_minor,
        currency=order.currency,
    )
