"""What all contexts say when a person wants to be forgotten: what still needs them, and what goes with them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from millstream.deals.api import lots_at_stake
from millstream.kernel.templatetags.millstream import money
from millstream.kernel.texts import localised
from millstream.kernel.web.formats import format_when
from millstream.ledger.api import balances_of, end_payout_account
from millstream.ledger.types import Purpose
from millstream.live import api as live
from millstream.live.types import ShowState
from millstream.logistics.api import parcels_going_to, runs
from millstream.logistics.types import RunState
from millstream.notices import api as notices
from millstream.orders.api import browsers_of, order_path, unsettled_orders
from millstream.orders.api import order as order_of
from millstream.orders.types import OrderRecord, OrderState, PaymentState
from millstream.people.ports import Leaving
from millstream.people.types import ActorId, PersonRecord, UnderWay
from millstream.shops.api import goods_on_sale

NOBODY = ActorId(UUID(int=0))
DRIVING = (RunState.PLANNED, RunState.RELEASED, RunState.DEPARTED, RunState.RETURNED)


def bought_in(actors: Sequence[UUID]) -> set[UUID]:
    """The browsers in which these actors bought."""
    return browsers_of(actors)


def under_way(person: PersonRecord, *, now: datetime) -> Sequence[UnderWay]:
    """Shows, orders, parcels, lots, runs, money and goods that still need a person; what presses most first."""
    actors = person.answers_for
    return [
        *_shows(actors),
        *_runs(actors),
        *_orders(actors, person.visitors, now),
        *_parcels(actors),
        *_lots(actors, now),
        *_goods(person.answers_for),
        *_money(actors),
    ]


def forget_person(leaving: Leaving, *, now: datetime) -> None:
    """Erase wishes, notices and letters, what was said and followed; nobody is paid any more."""
    actors = [actor.id for actor in leaving.actors]
    for address in leaving.addresses:
        notices.forget_address(address, now=now)
    for actor in actors or [NOBODY]:  # an account that never acted has browsers all the same
        notices.forget_person(actor, addresses=(), visitors=leaving.visitors, now=now)
    for actor in actors:
        end_payout_account(actor, now=now)
    live.forget_person(actors, visitors=leaving.visitors, addresses=leaving.addresses, now=now)


def _shows(actors: Collection[UUID]) -> Iterator[UnderWay]:
    shows = [show for actor in actors for show in live.shows_of(actor)]
    for show in shows:
        if show.state is ShowState.LIVE:
            what = _("Your show “{title}” is live.").format(title=localised(show.title))
            yield UnderWay(what, _("End it first."), "/studio/")
    for show in shows:
        if show.state is ShowState.PLANNED:
            what = _("Your show “{title}” is planned, and people may wait for it.").format(title=localised(show.title))
            yield UnderWay(what, _("Call it off first."), "/studio/")


def _runs(actors: Collection[UUID]) -> Iterator[UnderWay]:
    for actor in actors:
        for run in runs(reader=actor, states=DRIVING):
            if run.driver_id != actor:
                continue
            what = _("You drive run {code}.").format(code=run.code)
            yield UnderWay(what, _("Finish it, or ask the centre to give it to somebody else."), "/runs/")


def _orders(actors: Collection[UUID], visitors: Collection[UUID], now: datetime) -> Iterator[UnderWay]:
    for order in unsettled_orders(actors, visitors):
        bought = order.seller not in actors and order.host not in actors
        yield (_bought(order, now) if bought else _sold(order))


def _bought(order: OrderRecord, now: datetime) -> UnderWay:
    url, code = order_path(order.id, order.code), order.code
    if order.state is OrderState.PLACED:
        return UnderWay(_("Order {code} waits to be paid.").format(code=code), _("Pay it, or call it off."), url)
    if order.state is OrderState.PAID:
        what = _("Order {code} is on its way, and its parcel needs your address.").format(code=code)
        return UnderWay(what, _("Come back when it has arrived."), url)
    if order.state is OrderState.DELIVERED:
        what = _("You may still give order {code} back, and its money is held until then.").format(code=code)
        until = order.releasable_at
        after = _("Come back after {until}.").format(until=format_when(until, now)[1]) if until else _later()
        return UnderWay(what, after, url)
    if any(payment.state is PaymentState.OPEN for payment in order.payments):
        return UnderWay(_("A payment for order {code} may still arrive.").format(code=code), _later(), url)
    return UnderWay(_("Money of order {code} is still on its way.").format(code=code), _later(), url)


def _sold(order: OrderRecord) -> UnderWay:
    what = _("Order {code}, in which you have a part, is not over.").format(code=order.code)
    return UnderWay(what, _("Come back when it is delivered and its money is released."), "/money/")


def _later() -> str:
    return _("Come back in some hours; if it is still so then, ask whoever runs this town.")


def _parcels(actors: Collection[UUID]) -> Iterator[UnderWay]:
    """Of orders that are given back, too; the parcel of one that has arrived needs nobody any more."""
    for parcel in parcels_going_to(actors):
        if order_of(parcel.order_id).state in (OrderState.DELIVERED, OrderState.RELEASED):
            continue
        what = _("A parcel of order {code} is on its way.").format(code=parcel.order_code)
        yield UnderWay(what, _("Come back when it has arrived."), "/orders/")


def _lots(actors: Collection[UUID], now: datetime) -> Iterator[UnderWay]:
    for lot in lots_at_stake(actors, now=now):
        what = _("You bid most for “{title}”.").format(title=localised(lot.title))
        yield UnderWay(what, _("Buy it when you have won it, or come back when the auction is over."))


def _goods(actors: Collection[ActorId]) -> Iterator[UnderWay]:
    count = goods_on_sale(actors)
    if count:
        what = ngettext(
            "{n} product is on sale where nobody but you works.",
            "{n} products are on sale where nobody but you works.",
            count,
        ).format(n=count)
        yield UnderWay(what, _("Take them off sale first, or let somebody else join."), "/desk/shop/products/")


def _money(actors: Collection[UUID]) -> Iterator[UnderWay]:
    for actor in actors:
        for held in balances_of(actor):
            if held.amount_minor == 0:
                continue
            amount = money(abs(held.amount_minor), held.currency)
            if held.purpose == Purpose.DEBT:
                what = _("You owe {amount}.")
                then = _("It is settled with your next sales; ask whoever runs this town.")
            else:
                what = _("{amount} is yours and not paid out.")
                then = _("Give your bank details and wait for the payout.")
            yield UnderWay(what.format(amount=amount), then, "/money/")
