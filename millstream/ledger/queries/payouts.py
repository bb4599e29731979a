"""Payout batches, their items and their bank file."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from millstream.kernel.ids import short_code
from millstream.kernel.money import to_major
from millstream.kernel.refusals import NotFound
from millstream.kernel.sealing import unseal
from millstream.ledger.models import PayoutAccount, PayoutBatch, PayoutFileTake, PayoutItem
from millstream.ledger.rules.csv_cells import Cell, csv_text
from millstream.ledger.types import (
    BankDetailsMasked,
    FileTaken,
    ItemState,
    PayoutBatchId,
    PayoutBatchRecord,
    PayoutDue,
    PayoutItemId,
    PayoutItemRecord,
)

BATCHES_A_PAGE: Final = 50
MOST_DUE: Final = 1_000
FILE_HEADER: Final = ("record", "number", "reference", "payee", "bank", "account", "amount", "currency", "note")

_DUE = """
SELECT account.owner_id, sum(guard.held_minor) FILTER (WHERE account.purpose = 'payable'),
       coalesce(sum(guard.held_minor) FILTER (WHERE account.purpose = 'debt'), 0), bank.id IS NOT NULL
FROM ledger_guard AS guard
JOIN ledger_account AS account ON account.id = guard.account_id AND account.purpose IN ('payable', 'debt')
LEFT JOIN ledger_payoutaccount AS bank ON bank.owner_id = account.owner_id AND bank.replaced_at IS NULL
WHERE account.currency = %s GROUP BY account.owner_id, bank.id
HAVING sum(guard.held_minor) FILTER (WHERE account.purpose = 'payable') > 0
ORDER BY 2 DESC, 1 LIMIT %s
"""


def payouts_due(currency: str) -> tuple[PayoutDue, ...]:
    """Who has how much to get in a currency, the largest first, and whether their bank is known."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [currency, MOST_DUE])
        return tuple(PayoutDue(owner, int(due), int(debt), payable) for owner, due, debt, payable in cursor.fetchall())


def payout_batch(batch: PayoutBatchId) -> PayoutBatchRecord:
    """One batch with how far it is; refuses an unknown id."""
    found = _batches(PayoutBatch.objects.filter(id=batch))
    if not found:
        raise NotFound(what="payout batch")
    return found[0]


def payout_batches() -> list[PayoutBatchRecord]:
    """The newest batches."""
    return _batches(PayoutBatch.objects.order_by("-made_at", "-id")[:BATCHES_A_PAGE])


def payout_file_takes(batch: PayoutBatchId) -> list[FileTaken]:
    """Who took the bank file of a batch, first to last."""
    rows = PayoutFileTake.objects.filter(batch_id=batch).order_by("taken_at", "id")
    return [FileTaken(row.taken_by, row.taken_at) for row in rows]


def _batches(rows: QuerySet[PayoutBatch]) -> list[PayoutBatchRecord]:
    found = list(rows)
    of_all = PayoutItem.objects.unscoped("sums of a batch name nobody").filter(batch_id__in=[row.id for row in found])
    sums: dict[UUID, dict[str, Any]] = {
        told["batch_id"]: dict(told)
        for told in of_all.values("batch_id").annotate(
            paid=Sum("amount_minor", filter=Q(state=ItemState.PAID), default=0),
            returned=Sum("amount_minor", filter=Q(state=ItemState.RETURNED), default=0),
            waiting=Count("id", filter=Q(state=ItemState.BATCHED)),
        )
    }
    return [_batch_record(row, sums.get(row.id, {})) for row in found]


def _batch_record(row: PayoutBatch, sums: dict[str, Any]) -> PayoutBatchRecord:
    return PayoutBatchRecord(
        id=PayoutBatchId(row.id),
        code=short_code(row.id),
        currency=row.currency,
        made_at=row.made_at,
        made_by=row.made_by,
        items=row.items,
        total_minor=row.total_minor,
        paid_minor=sums.get("paid", 0),
        returned_minor=sums.get("returned", 0),
        waiting=sums.get("waiting", 0),
    )


def payout_items(batch: PayoutBatchId) -> list[PayoutItemRecord]:
    """The items of a batch in the order of its file."""
    rows = PayoutItem.objects.unscoped("the operator sees a whole batch").filter(batch_id=batch)
    return [_item_record(row) for row in rows.select_related("batch", "payout_account").order_by("reference")]


def payout_item(item: PayoutItemId) -> PayoutItemRecord:
    """One item; refuses an unknown id."""
    rows = PayoutItem.objects.unscoped("the caller has said whose").filter(id=item)
    row = rows.select_related("batch", "payout_account").first()
    if row is None:
        raise NotFound(what="payout item")
    return _item_record(row)


def payouts_of(actor: UUID) -> list[PayoutItemRecord]:
    """The newest payouts to an actor."""
    rows = PayoutItem.objects.visible_to(actor).select_related("batch", "payout_account").order_by("-id")
    return [_item_record(row) for row in rows[:BATCHES_A_PAGE]]


def _item_record(row: PayoutItem) -> PayoutItemRecord:
    return PayoutItemRecord(
        id=PayoutItemId(row.id),
        batch_id=PayoutBatchId(row.batch_id),
        reference=row.reference,
        actor=row.owner_id,
        amount_minor=row.amount_minor,
        currency=row.batch.currency,
        state=ItemState(row.state),
        bank=row.payout_account.bank,
        number_ending=row.payout_account.number_ending,
        marked_at=row.marked_at,
        reason=row.reason,
    )


def payout_account(actor: UUID) -> BankDetailsMasked | None:
    """Where an actor is paid, masked; None when it is not known."""
    row = PayoutAccount.objects.visible_to(actor).filter(replaced_at__isnull=True).first()
    return BankDetailsMasked(row.bank, row.number_ending, row.since) if row else None


def payout_file(batch: PayoutBatchId, *, bom: bool = True) -> bytes:
    """The batch as CSV in UTF-8: one row an item, then a `total` row with their count and control sum.

    The rows are checked against the control sums that were fixed when the batch was made.
    """
    made = PayoutBatch.objects.filter(id=batch).first()
    if made is None:
        raise NotFound(what="payout batch")
    rows = PayoutItem.objects.unscoped("a bank file names everybody in it").filter(batch_id=batch)
    items = list(rows.select_related("payout_account").order_by("reference"))
    assert len(items) == made.items, "a batch lost items"
    assert sum(item.amount_minor for item in items) == made.total_minor, "a batch lost money"
    code = short_code(made.id)
    cells: list[Sequence[Cell]] = [_file_row(number, item, made, code) for number, item in enumerate(items, start=1)]
    total = to_major(made.total_minor, made.currency)
    cells.append(("total", made.items, code, "", "", "", total, made.currency, ""))
    return csv_text(FILE_HEADER, cells, bom=bom).encode()


def _file_row(number: int, item: PayoutItem, batch: PayoutBatch, code: str) -> Sequence[Cell]:
    account = item.payout_account
    return (
        "item",
        number,
        item.reference,
        unseal(account.holder),
        account.bank,
        unseal(account.number),
        to_major(item.amount_minor, batch.currency),
        batch.currency,
        f"Millstream {code}",
    )
