"""The REST door: an actor's own balances and statements."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from millstream.kernel.refusals import NotAllowed
from millstream.kernel.settings import conf
from millstream.ledger import api
from millstream.ledger.types import StatementLine
from millstream.ledger.web.explain import explain
from millstream.people.acting import Acting
from millstream.people.api import may_work
from millstream.people.types import Role

router = Router(tags=["money"])

SEES_MONEY = (Role.MAKER, Role.HOST, Role.KEEPER, Role.STAFF)
USUAL_DAYS = 31
MOST_LINES = 500


class BalanceOut(Schema):
    """What one account of the acting actor holds, on its normal side: `payable` is due to them, `debt` they owe."""

    purpose: str
    currency: str
    amount_minor: int


class LineOut(Schema):
    """One line of a statement; positive is to the actor."""

    number: int
    at: datetime
    entry: UUID
    kind: str
    title: str
    why: str
    order: str
    amount_minor: int
    balance_minor: int


class StatementOut(Schema):
    """`opening + in - out = closing`, all in minor units of the currency; `next_after` asks for the next page."""

    actor: UUID
    currency: str
    since: datetime
    until: datetime
    opening_minor: int
    in_minor: int
    out_minor: int
    closing_minor: int
    lines: list[LineOut]
    next_after: int | None


class Asked(Schema):
    """Which statement: the last 31 days and the installation's currency when nothing is said."""

    currency: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    limit: int = 100


def _actor(request: HttpRequest) -> UUID:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    if acting.actor is None or not may_work(acting.roles, SEES_MONEY):
        raise NotAllowed(path=request.path)
    return acting.actor.id


@router.get("/balances", response=list[BalanceOut], summary="What is due to you, and what you owe")
def balances(request: HttpRequest) -> list[dict[str, object]]:
    """The accounts of the acting actor."""
    return [
        {"purpose": held.purpose, "currency": held.currency, "amount_minor": held.amount_minor}
        for held in api.balances_of(_actor(request))
    ]


@router.get("/statements", response=StatementOut, summary="Your statement, every line explained")
def statements(request: HttpRequest, asked: Annotated[Asked, Query()]) -> dict[str, object]:
    """The statement of the acting actor over a period."""
    now: datetime = request.now()  # type: ignore[attr-defined]
    until = _aware(asked.until, now) or now
    since = _aware(asked.since, now) or until - timedelta(days=USUAL_DAYS)
    currency = (asked.currency or conf().currency).upper()
    told = api.statement(
        _actor(request),
        since,
        until,
        currency=currency,
        after=max(asked.after, 0),
        limit=min(max(asked.limit, 1), MOST_LINES),
    )
    return {
        "actor": told.actor,
        "currency": told.currency,
        "since": told.since,
        "until": told.until,
        "opening_minor": told.opening_minor,
        "in_minor": told.in_minor,
        "out_minor": told.out_minor,
        "closing_minor": told.closing_minor,
        "lines": [_line(line, currency) for line in told.lines],
        "next_after": told.next_after,
    }


def _aware(moment: datetime | None, now: datetime) -> datetime | None:
    """A moment without a zone is taken as UTC."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _line(line: StatementLine, currency: str) -> dict[str, object]:
    said = explain(line, currency)
    return {
        "number": line.number,
        "at": line.at,
        "entry": line.entry_id,
        "kind": line.kind,
        "title": said.title,
        "why": said.why,
        "order": said.order,
        "amount_minor": line.amount_minor,
        "balance_minor": line.balance_minor,
    }
