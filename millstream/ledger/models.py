"""Accounts, entries, postings, payouts. What keeps them true stands in the migration, by the same names."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.ledger.types import ItemState

CURRENCY = 3


class AccountQuerySet(OwnedQuerySet["Account"]):
    """Accounts; an actor sees their own."""

    def visible_to(self, actor: UUID) -> Self:
        """The accounts of this actor."""
        return self.filter(owner_id=actor)


class Account(Row):
    """A pot of money with a purpose; its id follows from purpose, owner and currency (`rules.accounts`)."""

    purpose = models.TextField()
    owner = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=CURRENCY)
    kind = models.CharField(max_length=1)
    guard = models.TextField()
    custodian = models.TextField(default="")
    opened_at = models.DateTimeField()

    objects = OwnedManager.reading(AccountQuerySet)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("purpose", "owner", "currency"), name="ledger_one_account", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="ledger_currency_is_iso"),
        )  # ledger_account_follows_plan is in the migration


class Entry(Row):
    """Something that happened to money, once: postings that sum to zero. Never edited, never deleted."""

    kind = models.TextField()
    key = models.TextField()
    request_hash = models.BinaryField()
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField()
    source_kind = models.TextField()
    source_id = models.UUIDField()
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    memo = models.TextField(default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("key",), name="ledger_key_once"),
            models.UniqueConstraint(
                fields=("reverses",), name="ledger_reversed_once", condition=Q(reverses__isnull=False)
            ),
        )
        indexes = (models.Index(fields=("source_id",), name="ledger_entry_source"),)


class Posting(models.Model):
    """One side of an entry: debit positive, credit negative."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    subject = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    posted_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_posting_is_not_zero"),)
        indexes = (
            models.Index(fields=("entry",), name="ledger_posting_entry"),
            models.Index(
                fields=("account", "posted_at", "id"), include=("amount_minor",), name="ledger_posting_account"
            ),
            models.Index(fields=("subject",), name="ledger_posting_subject", condition=Q(subject__isnull=False)),
        )


class Guard(models.Model):
    """What a guarded account holds (for one subject, or for all: the zero UUID), kept by the postings' trigger."""

    pk = models.CompositePrimaryKey("account_id", "subject")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    subject = models.UUIDField()
    held_minor = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(held_minor__gte=0), name="ledger_never_overdrawn"),)


class PayoutAccountQuerySet(OwnedQuerySet["PayoutAccount"]):
    """Bank details; an actor sees their own."""

    def visible_to(self, actor: UUID) -> Self:
        """The bank details of this actor, past ones too."""
        return self.filter(owner_id=actor)


class PayoutAccount(Row):
    """Where an actor is paid, sealed. A change is a new row, so a batch keeps what it was made with."""

    owner = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    holder = models.BinaryField()
    bank = models.TextField()
    number = models.BinaryField()
    number_ending = models.CharField(max_length=4)
    since = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    objects = OwnedManager.reading(PayoutAccountQuerySet)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("owner",), name="ledger_one_payout_account", condition=Q(replaced_at__isnull=True)
            ),
        )
        indexes = (models.Index(fields=("owner", "since"), name="ledger_payout_account_owner"),)


class PayoutBatch(Row):
    """Items sent to a bank in one file; `items` and `total_minor` are the control sums, checked at commit."""

    currency = models.CharField(max_length=CURRENCY)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    items = models.IntegerField()
    total_minor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(items__gt=0, total_minor__gt=0), name="ledger_batch_is_not_empty"),
        )
        indexes = (models.Index(fields=("made_at",), name="ledger_batch_made"),)


class PayoutFileTake(Row):
    """Somebody took the bank file of a batch, with bank details in clear; never edited."""

    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="+")
    taken_by = models.UUIDField()
    taken_at = models.DateTimeField()


class PayoutItemQuerySet(OwnedQuerySet["PayoutItem"]):
    """Payout items; an actor sees their own."""

    def visible_to(self, actor: UUID) -> Self:
        """The payouts to this actor."""
        return self.filter(owner_id=actor)


class PayoutItem(Row):
    """One actor's money in a batch; its entry moved it out of what is due, so no other batch can hold it."""

    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    payout_account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="+", db_index=False)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    reference = models.TextField()
    amount_minor = models.BigIntegerField()
    state = models.TextField(default=ItemState.BATCHED.value)
    marked_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")

    objects = OwnedManager.reading(PayoutItemQuerySet)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_item_is_positive"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ItemState]), name="ledger_item_state"
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.BATCHED.value, marked_at__isnull=True)
                | (~Q(state=ItemState.BATCHED.value) & Q(marked_at__isnull=False)),
                name="ledger_item_marked",
            ),
            models.UniqueConstraint(fields=("batch", "owner"), name="ledger_item_once_a_batch"),
            models.UniqueConstraint(fields=("reference",), name="ledger_item_reference"),
        )
        indexes = (models.Index(F("owner"), F("id").desc(), name="ledger_item_owner"),)
