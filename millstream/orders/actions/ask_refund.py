"""Give money of an order back: from escrow, or from those who had it, each their own part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.ledger.api import post_entries, take_back
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose, TakeBack
from millstream.orders import rules
from millstream.orders.actions.call_back_goods import call_back_goods
from millstream.orders.actions.release_escrow import account_of, explained, given_back
from millstream.orders.facts import OrderRefunded
from millstream.orders.models import Line, Order, Payment, Refund, RefundShare
from millstream.orders.refusals import NotRefundable
from millstream.orders.types import OrderState, RefundId
from millstream.pacts.api import split_lines
from millstream.pacts.types import SplitLineRecord


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a refund one split line gives."""

    line: Line
    split: SplitLineRecord
    amount_minor: int


@transaction.atomic
def ask_refund(order_id: UUID, *, amount_minor: int | None, reason: str, by: UUID | None, now: datetime) -> RefundId:
    """Book money of a paid order back to its buyer, all of it or a part, and leave it to be sent to the gateway.

    Every split line gives back its own part. Before release it comes out of escrow; after release from what is due
    to the actors, and what they do not have becomes their debt. Refuses more than is left of the payment.
    Giving all of it back while the parcel can still be called back calls the order off: nobody packs for nothing,
    and the goods are for sale again. A part is money alone: the goods stay sold.
    """
    order = _locked(order_id)
    left = rules.refundable_minor(
        total_minor=order.total_minor, refunded_minor=order.refunded_minor, state=OrderState(order.state)
    )
    wanted = left if amount_minor is None else amount_minor
    if not 0 < wanted <= left:
        raise NotRefundable(left_minor=left, currency=order.currency, state=order.state)
    payment = Payment.objects.select_for_update().get(order_id=order_id, accepted=True)
    refund = Refund(
        payment=payment,
        amount_minor=wanted,
        currency=order.currency,
        reason=reason[:200],
        entry_id=new_id(),
        asked_by_id=by,
        asked_at=now,
    )
    shares = _shares(order, wanted)
    post_entries([_entry(order, refund, shares, now)], now=now)
    _keep(refund, shares)
    whole = wanted == left
    _write_refunded(order, payment, wanted, whole=whole, now=now)
    if whole and order.state == OrderState.PAID:
        call_back_goods(order, now=now)
    told = OrderRefunded(
        order=order_id,
        seller=order.seller_id,
        refund=refund.id,
        amount_minor=wanted,
        currency=order.currency,
        whole=whole,
    )
    record(told, now=now)
    return RefundId(refund.id)


def _locked(order_id: UUID) -> Order:
    orders = Order.objects.unscoped("who may ask is decided by the caller")
    order = orders.filter(id=order_id).select_for_update().first()
    if order is None:
        raise NotFound(what="order")
    return order


def _keep(refund: Refund, shares: Sequence[Share]) -> None:
    refund.save(force_insert=True)
    RefundShare.objects.bulk_create(
        RefundShare(
            refund=refund,
            line=share.line,
            part=str(share.split.part),
            actor_id=share.split.actor,
            amount_minor=share.amount_minor,
        )
        for share in shares
    )


def _write_refunded(order: Order, payment: Payment, amount_minor: int, *, whole: bool, now: datetime) -> None:
    same = Order.objects.unscoped("guarded").filter(id=order.id, state=order.state, refunded_minor=order.refunded_minor)
    ended = {"state": OrderState.REFUNDED, "ended_at": now} if whole else {}
    changed = same.update(refunded_minor=F("refunded_minor") + amount_minor, **ended)
    assert changed == 1, "an order changed under its lock"
    changed = Payment.objects.filter(id=payment.id).update(refunded_minor=F("refunded_minor") + amount_minor)
    assert changed == 1


def _shares(order: Order, amount_minor: int) -> list[Share]:
    """Share a refund over what is left of the order's split lines."""
    lines = list(Line.objects.filter(order_id=order.id).order_by("id"))
    split = split_lines([line.id for line in lines])
    back = given_back([line.id for line in lines])
    every = [(line, share) for line in lines for share in split[line.id]]
    left = [share.amount_minor - back.get((line.id, str(share.part), share.actor), 0) for line, share in every]
    given = rules.share_refund(amount_minor, left)
    return [Share(line, share, minor) for (line, share), minor in zip(every, given, strict=True) if minor]


def _entry(order: Order, refund: Refund, shares: Sequence[Share], now: datetime) -> EntryDraft:
    released = order.released_at is not None
    debits = _taken_back(order, shares) if released else [_from_escrow(order, refund.amount_minor)]
    gateway = AccountKey(Purpose.GATEWAY, None, order.currency)
    return EntryDraft(
        id=refund.entry_id,
        kind=EntryKind.LATE_REFUND if released else EntryKind.REFUND,
        key=f"refund:{refund.id}",
        occurred_at=now,
        source_kind="refund",
        source_id=refund.id,
        postings=(*debits, PostingDraft(gateway, -refund.amount_minor, order.id)),
    )


def _from_escrow(order: Order, amount_minor: int) -> PostingDraft:
    return PostingDraft(AccountKey(Purpose.ESCROW, None, order.currency), amount_minor, order.id)


def _taken_back(order: Order, shares: Sequence[Share]) -> list[PostingDraft]:
    """Debit each actor's own part; delivery comes out of the carriage account."""
    debits: list[PostingDraft] = []
    asks: list[TakeBack] = []
    for share in shares:
        detail = explained(order, share.line, share.split)
        account = account_of(share.split, order.currency)
        if account.purpose == Purpose.CARRIAGE:
            debits.append(PostingDraft(account, share.amount_minor, order.id, detail))
        else:
            asks.append(TakeBack(share.split.actor, share.amount_minor, order.currency, order.id, detail))
    return [*debits, *take_back(asks)]
