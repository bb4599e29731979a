"""Take what the gateway tells, in batches: book captured money, sell what was held, have it carried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import Fact, record_many
from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose
from millstream.logistics.api import open_parcels
from millstream.logistics.types import ContentLine, ParcelAsk
from millstream.orders import facts, rules
from millstream.orders.actions.book_apart import book_apart, book_unknown
from millstream.orders.actions.end_refund import end_refunds
from millstream.orders.till import capture_rows
from millstream.orders.till.capture_rows import LockedPayment, SoldLine
from millstream.orders.types import SANDBOX, Notice, Verdict
from millstream.shops.api import claim_holds, hold_stock, release_holds
from millstream.shops.types import HoldAsk, HoldId, HoldTaken, Outcome, PoolId, StockItemId

LARGEST_BATCH: Final = 500
REHOLD_FOR: Final = timedelta(minutes=1)


@dataclass(slots=True)
class _Batch:
    """What one pass over a set of captures came to; at most one capture per order is in it."""

    paid: list[tuple[LockedPayment, Notice]] = field(default_factory=list)
    lines: dict[UUID, list[SoldLine]] = field(default_factory=dict)


@transaction.atomic
def capture_payments(notices: Sequence[Notice], *, now: datetime) -> list[Verdict]:
    """Book what the gateway tells, each message once; one verdict per notice, in their order.

    A capture in time pays its order: stock is sold, the money goes into escrow, a parcel is opened. A late one
    pays it too if the goods can still be held. Money that pays nothing is booked apart, given back, and put
    before its owner as a case. Orders are locked before payments, payments before stock.
    """
    assert 0 < len(notices) <= LARGEST_BATCH
    verdicts: list[Verdict] = [Verdict.NOTED] * len(notices)
    declined = [UUID(notice.session) for notice in notices if notice.kind == "declined" and _is_uuid(notice.session)]
    if declined:
        capture_rows.mark_declined(declined)
    refunded = [UUID(notice.refund) for notice in notices if notice.kind == "refunded" and _is_uuid(notice.refund)]
    if refunded:
        end_refunds(refunded, now=now)
    for place, notice in enumerate(notices):
        verdicts[place] = {"declined": Verdict.DECLINED, "refunded": Verdict.REFUNDED}.get(notice.kind, Verdict.NOTED)
    captures = [(place, notice) for place, notice in enumerate(notices) if notice.kind == "captured"]
    _capture(captures, verdicts, now)
    capture_rows.add_events(SANDBOX, list(zip(notices, verdicts, strict=True)), now=now)
    return verdicts


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _capture(captures: Sequence[tuple[int, Notice]], verdicts: list[Verdict], now: datetime) -> None:
    """Lock everything at once, then take one capture per order and round."""
    if not captures:
        return
    sessions = {notice.session for _, notice in captures if _is_uuid(notice.session)}
    locked = capture_rows.lock_payments(sorted(UUID(session) for session in sessions))
    for number, turn in enumerate(_rounds(captures, locked)):
        if number:
            locked = capture_rows.lock_payments(list(locked))  # what the round before wrote
        _capture_round(turn, locked, verdicts, now)


def _rounds(
    captures: Sequence[tuple[int, Notice]], locked: dict[UUID, LockedPayment]
) -> Iterator[list[tuple[int, Notice]]]:
    rest = list(captures)
    while rest:
        turn: list[tuple[int, Notice]] = []
        later: list[tuple[int, Notice]] = []
        orders: set[object] = set()
        for place, notice in rest:
            payment = locked.get(UUID(notice.session)) if _is_uuid(notice.session) else None
            name = payment.order_id if payment else notice.session
            (later if name in orders else turn).append((place, notice))
            orders.add(name)
        yield turn
        rest = later


def _capture_round(
    turn: Sequence[tuple[int, Notice]], locked: dict[UUID, LockedPayment], verdicts: list[Verdict], now: datetime
) -> None:
    payable: list[tuple[int, LockedPayment, Notice]] = []
    apart: list[tuple[LockedPayment, Notice, Verdict]] = []
    for place, notice in turn:
        payment = locked.get(UUID(notice.session)) if _is_uuid(notice.session) else None
        verdict = rules.judge_capture(
            payment.standing if payment else None, amount_minor=notice.amount_minor, currency=notice.currency
        )
        if verdict is None:
            assert payment is not None
            payable.append((place, payment, notice))
            continue
        verdicts[place] = verdict
        if verdict is Verdict.UNKNOWN:
            verdicts[place] = book_unknown(notice, now=now)
        elif verdict is not Verdict.DUPLICATE:
            assert payment is not None
            apart.append((payment, notice, verdict))
    batch = _Batch()
    late = _sell(payable, verdicts, batch, now)
    book_apart([*apart, *late], now=now)
    _pay(batch, now)


def _sell(
    payable: Sequence[tuple[int, LockedPayment, Notice]], verdicts: list[Verdict], batch: _Batch, now: datetime
) -> list[tuple[LockedPayment, Notice, Verdict]]:
    """Claim the holds; where one is gone, try to hold again. Returns what came too late."""
    if not payable:
        return []
    batch.lines = capture_rows.read_lines([payment.order_id for _, payment, _ in payable])
    holds = [HoldId(line.hold_id) for lines in batch.lines.values() for line in lines]
    outcomes = claim_holds(holds, now=now)
    late: list[tuple[LockedPayment, Notice, Verdict]] = []
    for place, payment, notice in payable:
        lines = batch.lines[payment.order_id]
        gone = [line for line in lines if outcomes[HoldId(line.hold_id)] is Outcome.GONE]
        if not gone:
            verdicts[place] = Verdict.PAID
        elif len(gone) == len(lines) and _hold_again(payment, lines, now):
            verdicts[place] = Verdict.HONOURED_LATE
        else:
            assert len(gone) == len(lines), "an order is held whole or not at all"
            verdicts[place] = Verdict.LATE
            late.append((payment, notice, Verdict.LATE))
            continue
        batch.paid.append((payment, notice))
    return late


def _hold_again(payment: LockedPayment, lines: Sequence[SoldLine], now: datetime) -> bool:
    """Hold and claim the goods of an order whose hold ran out; False when they are not free any more.

    The old hold may have run out without having been swept: it is freed first, or it would stand in its own way.
    """
    release_holds([HoldId(line.hold_id) for line in lines], reason="ran out before the payment", now=now)
    asks = [
        HoldAsk(
            hold_id=HoldId(new_id()),
            stock_item_id=StockItemId(line.stock_item_id),
            pool_id=PoolId(line.pool_id) if line.pool_id else None,
            quantity=line.quantity,
            order_id=payment.order_id,
            expires_at=now + REHOLD_FOR,
        )
        for line in lines
    ]
    if not all(isinstance(answer, HoldTaken) for answer in hold_stock(asks, now=now)):
        return False
    claimed = claim_holds([ask.hold_id for ask in asks], now=now)
    assert set(claimed.values()) == {Outcome.CLAIMED}
    for line, ask in zip(lines, asks, strict=True):
        capture_rows.move_hold(line.id, ask.hold_id)
    return True


def _pay(batch: _Batch, now: datetime) -> None:
    if not batch.paid:
        return
    capture_rows.mark_captured([(payment.payment_id, notice, True) for payment, notice in batch.paid], now=now)
    capture_rows.mark_paid([payment.order_id for payment, _ in batch.paid], now=now)
    post_entries([_entry(payment, now) for payment, _ in batch.paid], now=now)
    open_parcels([_parcel(payment, batch.lines[payment.order_id]) for payment, _ in batch.paid], now=now)
    told: list[Fact] = [_told(payment, batch.lines[payment.order_id]) for payment, _ in batch.paid]
    record_many(told, now=now)


def _entry(payment: LockedPayment, now: datetime) -> EntryDraft:
    """Captured money: the gateway owes it to us, we keep it for the order."""
    gateway = AccountKey(Purpose.GATEWAY, None, payment.currency)
    escrow = AccountKey(Purpose.ESCROW, None, payment.currency)
    return EntryDraft(
        id=new_id(),
        kind=EntryKind.CAPTURE,
        key=f"capture:{payment.payment_id}",
        occurred_at=now,
        source_kind="payment",
        source_id=payment.payment_id,
        postings=(
            PostingDraft(gateway, payment.total_minor, payment.order_id),
            PostingDraft(escrow, -payment.total_minor, payment.order_id),
        ),
    )


def _parcel(payment: LockedPayment, lines: Sequence[SoldLine]) -> ParcelAsk:
    return ParcelAsk(
        parcel_id=new_id(),
        order_id=payment.order_id,
        order_code=payment.code,
        seller=payment.seller,
        station_actor=payment.station,
        address_id=payment.address,
        weight_grams=payment.weight_grams,
        contents=tuple(ContentLine(line.title, line.quantity) for line in lines),
        buyer=payment.buyer,
        value_minor=payment.goods_minor,
        currency=payment.currency,
    )


def _told(payment: LockedPayment, lines: Sequence[SoldLine]) -> facts.OrderPaid:
    return facts.OrderPaid(
        order=payment.order_id,
        code=payment.code,
        seller=payment.seller,
        buyer=payment.buyer,
        show=payment.show_id,
        host=payment.host,
        lines=tuple((line.variant_id, line.quantity, line.goods_minor) for line in lines),
        total_minor=payment.total_minor,
        currency=payment.currency,
    )
