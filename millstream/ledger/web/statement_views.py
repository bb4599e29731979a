"""An actor's own money: statement, CSV, bank details."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from millstream.kernel.money import to_major
from millstream.kernel.settings import conf
from millstream.ledger import api
from millstream.ledger.refusals import BadBankDetails
from millstream.ledger.rules.csv_cells import Cell, csv_text
from millstream.ledger.types import Purpose, Statement, StatementLine
from millstream.ledger.web.explain import explain
from millstream.ledger.web.forms import MISTAKES, BankForm
from millstream.ledger.web.periods import Month, month_named, months_back
from millstream.people.acting import Acting, acting_as
from millstream.people.api import may_work
from millstream.people.types import Role

SEES_MONEY = (Role.MAKER, Role.HOST, Role.KEEPER, Role.STAFF)
SETS_BANK = (Role.OWNER,)
MOST_LINES = 50_000
LONGEST_NUMBER = 9

sees_money = acting_as(roles=SEES_MONEY)


def now_of(request: HttpRequest) -> datetime:
    """The request's one moment."""
    moment: datetime = request.now()  # type: ignore[attr-defined]
    return moment


def acting_of(request: HttpRequest) -> Acting:
    """Who acts, after the guard of the view."""
    acting: Acting = request.acting  # type: ignore[attr-defined]
    return acting


def _actor(request: HttpRequest) -> UUID:
    actor = acting_of(request).actor
    assert actor is not None, "the guard lets nobody past without an actor"
    return actor.id


def desk(request: HttpRequest, here: str) -> dict[str, Any]:
    """What the frame of the money desk needs."""
    acting = acting_of(request)
    ways = [("statement", _("Statement"), "list")]
    if may_work(acting.roles, SETS_BANK):
        ways.append(("bank", _("Bank details"), "key"))
    if acting.is_operator:
        ways = [
            *(ways if acting.actor else []),
            ("payouts", _("Payouts"), "out"),
            ("trial_balance", _("Trial balance"), "chart"),
        ]
    nav = [
        {"label": label, "url": reverse(f"ledger:{name}"), "icon": icon, "current": name == here}
        for name, label, icon in ways
    ]
    return {"desk_nav": nav, "desk_actor": acting.actor.name if acting.actor else _("Operator")}


def _asked(request: HttpRequest) -> tuple[str, Month, int, Sequence[str]]:
    """Currency, month and page that were asked for; anything else gives the usual ones."""
    currencies = api.statement_currencies(_actor(request)) or (conf().currency,)
    wanted = request.GET.get("currency", "")
    currency = wanted if wanted in currencies else (conf().currency if conf().currency in currencies else currencies[0])
    after = request.GET.get("after", "")
    number = int(after) if after.isascii() and after.isdecimal() and len(after) <= LONGEST_NUMBER else 0
    return currency, month_named(request.GET.get("month", ""), now_of(request)), number, currencies


@require_safe
@sees_money
def statement_page(request: HttpRequest) -> HttpResponse:
    """What is due to the acting actor, every line of a month explained."""
    currency, month, after, currencies = _asked(request)
    actor = _actor(request)
    told = api.statement(actor, month.since, month.until, currency=currency, after=after)
    held = {balance.purpose: balance.amount_minor for balance in api.balances_of(actor) if balance.currency == currency}
    query = f"?month={month.code}&currency={currency}"
    found = {
        "desk_title": _("Money"),
        "statement": told,
        "lines": [explain(line, currency) for line in told.lines],
        "currency": currency,
        "currencies": currencies,
        "month": month,
        "months": months_back(now_of(request)),
        "due_minor": held.get(Purpose.PAYABLE, 0),
        "owed_minor": held.get(Purpose.DEBT, 0),
        "clearing_minor": held.get(Purpose.PAYOUT, 0),
        "bank": api.payout_account(actor),
        "may_set_bank": may_work(acting_of(request).roles, SETS_BANK),
        "payouts": api.payouts_of(actor)[:10],
        "first_url": query if after else "",
        "next_url": f"{query}&after={told.next_after}" if told.next_after else "",
        "csv_url": reverse("ledger:statement_csv") + query,
        "is_carriage": held.get(Purpose.CARRIAGE),
    }
    return render(request, "ledger/statement.html", desk(request, "statement") | found)


@require_safe
@sees_money
def statement_csv(request: HttpRequest) -> HttpResponse:
    """The same statement, whole, as CSV for a spreadsheet."""
    currency, month, _after, _currencies = _asked(request)
    told = api.statement(_actor(request), month.since, month.until, currency=currency, limit=MOST_LINES)
    header = (_("date"), _("what"), _("order"), _("why"), _("amount"), _("balance"), _("currency"), _("entry"))
    rows: list[Sequence[Cell]] = [_total_row(_("opening"), month.since, told.opening_minor, told)]
    rows += [_csv_line(line, told) for line in told.lines]
    rows.append(_total_row(_("closing"), min(month.until, now_of(request)), told.closing_minor, told))
    response = HttpResponse(csv_text(header, rows, bom=True).encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statement-{month.code}-{currency}.csv"'
    return response


def _local(moment: datetime) -> str:
    return format_date(timezone.localtime(moment), "Y-m-d H:i:s")


def _csv_line(line: StatementLine, told: Statement) -> Sequence[Cell]:
    said = explain(line, told.currency)
    return (
        _local(line.at),
        said.title,
        said.order,
        said.why,
        to_major(line.amount_minor, told.currency),
        to_major(line.balance_minor, told.currency),
        told.currency,
        str(line.entry_id),
    )


def _total_row(what: str, moment: datetime, minor: int, told: Statement) -> Sequence[Cell]:
    return (_local(moment), what, "", "", "", to_major(minor, told.currency), told.currency, "")


@require_http_methods(["GET", "HEAD", "POST"])
@acting_as(roles=SETS_BANK)
def bank_page(request: HttpRequest) -> HttpResponse:
    """Where the acting actor is paid: the last four characters of it, and a form for another account."""
    actor = _actor(request)
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            api.set_payout_account(actor, form.details(), now=now_of(request))
        except BadBankDetails as refused:
            field = str(refused.facts["field"])
            form.add_error(field, str(MISTAKES[field]))
        else:
            messages.success(request, _("Your bank details are kept. The next payout goes there."))
            return redirect("ledger:bank")
    found = {"desk_title": _("Bank details"), "form": form, "bank": api.payout_account(actor)}
    status = 422 if form.errors else 200
    return render(request, "ledger/bank.html", desk(request, "bank") | found, status=status)
