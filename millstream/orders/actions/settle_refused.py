"""What becomes of money whose refund the gateway refused: asked for again, given back by hand, or kept by the sale."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries, settle_debts
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose
from millstream.logistics.api import parcels_of_order
from millstream.logistics.types import ParcelState
from millstream.orders import rules
from millstream.orders.actions.end_refund import subject_of
from millstream.orders.actions.release_escrow import account_of, explained
from millstream.orders.models import Order, Payment, Refund, RefundShare
from millstream.orders.refusals import NotKept, RefundSettled
from millstream.orders.types import OrderState, RefundId, RefundState
from millstream.pacts.api import split_lines

GOODS_GONE = (ParcelState.CANCELLED, ParcelState.LOST)


def ask_again(refund_id: UUID, *, by: UUID, now: datetime) -> RefundId:
    """Send the money of a refused refund once more, under a new id, in the place and with the shares of the old one."""
    _, old = _locked(refund_id)
    new = Refund(
        payment=old.payment,
        amount_minor=old.amount_minor,
        currency=old.currency,
        reason=old.reason,
        entry_id=new_id(),
        asked_by_id=by,
        asked_at=now,
        replaces=old,
    )
    gateway = AccountKey(Purpose.GATEWAY, None, old.currency)
    back = PostingDraft(gateway, -old.amount_minor, subject_of(old.payment))
    post_entries([_entry(old, EntryKind.REFUND, f"refund:{new.id}", (back,), now, entry_id=new.entry_id)], now=now)
    new.save(force_insert=True)
    shares = RefundShare.objects.filter(refund=old).order_by("id")
    RefundShare.objects.bulk_create(
        RefundShare(
            refund=new, line_id=share.line_id, part=share.part, actor_id=share.actor_id, amount_minor=share.amount_minor
        )
        for share in shares
    )
    _end(old, RefundState.AGAIN)
    return RefundId(new.id)


def give_by_hand(refund_id: UUID, *, now: datetime) -> None:
    """Write that the buyer got the money of a refused refund from the bank account, outside the gateway."""
    _, refund = _locked(refund_id)
    bank = PostingDraft(AccountKey(Purpose.BANK, None, refund.currency), -refund.amount_minor)
    key = f"refund_by_hand:{refund.id}"
    post_entries([_entry(refund, EntryKind.REFUND_BY_HAND, key, (bank,), now)], now=now)
    _end(refund, RefundState.BY_HAND)


def keep_for_sale(refund_id: UUID, *, now: datetime) -> None:
    """Let the sale keep the money of a refused refund: each share goes back to where it came from.

    Before release that is escrow; after it those who had a part, each their own, and their debts are settled from
    it. An order that had ended by this refund goes on where its parcel is. Refuses money that pays no order, and
    an order whose goods are lost or with their maker again.
    """
    order, refund = _locked(refund_id)
    goods_gone = any(parcel.state in GOODS_GONE for parcel in parcels_of_order(order.id))
    if not refund.payment.accepted or goods_gone:
        raise NotKept
    released = order.released_at is not None
    escrow = AccountKey(Purpose.ESCROW, None, order.currency)
    back = _to_shares(order, refund) if released else [PostingDraft(escrow, -refund.amount_minor, order.id)]
    key = f"refund_kept:{refund.id}"
    post_entries([_entry(refund, EntryKind.REFUND_KEPT, key, back, now)], now=now)
    if released:
        settle_debts(order.currency, now=now)
    _end(refund, RefundState.KEPT)
    Payment.objects.filter(id=refund.payment_id).update(refunded_minor=F("refunded_minor") - refund.amount_minor)
    _go_on(order, refund.amount_minor)


def _locked(refund_id: UUID) -> tuple[Order, Refund]:
    """A refused refund with its order, locked in the order of all money: order, payment, refund."""
    assert connection.in_atomic_block, "the case that asks for this is closed in the same transaction"
    owner = Refund.objects.values_list("payment__order_id", "payment_id").get(id=refund_id)
    order = Order.objects.unscoped("the owner of the case decides").select_for_update().get(id=owner[0])
    payment = Payment.objects.select_for_update().get(id=owner[1])
    refund = Refund.objects.select_for_update().get(id=refund_id)
    refund.payment = payment
    if refund.state != RefundState.FAILED:
        raise RefundSettled(state=refund.state)
    return order, refund


def _end(refund: Refund, state: RefundState) -> None:
    changed = Refund.objects.filter(id=refund.id, state=RefundState.FAILED).update(state=state)
    assert changed == 1, "a refund changed under its lock"


def _entry(
    refund: Refund,
    kind: EntryKind,
    key: str,
    to: Sequence[PostingDraft],
    now: datetime,
    *,
    entry_id: UUID | None = None,
) -> EntryDraft:
    apart = AccountKey(Purpose.UNALLOCATED, None, refund.currency)
    return EntryDraft(
        id=entry_id or new_id(),
        kind=kind,
        key=key,
        occurred_at=now,
        source_kind="refund",
        source_id=refund.id,
        postings=(PostingDraft(apart, refund.amount_minor, refund.payment_id), *to),
    )


def _to_shares(order: Order, refund: Refund) -> list[PostingDraft]:
    shares = list(RefundShare.objects.filter(refund=refund).select_related("line").order_by("id"))
    split = split_lines(sorted({share.line_id for share in shares}))
    frozen = {(line, str(one.part), one.actor): one for line, lines in split.items() for one in lines}
    back: list[PostingDraft] = []
    for share in shares:
        one = frozen[share.line_id, share.part, share.actor_id]
        detail = explained(order, share.line, one)
        back.append(PostingDraft(account_of(one, order.currency), -share.amount_minor, order.id, detail))
    return back


def _go_on(order: Order, amount_minor: int) -> None:
    """Lower what the order gave back; one that had ended by it is again where its parcel and its release are."""
    changes: dict[str, object] = {"refunded_minor": F("refunded_minor") - amount_minor}
    if order.state == OrderState.REFUNDED:
        changes |= {"ended_at": None, "ended_why": ""}
        came = [parcel.delivered_at for parcel in parcels_of_order(order.id) if parcel.delivered_at]
        arrived = order.delivered_at or max(came, default=None)
        if order.released_at is not None:
            changes["state"] = OrderState.RELEASED
        elif arrived is not None:
            until = rules.releasable_from(arrived, order.return_window_seconds)
            changes |= {"state": OrderState.DELIVERED, "delivered_at": arrived, "releasable_at": until}
        else:
            changes["state"] = OrderState.PAID
    same = Order.objects.unscoped("guarded").filter(id=order.id, state=order.state)
    assert same.update(**changes) == 1, "an order changed under its lock"
