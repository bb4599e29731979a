"""Rows of gifts and coupons. What the migration adds stands there under the names used here."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from millstream.gifts.types import MOST_PIECES, MOST_WINS, GiftKind
from millstream.kernel.models import Row


class Gift(Row):
    """Coupons, a red packet or a draw of one show. The seed is sealed until the gift is over."""

    show = models.UUIDField()
    host = models.ForeignKey("people.Actor", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    budget_minor = models.BigIntegerField()
    pieces = models.IntegerField()
    taken = models.IntegerField(default=0)
    entries = models.IntegerField(default=0)
    given_minor = models.BigIntegerField(default=0)
    minimum_minor = models.BigIntegerField(default=0)
    most_wins = models.IntegerField()
    verified_only = models.BooleanField(default=False, db_default=False)
    announced_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    usable_until = models.DateTimeField()
    commitment = models.CharField(max_length=64)
    sealed_seed = models.BinaryField()
    seed = models.CharField(max_length=64, blank=True)
    entries_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in GiftKind]), name="gift_kind_known"),
            models.CheckConstraint(
                condition=Q(given_minor__gte=0, given_minor__lte=F("budget_minor")), name="gift_within_its_budget"
            ),
            models.CheckConstraint(
                condition=Q(pieces__gt=0, pieces__lte=MOST_PIECES, taken__gte=0, taken__lte=F("pieces")),
                name="gift_pieces_given_once",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at"), usable_until__gt=F("closes_at")), name="gift_window_valid"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, seed="") | (Q(ended_at__isnull=False) & ~Q(seed="")),
                name="gift_seed_revealed_at_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["show", "id"], name="gift_by_show"),
            models.Index(fields=["closes_at"], name="gift_to_end", condition=Q(ended_at__isnull=True)),
        ]


class Reach(models.Model):
    """Somebody reached for a gift; numbers count from 1 without a gap, in the order of the server."""

    pk = models.CompositePrimaryKey("gift_id", "number")
    gift = models.ForeignKey(Gift, models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    visitor = models.UUIDField()
    buyer_key = models.BinaryField()
    name = models.CharField(max_length=40)
    at = models.DateTimeField()
    amount_minor = models.BigIntegerField(default=0)
    passed_over = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gift", "buyer_key"], name="one_piece_a_person"),
            models.UniqueConstraint(fields=["gift", "visitor"], name="one_piece_a_visitor"),
            models.CheckConstraint(condition=Q(number__gte=1, amount_minor__gte=0), name="reach_counts_from_one"),
        ]


class Wins(models.Model):
    """How many gifts of a show a person has won."""

    pk = models.CompositePrimaryKey("show", "buyer_key")
    show = models.UUIDField()
    buyer_key = models.BinaryField()
    wins = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(wins__gt=0, wins__lte=MOST_WINS), name="wins_within_limit"),
        ]


class Coupon(Row):
    """Money off for one person, once: `used_order` is set by the till that places the order."""

    code = models.CharField(max_length=12, unique=True)
    gift = models.ForeignKey(Gift, models.PROTECT, related_name="+")
    number = models.IntegerField()
    visitor = models.UUIDField()
    buyer_key = models.BinaryField()
    amount_minor = models.BigIntegerField()
    given_at = models.DateTimeField()
    used_order = models.UUIDField(null=True)
    used_minor = models.BigIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gift", "number"], name="one_coupon_a_piece"),
            models.UniqueConstraint(fields=["used_order"], name="one_coupon_an_order"),
            models.CheckConstraint(
                condition=Q(used_order__isnull=True, used_at__isnull=True, used_minor=0)
                | Q(used_order__isnull=False, used_at__isnull=False, used_minor__range=(1, F("amount_minor"))),
                name="coupon_used_once",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="coupon_of_something"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["buyer_key", "-id"], name="coupon_of_person", condition=Q(used_order__isnull=True)),
        ]
