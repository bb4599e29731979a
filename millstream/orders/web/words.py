"""Words and tones for states, and the steps of an order on its way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from millstream.kernel.web.formats import format_when
from millstream.logistics.types import EventKind, TimelineStep
from millstream.orders.types import CaseEnd, CaseKind, EndedWhy, OrderRecord, OrderState, PaymentState

STATES: Final[dict[OrderState, Promise]] = {
    OrderState.PLACED: _l("Waiting for payment"),
    OrderState.PAID: _l("Paid"),
    OrderState.DELIVERED: _l("Delivered"),
    OrderState.RELEASED: _l("Completed"),
    OrderState.EXPIRED: _l("Expired"),
    OrderState.CANCELLED: _l("Cancelled"),
    OrderState.REFUNDED: _l("Refunded"),
}
TONES: Final = {
    OrderState.PLACED: "caution",
    OrderState.PAID: "good",
    OrderState.DELIVERED: "good",
    OrderState.RELEASED: "",
    OrderState.EXPIRED: "bad",
    OrderState.CANCELLED: "bad",
    OrderState.REFUNDED: "info",
}
CASES: Final[dict[CaseKind, Promise]] = {
    CaseKind.UNKNOWN_SESSION: _l("Money came in a payment that nobody here opened"),
    CaseKind.WRONG_AMOUNT: _l("Another amount came than was asked; it is being given back"),
    CaseKind.SECOND_PAYMENT: _l("An order was paid twice; the second payment is being given back"),
    CaseKind.LATE_PAYMENT: _l("Money came after the goods were gone; it is being given back"),
    CaseKind.REFUND_FAILED: _l("The gateway refused to give money back"),
    CaseKind.STATEMENT_BREAK: _l("A line of the gateway's statement matches nothing of ours"),
    CaseKind.PARCEL_LOST: _l("A parcel was lost; the buyer gets everything back"),
}
NEXT: Final[dict[CaseKind, Promise]] = {
    CaseKind.UNKNOWN_SESSION: _l("Ask the gateway who paid, have it given back there, and say so here: that books it."),
    CaseKind.WRONG_AMOUNT: _l("Nothing to do unless the refund fails. Look why the gateway took another amount."),
    CaseKind.SECOND_PAYMENT: _l("Nothing to do unless the refund fails. Tell the buyer if they ask."),
    CaseKind.LATE_PAYMENT: _l("Nothing to do unless the refund fails. Offer the buyer something else."),
    CaseKind.REFUND_FAILED: _l(
        "The money waits apart for the buyer. Ask for the refund again, give it back by hand, or let the sale keep it "
        "if the buyer agrees."
    ),
    CaseKind.STATEMENT_BREAK: _l("Compare the line with the gateway's records and ours."),
    CaseKind.PARCEL_LOST: _l(
        "The maker has neither the goods nor the money: settle it with whoever had the parcel last."
    ),
}
ENDS: Final[dict[CaseEnd, Promise]] = {
    CaseEnd.CLOSED: _l("Close the case"),
    CaseEnd.AGAIN: _l("Ask for the refund again"),
    CaseEnd.BY_HAND: _l("It was given back by hand"),
    CaseEnd.KEPT: _l("The sale keeps it"),
    CaseEnd.AT_GATEWAY: _l("The gateway gave it back"),
}
BREAKS: Final[dict[str, Promise]] = {
    "not_ours": _l("We know nothing of it."),
    "other_amount": _l("We have booked another amount."),
    "other_terms": _l("A line with another amount or fee was booked before."),
    "refused": _l("The gateway had refused this refund; its money waits in a case or went another way."),
}
# What happened, for the maker: the money is the platform's to look after.
FOR_SELLER: Final[dict[CaseKind, Promise]] = {
    CaseKind.WRONG_AMOUNT: _l(
        "The buyer paid another amount than was asked; it goes back. The order still waits for its money."
    ),
    CaseKind.SECOND_PAYMENT: _l("The buyer paid twice; the second payment goes back. Nothing for you to do."),
    CaseKind.LATE_PAYMENT: _l("The buyer paid after the goods were gone; the money goes back. Nothing for you to do."),
    CaseKind.REFUND_FAILED: _l(
        "Money could not be given back to the buyer by the gateway; the operator looks after it."
    ),
    CaseKind.PARCEL_LOST: _l(
        "The parcel was lost. The buyer has the money back; the operator settles your loss with whoever had the parcel."
    ),
}
ENDED_WHY: Final[dict[str, Promise]] = {
    EndedWhy.CAME_BACK: _l("The parcel could not be delivered and is with its maker again."),
    EndedWhy.LOST: _l("The parcel was lost on its way."),
}
_PARCEL: Final[dict[EventKind, Promise]] = {
    EventKind.ANNOUNCE: _l("The maker is told to pack"),
    EventKind.PACK: _l("Packed"),
    EventKind.TAKE_IN: _l("Taken in at the station"),
    EventKind.ACCEPT: _l("Handed over"),
    EventKind.CHECK: _l("Checked at the centre"),
    EventKind.HANDOVER_OUT: _l("Handed to the carrier"),
    EventKind.TRACK: _l("On its way"),
    EventKind.DELIVER: _l("Delivered"),
    EventKind.COLLECT: _l("Collected"),
    EventKind.REROUTE: _l("Sent another way"),
    EventKind.RETURN: _l("Going back"),
    EventKind.CANCEL: _l("Called back"),
    EventKind.CASE_OPEN: _l("Something is wrong; somebody looks into it"),
    EventKind.CASE_CLOSE: _l("Looked into"),
}
_PROBLEMS: Final = frozenset({EventKind.CASE_OPEN, EventKind.RETURN, EventKind.CANCEL})


def badge_of(record: OrderRecord) -> dict[str, Any]:
    """The state of an order as a badge."""
    return {"text": STATES[record.state], "tone": TONES[record.state]}


def steps_of(record: OrderRecord, parcel: Sequence[TimelineStep]) -> list[dict[str, Any]]:
    """The whole way of an order: ordered, paid, the parcel's custody, delivered, done."""
    steps = [{"title": _("Ordered"), "state": "done", "at": record.placed_at, "icon": "cart"}, _payment_step(record)]
    steps += [_parcel_step(step) for step in parcel if step.kind in _PARCEL]
    if record.state in (OrderState.PAID, OrderState.DELIVERED, OrderState.RELEASED):
        steps += _last_steps(record)
    if record.refunded_minor:
        note = str(ENDED_WHY.get(record.ended_why, ""))
        steps.append({"title": _("Money given back"), "state": "done", "icon": "money", "note": note})
    return steps


def _payment_step(record: OrderRecord) -> dict[str, Any]:
    if record.paid_at is not None:
        return {"title": _("Paid"), "state": "done", "at": record.paid_at, "icon": "money"}
    if record.state is OrderState.EXPIRED:
        return {"title": _("Not paid in time"), "state": "problem", "note": _("The goods are for sale again.")}
    if record.state is OrderState.CANCELLED:
        return {"title": _("Cancelled"), "state": "problem"}
    until = format_when(record.expires_at)[0]
    note = _("Your goods are kept for you: the time runs out %(until)s.") % {"until": until}
    return {"title": _("Waiting for payment"), "state": "now", "note": note, "icon": "clock"}


def _parcel_step(step: TimelineStep) -> dict[str, Any]:
    return {
        "title": _PARCEL[step.kind],
        "state": "problem" if step.kind in _PROBLEMS else "done",
        "at": step.at,
        "who": step.holder_name,
        "place": step.place,
        "note": step.note,
    }


def _last_steps(record: OrderRecord) -> list[dict[str, Any]]:
    if record.delivered_at is None:
        return [{"title": _("Delivery"), "state": "next"}]
    over: dict[str, Any] = {"title": _("The return window is over"), "state": "next", "icon": "clock"}
    if record.state is OrderState.RELEASED:
        over |= {"state": "done", "at": record.released_at, "icon": "check"}
    else:
        over["note"] = _return_note(record.releasable_at)
    return [{"title": _("Arrived"), "state": "done", "at": record.delivered_at, "icon": "home"}, over]


def _return_note(until: datetime | None) -> str:
    return (
        _("Until then the money waits; it can be sent back %(until)s.") % {"until": format_when(until)[0]}
        if until
        else ""
    )


def return_state(record: OrderRecord) -> str:
    """What the return page tells the sheet around it: paid, refused or waiting."""
    if record.state in (OrderState.PAID, OrderState.DELIVERED, OrderState.RELEASED):
        return "paid"
    if record.state is OrderState.PLACED:
        last = record.payments[-1] if record.payments else None
        return "refused" if last is not None and last.state is PaymentState.DECLINED else "waiting"
    return "refused"
