"""The door of the ledger."""

from millstream.ledger.actions.end_payout_account import end_payout_account
from millstream.ledger.actions.make_payout_batch import make_payout_batch
from millstream.ledger.actions.mark_batch_paid import mark_batch_paid
from millstream.ledger.actions.mark_payout_item import mark_payout_item
from millstream.ledger.actions.post_entries import post_entries
from millstream.ledger.actions.reverse_entry import reverse_entry
from millstream.ledger.actions.set_payout_account import set_payout_account
from millstream.ledger.actions.settle_debts import settle_debts
from millstream.ledger.actions.take_back import take_back
from millstream.ledger.actions.take_payout_file import take_payout_file
from millstream.ledger.queries.balances import balance, balances_of, subject_balance, trial_balance
from millstream.ledger.queries.checks import check_books
from millstream.ledger.queries.keys import reused_keys
from millstream.ledger.queries.payouts import (
    payout_account,
    payout_batch,
    payout_batches,
    payout_file,
    payout_file_takes,
    payout_item,
    payout_items,
    payouts_due,
    payouts_of,
)
from millstream.ledger.queries.statements import statement, statement_currencies
from millstream.ledger.queries.subjects import earned_by_subject, held_by_subject

__all__ = [
    "balance",
    "balances_of",
    "check_books",
    "earned_by_subject",
    "end_payout_account",
    "held_by_subject",
    "make_payout_batch",
    "mark_batch_paid",
    "mark_payout_item",
    "payout_account",
    "payout_batch",
    "payout_batches",
    "payout_file",
    "payout_file_takes",
    "payout_item",
    "payout_items",
    "payouts_due",
    "payouts_of",
    "post_entries",
    "reused_keys",
    "reverse_entry",
    "set_payout_account",
    "settle_debts",
    "statement",
    "statement_currencies",
    "subject_balance",
    "take_back",
    "take_payout_file",
    "trial_balance",
]
