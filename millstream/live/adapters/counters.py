"""Answers asks over the socket: buys by the till, bids by the auctions, grabs by the gifts; a batch at a time."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import translation
from django.utils.translation import gettext
from psycopg_pool import PoolTimeout

from millstream.deals.api import place_bids
from millstream.deals.types import MOST_BIDS_AT_ONCE, BidAnswer, BidAsk
from millstream.gifts.api import grab_gifts
from millstream.gifts.types import MOST_GRABS_AT_ONCE, GiftId, GrabAsk, Grabbed
from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say as say_refusal
from millstream.live.refusals.talk import ContactNeeded, CounterBusy
from millstream.live.room.bounds import ASKS_AT_ONCE
from millstream.live.room.counter import Answer, Asked, plug_counter
from millstream.orders.api import order_path, pay_path, till
from millstream.orders.refusals import PriceChanged
from millstream.orders.types import OrderId, OrderPlaced, OrderWish, PaymentId
from millstream.people.api import buyer_key, on_file
from millstream.people.types import ContactKind

log = logging.getLogger(__name__)

AWAY: Final = (OperationalError, InterfaceError, PoolTimeout, OSError)
RETRY_SECONDS: Final = 2

type OnFile = Mapping[UUID, tuple[str, str, bool]]


def plug_counters() -> None:
    """Let room servers sell, take bids and give gifts."""
    plug_counter("buy", buy, at_once=ASKS_AT_ONCE)
    plug_counter("bid", bid, at_once=MOST_BIDS_AT_ONCE)
    plug_counter("grab", grab, at_once=MOST_GRABS_AT_ONCE)


async def buy(asked: Sequence[Asked]) -> list[Answer]:
    """Put each buy to the till, with the contact that its visitor has on file."""
    known = await _beside(lambda: on_file({one.visitor for one in asked}))
    return list(await asyncio.gather(*(_buy_one(one, known) for one in asked)))


async def _buy_one(asked: Asked, known: OnFile) -> Answer:
    contact = known.get(asked.visitor)
    if contact is None or not contact[2]:
        return ContactNeeded()
    try:
        return _bought(await till.submit_async(_wish(asked, contact[0], contact[1])))
    except PriceChanged as changed:
        return _repriced(changed, asked.language)
    except Refusal as refusal:
        return refusal
    except Exception:
        log.exception("a buy over the socket could not be placed")
        return CounterBusy(retry_after=RETRY_SECONDS)


def _wish(asked: Asked, kind: str, contact: str) -> OrderWish:
    """The wish of a socket's visitor: only what, how many, and the price seen are the viewer's words."""
    ask = asked.ask
    body = json.dumps([str(ask.variant), ask.quantity, str(asked.show), contact, ask.coupon])
    return OrderWish(
        order_id=OrderId(new_id()),
        payment_id=PaymentId(new_id()),
        visitor=asked.visitor,
        key=sha256(ask.key.encode()).digest(),
        body=sha256(body.encode()).digest(),
        contact_kind=ContactKind(kind),
        contact=contact,
        name="",
        address=None,
        variant_id=ask.variant,
        quantity=ask.quantity,
        language=asked.language,
        show_id=asked.show,
        price_seen_minor=ask.seen_minor,
        buyer_id=asked.actor,
        coupon=ask.coupon,
    )


def _bought(placed: OrderPlaced) -> dict[str, Any]:
    origin = conf().public_origin
    return {
        "code": placed.code,
        "total_minor": placed.total_minor,
        "currency": placed.currency,
        "pay_url": origin + pay_path(placed.order_id),
        "order_url": origin + order_path(placed.order_id, placed.code),
    }


def _repriced(changed: PriceChanged, language: str) -> dict[str, Any]:
    """No, and what it costs instead: the card shows it, and the next press buys at it."""
    with translation.override(language):
        said = say_refusal(changed)
    text = f"{said.what} {said.next}".strip()
    return {"t": "refused", "code": changed.code, "text": text, "price_minor": changed.facts["price_minor"]}


async def bid(asked: Sequence[Asked]) -> list[Answer]:
    """Put bids to their auctions in one transaction."""
    asks = [
        BidAsk(one.ask.auction, one.visitor, one.ask.key, one.ask.max_minor, one.actor, one.language) for one in asked
    ]
    answers = await _beside(lambda: place_bids(asks, now=read_now()))
    return [answer if isinstance(answer, Refusal) else _told_bid(answer) for answer in answers]


def _told_bid(answer: BidAnswer) -> dict[str, Any]:
    return {
        "auction": str(answer.auction),
        "state": answer.state.value,
        "you": answer.you,
        "your_max_minor": answer.your_max_minor,
        "price_minor": answer.price_minor,
        "next_minor": answer.next_minor,
        "currency": answer.currency,
    }


async def grab(asked: Sequence[Asked]) -> list[Answer]:
    """Put grabs to their gifts in one transaction; the contact on file is by whom a person is known."""
    answers = await _beside(lambda: _grab(asked))
    return [
        answer if isinstance(answer, Refusal) else _told_grab(answer, one.language)
        for one, answer in zip(asked, answers, strict=True)
    ]


def _grab(asked: Sequence[Asked]) -> Sequence[Grabbed | Refusal]:
    known = on_file({one.visitor for one in asked})
    asks = []
    for one in asked:
        contact = known.get(one.visitor)
        key = buyer_key(contact[1]) if contact else None
        proved = bytes.fromhex(one.person) or None
        asks.append(GrabAsk(GiftId(one.ask.gift), one.visitor, key, one.name, proved))
    return grab_gifts(asks, now=read_now())


def _told_grab(answer: Grabbed, language: str) -> dict[str, Any]:
    with translation.override(language):
        if answer.won:
            text = gettext("It is yours.")
        elif answer.coupon or answer.amount_minor:
            text = gettext("You had it already.")
        else:
            text = gettext("You are number {number}.").format(number=answer.number)
    told: dict[str, Any] = {"gift": str(answer.gift), "won": answer.won, "number": answer.number, "text": text}
    if answer.amount_minor:
        told |= {"amount_minor": answer.amount_minor, "currency": answer.currency}
    return {**told, "coupon": answer.coupon} if answer.coupon else told


async def _beside[T](work: Callable[[], T]) -> T:
    """The work's result, from a thread of its own; a database that is away is a refusal."""
    return await asyncio.to_thread(_guarded, work)


def _guarded[T](work: Callable[[], T]) -> T:
    try:
        close_old_connections()
        return work()
    except AWAY as away:
        connection.close()
        raise CounterBusy(retry_after=RETRY_SECONDS) from away
    finally:
        connection.close()
