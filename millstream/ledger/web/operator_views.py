"""The operator's money: payout batches, the bank's file, the trial balance."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.refusals import NotFound, Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.ledger import api
from millstream.ledger.types import ItemState, PayoutBatchId, PayoutDue, PayoutItemId, PayoutItemRecord, TrialLine
from millstream.ledger.web.explain import PURPOSES
from millstream.ledger.web.forms import MarkForm
from millstream.ledger.web.statement_views import acting_of, desk, now_of
from millstream.people.acting import acting_as
from millstream.people.api import actors
from millstream.people.types import ActorId, ActorRecord

operators_only = acting_as(operator=True)


@require_http_methods(["GET", "HEAD", "POST"])
@operators_only
def payouts_page(request: HttpRequest) -> HttpResponse:
    """Who has what to get, the batches made so far, and one button that makes the next."""
    currency = conf().currency
    if request.method == "POST":
        return _make(request, currency, now_of(request))
    due = api.payouts_due(currency)
    names = actors(one.actor for one in due)
    ready = [one for one in due if one.payable]
    found = {
        "desk_title": _("Payouts"),
        "due": [_due_row(one, names) for one in due],
        "ready_minor": sum(one.amount_minor for one in ready),
        "ready": len(ready),
        "waiting": len(due) - len(ready),
        "currency": currency,
        "batches": api.payout_batches(),
    }
    return render(request, "ledger/payouts.html", desk(request, "payouts") | found)


def _make(request: HttpRequest, currency: str, now: datetime) -> HttpResponse:
    acting = acting_of(request)
    maker = acting.actor_id or acting.user_id
    assert maker is not None, "an operator is somebody"
    try:
        batch = api.make_payout_batch(currency=currency, made_by=maker, now=now)
    except Refusal as refusal:
        said = say(refusal)
        messages.warning(request, f"{said.what} {said.next}")
        return redirect("ledger:payouts")
    made = ngettext("A batch with {count} payout was made.", "A batch with {count} payouts was made.", batch.items)
    messages.success(request, made.format(count=batch.items))
    return redirect("ledger:payout_batch", batch.id)


def _due_row(one: PayoutDue, names: Mapping[ActorId, ActorRecord]) -> dict[str, Any]:
    return {
        "name": names[ActorId(one.actor)].name,
        "minor": one.amount_minor,
        "debt": one.debt_minor,
        "payable": one.payable,
    }


@require_safe
@operators_only
def batch_page(request: HttpRequest, batch: UUID) -> HttpResponse:
    """One batch: its file, its items, and what the bank did with each."""
    made = api.payout_batch(PayoutBatchId(batch))
    items = api.payout_items(made.id)
    found = {
        "desk_title": _("Payout batch {code}").format(code=made.code),
        "batch": made,
        "items": _item_rows(items),
        "takes": _takes(made.id),
    }
    return render(request, "ledger/payout_batch.html", desk(request, "payouts") | found)


def _takes(batch: PayoutBatchId) -> list[dict[str, Any]]:
    takes = api.payout_file_takes(batch)
    names = actors(ActorId(take.taken_by) for take in takes)
    found = [(take, names.get(ActorId(take.taken_by))) for take in takes]
    return [{"at": take.taken_at, "name": actor.name if actor else None, "id": take.taken_by} for take, actor in found]


def _item_rows(items: Iterable[PayoutItemRecord]) -> list[dict[str, Any]]:
    told = list(items)
    names = actors(item.actor for item in told)
    return [{"item": item, "name": names[ActorId(item.actor)].name, "state": _said(item.state)} for item in told]


def _said(state: ItemState) -> dict[str, str]:
    return {
        ItemState.BATCHED: {"text": _("on its way"), "tone": "info"},
        ItemState.PAID: {"text": _("paid"), "tone": "good"},
        ItemState.RETURNED: {"text": _("returned, due again"), "tone": "caution"},
    }[state]


@require_POST
@operators_only
def batch_file(request: HttpRequest, batch: UUID) -> HttpResponse:
    """The bank's file; taking it is recorded, since bank details stand in it in clear."""
    acting = acting_of(request)
    taker = acting.actor_id or acting.user_id
    assert taker is not None, "an operator is somebody"
    made = api.payout_batch(PayoutBatchId(batch))
    file = api.take_payout_file(made.id, taken_by=taker, bom=request.POST.get("bom") != "0", now=now_of(request))
    response = HttpResponse(file, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="payout-{made.code}-{made.currency}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@operators_only
def mark_item(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Mark one payout as paid, or as returned with the bank's reason."""
    form = MarkForm(request.POST)
    if not form.is_valid():
        raise NotFound(what="payout item")
    told = form.cleaned_data
    item = PayoutItemId(told["item"])
    if api.payout_item(item).batch_id != batch:
        raise NotFound(what="payout item")
    api.mark_payout_item(item, ItemState(told["state"]), now=now_of(request), reason=told["reason"])
    return redirect("ledger:payout_batch", batch)


@require_POST
@operators_only
def mark_batch(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Mark everything of a batch that is still on its way as paid."""
    count = api.mark_batch_paid(PayoutBatchId(batch), now=now_of(request))
    said = ngettext("{count} payout was marked as paid.", "{count} payouts were marked as paid.", count)
    messages.success(request, said.format(count=count))
    return redirect("ledger:payout_batch", batch)


@require_safe
@operators_only
def trial_balance_page(request: HttpRequest) -> HttpResponse:
    """Every purpose with its debits and credits; with `?check=1` every promise of the books is looked at too."""
    lines = api.trial_balance()
    asked = request.GET.get("check") == "1"
    found = {
        "desk_title": _("Trial balance"),
        "currencies": _by_currency(lines),
        "checked": asked,
        "differences": api.check_books() if asked else [],
    }
    return render(request, "ledger/trial_balance.html", desk(request, "trial_balance") | found)


def _by_currency(lines: Iterable[TrialLine]) -> list[dict[str, Any]]:
    found: dict[str, list[TrialLine]] = {}
    for line in lines:
        found.setdefault(line.currency, []).append(line)
    return [
        {
            "currency": currency,
            "rows": [{"line": line, "name": PURPOSES.get(line.purpose, line.purpose)} for line in of_one],
            "debit": sum(line.debit_minor for line in of_one),
            "credit": sum(line.credit_minor for line in of_one),
        }
        for currency, of_one in found.items()
    ]
