"""What went wrong, whose it is to put right, and by when."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.logistics.models.fields import actor_field, choice_field, holder_kind_field
from millstream.logistics.types import CaseKind, Resolution


class CaseQuerySet(OwnedQuerySet["ExceptionCase"]):
    """Cases as those who must settle them, and those who are liable, see them."""

    def visible_to(self, actor: UUID) -> Self:
        """The cases that this actor owns, is liable for, or reported."""
        return self.filter(Q(owner_id=actor) | Q(liable_id=actor) | Q(site_id=actor))


class ExceptionCase(Row):
    """A difference with an owner, a value and a deadline; exactly one is open for one thing and one kind."""

    kind = choice_field(CaseKind)
    parcel = models.ForeignKey("logistics.Parcel", models.PROTECT, null=True, related_name="cases")
    bag = models.ForeignKey("logistics.Bag", models.PROTECT, null=True, related_name="cases")
    handover = models.ForeignKey("logistics.Handover", models.PROTECT, null=True, related_name="cases")
    scan_id = models.UUIDField(null=True)
    label = models.CharField(max_length=300, blank=True)
    site = actor_field()
    owner = actor_field()
    liable_kind = holder_kind_field(null=True)
    liable_id = models.UUIDField(null=True)
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    deadline_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolution = choice_field(Resolution, blank=True)
    resolved_by = actor_field(null=True)
    note = models.CharField(max_length=400, blank=True)

    objects = OwnedManager["ExceptionCase"].reading(CaseQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parcel", "kind"],
                condition=Q(resolved_at__isnull=True, parcel__isnull=False),
                name="one_open_case_per_parcel_and_kind",
            ),
            models.UniqueConstraint(
                fields=["bag", "kind"],
                condition=Q(resolved_at__isnull=True, bag__isnull=False),
                name="one_open_case_per_bag_and_kind",
            ),
            models.UniqueConstraint(
                fields=["site", "label"],
                condition=Q(resolved_at__isnull=True, kind="unknown_label"),
                name="one_open_case_per_unknown_label",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolution="")
                | (Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(resolution="")),
                name="resolved_case_says_how",
            ),
            models.CheckConstraint(condition=Q(value_minor__gte=0), name="case_value_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "deadline_at"], condition=Q(resolved_at__isnull=True), name="logistics_case_open"
            ),
        ]
