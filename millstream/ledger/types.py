"""The ledger's ids, enums and records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
EntryId = NewType("EntryId", UUID)
PayoutBatchId = NewType("PayoutBatchId", UUID)
PayoutItemId = NewType("PayoutItemId", UUID)


class Purpose(StrEnum):
    """What an account is for; `rules.accounts.PLAN` says the kind and the guard of each."""

    GATEWAY = "gateway"
    GATEWAY_FEE = "gateway_fee"
    BANK = "bank"
    ESCROW = "escrow"
    PAYABLE = "payable"
    CARRIAGE = "carriage"
    PAYOUT = "payout"
    UNALLOCATED = "unallocated"
    DEBT = "debt"


class EntryKind(StrEnum):
    """What happened to the money. Statements have a sentence for each of these."""

    CAPTURE = "capture"
    LATE_CAPTURE = "late_capture"
    RELEASE = "release"
    REFUND = "refund"
    LATE_REFUND = "late_refund"
    REFUND_REFUSED = "refund_refused"
    REFUND_BY_HAND = "refund_by_hand"
    REFUND_KEPT = "refund_kept"
    SETTLEMENT = "settlement"
    DEBT_SETTLED = "debt_settled"
    PAYOUT_BATCHED = "payout_batched"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_RETURNED = "payout_returned"
    REVERSAL = "reversal"


class ItemState(StrEnum):
    """Where a payout item is: on its way, arrived, or sent back by the bank and due again."""

    BATCHED = "batched"
    PAID = "paid"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account by what it is for: it is opened when the first posting comes."""

    purpose: str
    owner: UUID | None
    currency: str


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """One side of an entry: debit is positive, credit negative, in minor units of the account's currency.

    `subject` is the order (or payment) that the money belongs to; `detail` explains the line on a statement.
    """

    account: AccountKey
    amount_minor: int
    subject: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to be posted. `key` says what it is once and for all: `capture:<payment>`, `release:<order>`."""

    id: UUID
    kind: str
    key: str
    occurred_at: datetime
    source_kind: str
    source_id: UUID
    postings: tuple[PostingDraft, ...]
    memo: str = ""
    reverses: UUID | None = None


@dataclass(frozen=True, slots=True)
class EntryPosted:
    """The entry that stands under a key; `existed` when an earlier call had posted it."""

    id: EntryId
    key: str
    existed: bool


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Money to be taken back from an actor after release: their own part of a refund."""

    actor: UUID
    amount_minor: int
    currency: str
    subject: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnedBalance:
    """What one account of an actor holds, on its normal side: positive is what the account is meant to hold."""

    purpose: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TrialLine:
    """The sum of one purpose in one currency; debit positive."""

    purpose: str
    kind: str
    currency: str
    accounts: int
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit less credit."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting as its owner sees it: positive is to them. `detail` holds what explains it."""

    number: int
    at: datetime
    entry_id: UUID
    kind: str
    purpose: str
    amount_minor: int
    balance_minor: int
    subject: UUID | None
    detail: Mapping[str, Any]
    memo: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What is due to an actor over a period: `opening + in - out = closing`, whatever page of lines is shown."""

    actor: UUID
    currency: str
    since: datetime
    until: datetime
    opening_minor: int
    in_minor: int
    out_minor: int
    lines: tuple[StatementLine, ...]
    next_after: int | None

    @property
    def closing_minor(self) -> int:
        """What is due at the end of the period."""
        return self.opening_minor + self.in_minor - self.out_minor


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where an actor is paid, in clear; only for whoever may see it."""

    holder: str
    bank: str
    number: str


@dataclass(frozen=True, slots=True)
class BankDetailsMasked:
    """Where an actor is paid, as far as it may be shown."""

    bank: str
    number_ending: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PayoutDue:
    """What one actor has to get now; `payable` when their bank details are known."""

    actor: UUID
    amount_minor: int
    debt_minor: int
    payable: bool


@dataclass(frozen=True, slots=True)
class FileTaken:
    """Who took the bank file of a batch, and when."""

    taken_by: UUID
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class PayoutBatchRecord:
    """A payout batch: the items, their count and their control sum were fixed when it was made."""

    id: PayoutBatchId
    code: str
    currency: str
    made_at: datetime
    made_by: UUID
    items: int
    total_minor: int
    paid_minor: int
    returned_minor: int
    waiting: int


@dataclass(frozen=True, slots=True)
class PayoutItemRecord:
    """One actor's money in a batch."""

    id: PayoutItemId
    batch_id: PayoutBatchId
    reference: str
    actor: UUID
    amount_minor: int
    currency: str
    state: ItemState
    bank: str
    number_ending: str
    marked_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in the books that is not as promised: where, what the promise is, what stands there."""

    where: str
    promise: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: {self.promise}: expected {self.expected}, found {self.found}"
