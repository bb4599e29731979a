"""Reads of orders, cases and figures for desks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from millstream.kernel.ids import tidy_code
from millstream.kernel.pages import PAGE_SIZE, Page, page_of
from millstream.kernel.refusals import NotFound
from millstream.orders.links import is_signed
from millstream.orders.models import Line, Order, Payment, PaymentCase, Refund, RefundShare
from millstream.orders.rules import ends_of
from millstream.orders.types import (
    STANDING_REFUNDS,
    CaseId,
    CaseKind,
    CaseRecord,
    LineId,
    LineRecord,
    OrderId,
    OrderPlaced,
    OrderRecord,
    OrderState,
    PaymentId,
    PaymentRecord,
    PaymentState,
    RefundState,
    SaleLine,
)

MOST_SALES: Final = 50_000
MOST_SHOWS: Final = 500
MOST_UNSETTLED: Final = 50
OPEN_STATES: Final = (OrderState.PLACED, OrderState.PAID, OrderState.DELIVERED)
_WHOLE: Final = (
    Prefetch("lines", queryset=Line.objects.order_by("id")),
    Prefetch("payments", queryset=Payment.objects.order_by("id")),
)


def order(order_id: UUID) -> OrderRecord:
    """One order, for code that has a right to it; refuses an unknown id."""
    found = Order.objects.unscoped("by id, from code").filter(id=order_id).prefetch_related(*_WHOLE).first()
    if found is None:
        raise NotFound(what="order")
    return record_of(found)


def order_of_actor(code: str, actor: UUID) -> OrderRecord:
    """An order that this actor buys or sells; for anybody else it does not exist."""
    found = Order.objects.visible_to(actor).filter(code=tidy_code(code)).prefetch_related(*_WHOLE).first()
    if found is None:
        raise NotFound(what="order")
    return record_of(found)


def order_by_code(code: str) -> OrderRecord:
    """An order by its code, for the operator."""
    orders = Order.objects.unscoped("the operator")
    found = orders.filter(code=tidy_code(code)).prefetch_related(*_WHOLE).first()
    if found is None:
        raise NotFound(what="order")
    return record_of(found)


def order_by_code_and_signature(code: str, signature: str) -> OrderRecord:
    """The order behind a signed link; with another signature it does not exist."""
    orders = Order.objects.unscoped("a signed link")
    found = orders.filter(code=tidy_code(code)).prefetch_related(*_WHOLE).first()
    if found is None or not is_signed(found.id, signature):
        raise NotFound(what="order")
    return record_of(found)


def orders_bought(actor: UUID, *, after: UUID | None = None, size: int = PAGE_SIZE) -> Page[OrderRecord]:
    """What an actor bought, newest first."""
    bought = Order.objects.visible_to(actor).filter(buyer_id=actor)
    return _page(bought, after, size)


def has_bought(buyer: UUID, host: UUID) -> bool:
    """Whether an actor has paid for something in a show of this host."""
    bought = Order.objects.visible_to(buyer).filter(buyer_id=buyer, host_id=host, paid_at__isnull=False)
    return bought.exists()


def orders_sold(
    actor: UUID, *, states: Sequence[OrderState] = (), after: UUID | None = None, size: int = PAGE_SIZE
) -> Page[OrderRecord]:
    """What an actor sold, newest first; only in these states when given."""
    sold = Order.objects.visible_to(actor).filter(seller_id=actor)
    return _page(sold.filter(state__in=states) if states else sold, after, size)


def orders_of(actor: UUID, *, after: UUID | None = None, size: int = PAGE_SIZE) -> Page[OrderRecord]:
    """What an actor bought or sold, newest first."""
    return _page(Order.objects.visible_to(actor), after, size)


def _page(orders: QuerySet[Order, Order], after: UUID | None, size: int) -> Page[OrderRecord]:
    rows = orders.filter(id__lt=after) if after else orders
    found = [record_of(row) for row in rows.order_by("-id").prefetch_related(*_WHOLE)[: size + 1]]
    return page_of(found, size=size, key=lambda record: str(record.id))


def counts_of_seller(actor: UUID) -> dict[OrderState, int]:
    """How many orders of a seller are in each state."""
    sold = Order.objects.visible_to(actor).filter(seller_id=actor)
    return {OrderState(state): count for state, count in sold.values_list("state").annotate(Count("id"))}


def placed_of(order_id: UUID, payment_id: UUID) -> OrderPlaced:
    """An order as it was placed, with one of its payments: what a session is opened from."""
    record = order(order_id)
    line = record.lines[0]
    return OrderPlaced(
        order_id=record.id,
        payment_id=PaymentId(payment_id),
        code=record.code,
        state=record.state,
        title=line.title,
        quantity=line.quantity,
        goods_minor=record.goods_minor,
        delivery_minor=record.delivery_minor,
        total_minor=record.total_minor,
        currency=record.currency,
        language=record.language,
        expires_at=record.expires_at,
        existed=True,
    )


def open_cases(*, size: int = PAGE_SIZE) -> list[CaseRecord]:
    """Cases that wait for somebody, oldest first."""
    waiting = (
        PaymentCase.objects.filter(closed_at__isnull=True).select_related("order", "payment").order_by("opened_at")
    )
    return [_case(row) for row in waiting[:size]]


def closed_cases(*, size: int = PAGE_SIZE) -> list[CaseRecord]:
    """Cases that were closed, newest first."""
    done = PaymentCase.objects.filter(closed_at__isnull=False).select_related("order", "payment").order_by("-closed_at")
    return [_case(row) for row in done[:size]]


def cases_of(order_ids: Iterable[UUID]) -> list[CaseRecord]:
    """The cases about these orders."""
    about = PaymentCase.objects.filter(order_id__in=set(order_ids)).select_related("order", "payment")
    return [_case(row) for row in about.order_by("opened_at")]


def open_case_count() -> int:
    """How many cases wait."""
    return PaymentCase.objects.filter(closed_at__isnull=True).count()


def recent_orders(*, size: int = PAGE_SIZE, after: UUID | None = None, state: str = "") -> Page[OrderRecord]:
    """All orders, newest first, for the operator."""
    every = Order.objects.unscoped("the operator").filter(Q(state=state) if state else Q())
    return _page(every, after, size)


def _case(row: PaymentCase) -> CaseRecord:
    return CaseRecord(
        id=CaseId(row.id),
        kind=CaseKind(row.kind),
        owner=row.owner_id,
        opened_at=row.opened_at,
        order_id=row.order_id,
        order_code=row.order.code if row.order else "",
        payment_id=row.payment_id,
        detail=row.detail,
        closed_at=row.closed_at,
        resolution=row.resolution,
        ends=ends_of(CaseKind(row.kind), pays_order=row.payment is None or row.payment.accepted),
    )


def record_of(row: Order) -> OrderRecord:
    """The record of an order's row with its lines and payments."""
    return OrderRecord(
        id=OrderId(row.id),
        code=row.code,
        state=OrderState(row.state),
        buyer=row.buyer_id,
        seller=row.seller_id,
        shop_id=row.shop_id,
        address_id=row.address_id,
        contact_id=row.contact_id,
        currency=row.currency,
        goods_minor=row.goods_minor,
        delivery_minor=row.delivery_minor,
        total_minor=row.total_minor,
        refunded_minor=row.refunded_minor,
        show_id=row.show_id,
        host=row.host_id,
        language=row.language,
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        delivered_at=row.delivered_at,
        releasable_at=row.releasable_at,
        released_at=row.released_at,
        ended_why=row.ended_why,
        lines=tuple(_line(line) for line in row.lines.all()),
        payments=tuple(_payment(payment) for payment in row.payments.all()),
    )


def _line(row: Line) -> LineRecord:
    return LineRecord(
        id=LineId(row.id),
        variant_id=row.variant_id,
        title=row.title,
        variant_title=row.variant_title,
        quantity=row.quantity,
        price_minor=row.price_minor,
        price_source=row.price_source,
        goods_minor=row.goods_minor,
        hold_id=row.hold_id,
        image=row.image,
        discount_minor=row.discount_minor,
    )


def _payment(row: Payment) -> PaymentRecord:
    return PaymentRecord(
        id=PaymentId(row.id),
        state=PaymentState(row.state),
        amount_minor=row.amount_minor,
        captured_minor=row.captured_minor,
        refunded_minor=row.refunded_minor,
        captured_at=row.captured_at,
        accepted=row.accepted,
    )


def sales_in_show(show_id: UUID) -> list[SaleLine]:
    """Every paid line that was bought in a show, in the order of buying; for whoever answers for the show."""
    orders = Order.objects.unscoped("whoever answers for the show").filter(show_id=show_id, paid_at__isnull=False)
    return _sales(Line.objects.filter(order__in=orders).select_related("order").order_by("id")[:MOST_SALES])


def sale_lines(order_ids: Iterable[UUID]) -> list[SaleLine]:
    """The paid lines of these orders, for code that has a right to them."""
    orders = Order.objects.unscoped("by id, from code").filter(id__in=set(order_ids), paid_at__isnull=False)
    return _sales(Line.objects.filter(order__in=orders).select_related("order").order_by("id")[:MOST_SALES])


def shows_of_seller(actor: UUID) -> set[UUID]:
    """The shows in which something of this seller was bought and paid."""
    sold = Order.objects.visible_to(actor).filter(seller_id=actor, show_id__isnull=False, paid_at__isnull=False)
    found = sold.values_list("show_id", flat=True).distinct()[:MOST_SHOWS]
    return {show for show in found if show is not None}


def unsettled_orders(actors: Collection[UUID], visitors: Collection[UUID] = ()) -> list[OrderRecord]:
    """Orders that these actors bought, sell or host, or that were placed in these browsers, and that are not over.

    Not over: unpaid, on the way, still to be returned, or with money that may come, goes back or waits for somebody.
    """
    theirs = Q(buyer_id__in=actors) | Q(seller_id__in=actors) | Q(host_id__in=actors) | Q(visitor__in=visitors)
    moving = Payment.objects.filter(state=PaymentState.OPEN.value).values("order_id")
    back = Refund.objects.filter(state__in=(RefundState.ASKED, RefundState.FAILED)).values("payment__order_id")
    cases = PaymentCase.objects.filter(closed_at=None, order__isnull=False).values("order_id")
    going = Q(state__in=OPEN_STATES) | Q(id__in=moving) | Q(id__in=back) | Q(id__in=cases)
    rows = Order.objects.unscoped("whoever is to be forgotten").filter(theirs, going).order_by("id")
    return [record_of(row) for row in rows.prefetch_related(*_WHOLE)[:MOST_UNSETTLED]]


def browsers_of(actors: Collection[UUID]) -> set[UUID]:
    """The browsers in which these actors bought while they were signed in."""
    bought = Order.objects.unscoped("whoever is to be forgotten").filter(buyer_id__in=actors)
    return set(bought.values_list("visitor", flat=True).distinct())


def _sales(lines: Iterable[Line]) -> list[SaleLine]:
    rows = list(lines)
    standing = RefundShare.objects.filter(refund__state__in=STANDING_REFUNDS)
    shares = standing.filter(line_id__in=[row.id for row in rows])
    back: defaultdict[UUID, dict[tuple[str, UUID], int]] = defaultdict(dict)
    for line, part, actor, minor in shares.values_list("line_id", "part", "actor_id").annotate(Sum("amount_minor")):
        back[line][part, actor] = minor
    return [_sale(row, back.get(row.id, {})) for row in rows]


def _sale(row: Line, given_back: Mapping[tuple[str, UUID], int]) -> SaleLine:
    order = row.order
    assert order.paid_at is not None
    return SaleLine(
        order_id=OrderId(order.id),
        order_code=order.code,
        state=OrderState(order.state),
        seller=order.seller_id,
        buyer=order.buyer_id,
        show_id=order.show_id,
        currency=order.currency,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        delivered_at=order.delivered_at,
        releasable_at=order.releasable_at,
        released_at=order.released_at,
        line_id=LineId(row.id),
        variant_id=row.variant_id,
        title=row.title,
        variant_title=row.variant_title,
        quantity=row.quantity,
        price_minor=row.price_minor,
        goods_minor=row.goods_minor,
        given_back=given_back,
    )
