"""Pacts, floor prices, frozen splits. What keeps them true stands in the migration, by the same names."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet

AGREED = ("host", "station", "park", "platform")
PARTS = ("maker", *AGREED, "carriage")


class PactQuerySet(OwnedQuerySet["Pact"]):
    """Pacts; an actor sees those it is a side of, and those that count for everybody."""

    def visible_to(self, actor: UUID) -> Self:
        """Beneficiary, seller or host; or a pact with every seller."""
        sides = Q(beneficiary_id=actor) | Q(seller_id=actor) | Q(host_id=actor)
        return self.filter(sides | Q(seller__isnull=True, host__isnull=True))


class Pact(Row):
    """A part per thousand of sales for somebody. One is in force at a time for a part, seller and host."""

    part = models.TextField()
    beneficiary = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+")
    seller = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+")
    host = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+")
    permille = models.SmallIntegerField()
    agreed_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    version = models.IntegerField()

    objects = OwnedManager.reading(PactQuerySet)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(part__in=AGREED), name="pact_part_is_agreed"),
            models.CheckConstraint(condition=Q(permille__gte=0, permille__lte=1000), name="pact_part_of_whole"),
            models.CheckConstraint(
                condition=Q(beneficiary__isnull=False) | Q(part="host"), name="pact_has_beneficiary"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="pact_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(valid_from__gte=F("agreed_at")), name="pact_counts_from_now_on"),
        )  # pact_one_in_force and pact_only_ends are in the migration


class FloorPriceQuerySet(OwnedQuerySet["FloorPrice"]):
    """Floor prices; their seller and host see them."""

    def visible_to(self, actor: UUID) -> Self:
        """Those of this seller, or of this host."""
        return self.filter(Q(seller_id=actor) | Q(host_id=actor))


class FloorPrice(Row):
    """The lowest price at which a variant may be offered."""

    variant = models.UUIDField()
    seller = models.ForeignKey("people.Actor", models.PROTECT, related_name="+")
    host = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    objects = OwnedManager.reading(FloorPriceQuerySet)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="floor_price_is_positive"),
            models.UniqueConstraint(
                fields=("variant", "host"),
                name="floor_price_one_in_force",
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
            ),
        )


class SplitSheet(models.Model):
    """The money of one line of an order, and when its split was frozen."""

    line_id = models.UUIDField(primary_key=True)
    seller_id = models.UUIDField()
    host_id = models.UUIDField(null=True)
    goods_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(goods_minor__gte=0, delivery_minor__gte=0), name="split_of_something"),
        )


class SplitLine(models.Model):
    """One actor's frozen share of a line's money."""

    pk = models.CompositePrimaryKey("sheet_id", "position")
    sheet = models.ForeignKey(SplitSheet, models.PROTECT, related_name="+", db_index=False)
    position = models.SmallIntegerField()
    part = models.TextField()
    actor = models.ForeignKey("people.Actor", models.PROTECT, related_name="+")
    permille = models.SmallIntegerField()
    base_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    pact = models.ForeignKey(Pact, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(part__in=PARTS), name="split_part_is_known"),
            models.CheckConstraint(condition=Q(permille__gte=0, permille__lte=1000), name="split_part_of_whole"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, amount_minor__lte=F("base_minor")), name="split_within_its_base"
            ),
            models.CheckConstraint(
                condition=Q(pact__isnull=False, part__in=AGREED) | Q(pact__isnull=True, part__in=("maker", "carriage")),
                name="split_names_its_pact",
            ),
            models.UniqueConstraint(fields=("sheet", "part"), name="split_part_once"),
        )
