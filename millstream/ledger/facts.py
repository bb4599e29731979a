"""What the ledger tells the world. Entries are not told one by one: there are too many."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class PayoutBatched(Fact):
    """A payout batch was made: so many items, so much in all."""

    kind: ClassVar[str] = "ledger.payout_batched"
    subject_field: ClassVar[str] = "batch"

    batch: UUID
    made_by: UUID
    currency: str
    items: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class PayoutFileTaken(Fact):
    """Somebody took the bank file of a batch, and with it saw bank details in clear."""

    kind: ClassVar[str] = "ledger.payout_file_taken"
    subject_field: ClassVar[str] = "batch"

    batch: UUID
    taken_by: UUID


@dataclass(frozen=True, slots=True)
class PayoutPaid(Fact):
    """A payout reached its actor."""

    kind: ClassVar[str] = "ledger.payout_paid"
    subject_field: ClassVar[str] = "item"

    item: UUID
    batch: UUID
    actor: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PayoutReturned(Fact):
    """The bank sent a payout back; its amount is due again."""

    kind: ClassVar[str] = "ledger.payout_returned"
    subject_field: ClassVar[str] = "item"

    item: UUID
    batch: UUID
    actor: UUID
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class PayoutAccountSet(Fact):
    """An actor said where to be paid; the details themselves stay sealed."""

    kind: ClassVar[str] = "ledger.payout_account_set"
    subject_field: ClassVar[str] = "actor"

    actor: UUID
    payout_account: UUID
