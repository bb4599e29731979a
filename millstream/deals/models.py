"""Rows of deals, list prices, auctions and bids. Shows and hosts are ids of the context above."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from millstream.deals.types import LONGEST_DEAL, AuctionState, DealEnd, DealKind, DealState
from millstream.kernel.models import Row

GOING = [DealState.PLANNED.value, DealState.OPEN.value]


class Deal(Row):
    """A price below the shop's for a window or a show. What it was agreed on is frozen on it."""

    show_id = models.UUIDField()
    host_id = models.UUIDField()
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey("shops.Variant", models.PROTECT, related_name="+")
    stock_item = models.ForeignKey("shops.StockItem", models.PROTECT, related_name="+", db_index=False)
    pool = models.OneToOneField("shops.Pool", models.PROTECT, null=True, related_name="+")
    seller_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    price_minor = models.BigIntegerField()
    was_minor = models.BigIntegerField()
    floor_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    size = models.PositiveIntegerField(null=True)
    cap = models.PositiveIntegerField(null=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=12, blank=True)
    lowest_30_days = models.BooleanField(default=False)
    title = models.JSONField()
    image = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["show_id", "variant", "kind"], condition=Q(state__in=GOING), name="one_deal_going_in_a_show"
            ),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in DealKind]), name="deal_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DealState]), name="deal_state_known"
            ),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0, price_minor__lt=F("was_minor")), name="deal_price_is_better"
            ),
            models.CheckConstraint(condition=Q(price_minor__gte=F("floor_minor")), name="deal_never_below_floor"),
            models.CheckConstraint(
                condition=Q(size__isnull=True, cap__isnull=True)
                | Q(size__gt=0, cap__isnull=True)
                | Q(size__gt=0, cap__gt=0),
                name="deal_cap_is_of_an_allotment",
            ),
            models.CheckConstraint(
                condition=Q(kind=DealKind.ROOM.value)
                | Q(
                    size__isnull=False,
                    pool__isnull=False,
                    opens_at__isnull=False,
                    closes_at__isnull=False,
                    closes_at__gt=F("opens_at"),
                    closes_at__lte=F("opens_at") + LONGEST_DEAL,
                ),
                name="deal_window_valid",
            ),
            models.CheckConstraint(
                condition=Q(state__in=GOING, ended_at__isnull=True, ended_why="")
                | (~Q(state__in=GOING) & Q(ended_at__isnull=False, ended_why__in=[end.value for end in DealEnd])),
                name="deal_going_or_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state=DealState.OPEN.value) | Q(opened_at__isnull=False), name="open_deal_has_opened"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opens_at"], name="deal_to_open", condition=Q(state=DealState.PLANNED.value)),
            models.Index(fields=["closes_at"], name="deal_to_close", condition=Q(state=DealState.OPEN.value)),
            models.Index(fields=["show_id", "-planned_at"], name="deal_by_show"),
        ]


class ListSpan(models.Model):
    """A shop's price at which a variant was offered to everybody, from when until when (null: still)."""

    id = models.BigAutoField(primary_key=True)
    variant = models.ForeignKey("shops.Variant", models.PROTECT, related_name="+", db_index=False)
    product_id = models.UUIDField()
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["variant"], condition=Q(until__isnull=True), name="one_list_price_at_a_time"
            ),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="list_price_is_positive"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="list_span_valid"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["variant", "since"], name="list_span_of_variant"),
            models.Index(fields=["product_id"], name="list_span_of_product", condition=Q(until__isnull=True)),
        ]


class Auction(Row):
    """One unit of a variant for whom bids most. The figures move under the row's lock, by one batch at a time."""

    show_id = models.UUIDField()
    host_id = models.UUIDField()
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey("shops.Variant", models.PROTECT, related_name="+")
    stock_item = models.ForeignKey("shops.StockItem", models.PROTECT, related_name="+", db_index=False)
    pool = models.OneToOneField("shops.Pool", models.PROTECT, related_name="+")
    seller_id = models.UUIDField()
    state = models.CharField(max_length=10, default=AuctionState.OPEN.value)
    start_minor = models.BigIntegerField()
    floor_minor = models.BigIntegerField(default=0)
    list_minor = models.BigIntegerField()
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    first_closes_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    extend_seconds = models.PositiveSmallIntegerField()
    most_extensions = models.PositiveSmallIntegerField()
    extensions = models.PositiveSmallIntegerField(default=0)
    pay_minutes = models.PositiveSmallIntegerField()
    falls = models.BooleanField()
    has_fallen = models.BooleanField(default=False)
    bids = models.IntegerField(default=0)
    last_at = models.DateTimeField()
    leader = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+", db_index=False)
    leader_name = models.CharField(max_length=40, blank=True)
    head = models.CharField(max_length=64)
    winner = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+", db_index=False)
    winner_visitor = models.UUIDField(null=True)
    winner_name = models.CharField(max_length=40, blank=True)
    won_minor = models.BigIntegerField(null=True)
    offer_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    title = models.JSONField()
    image = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["show_id", "variant"],
                condition=Q(state=AuctionState.OPEN.value),
                name="one_open_auction_in_a_show",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in AuctionState]), name="auction_state_known"
            ),
            models.CheckConstraint(
                condition=Q(start_minor__gt=0, price_minor__gte=F("start_minor")), name="price_not_below_start"
            ),
            models.CheckConstraint(condition=Q(start_minor__gte=F("floor_minor")), name="start_never_below_floor"),
            models.CheckConstraint(
                condition=Q(
                    first_closes_at__gt=F("opened_at"),
                    closes_at__gte=F("first_closes_at"),
                    first_closes_at__lte=F("opened_at") + timedelta(days=1),
                ),
                name="auction_window_valid",
            ),
            models.CheckConstraint(
                condition=Q(extensions__lte=F("most_extensions")), name="auction_extensions_bounded"
            ),
            models.CheckConstraint(
                condition=Q(bids=0, leader__isnull=True) | Q(bids__gt=0, leader__isnull=False),
                name="leader_has_bid",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AuctionState.WON.value, AuctionState.SOLD.value])
                | Q(
                    offer_until__isnull=False,
                    winner__isnull=False,
                    winner_visitor__isnull=False,
                    won_minor__isnull=False,
                    won_minor__gte=F("start_minor"),
                ),
                name="won_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "won"], ended_at__isnull=True)
                | Q(state__in=["sold", "unsold", "cancelled"], ended_at__isnull=False),
                name="auction_going_or_ended",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["closes_at"], name="auction_to_close", condition=Q(state="open")),
            models.Index(fields=["offer_until"], name="auction_to_settle", condition=Q(state="won")),
            models.Index(fields=["variant"], name="auction_won_lot", condition=Q(state="won")),
            models.Index(fields=["show_id", "-opened_at"], name="auction_by_show"),
        ]


class Bidder(models.Model):
    """Somebody who bids in an auction: their number there, and the most that they pay. Secret until the end."""

    id = models.BigAutoField(primary_key=True)
    auction = models.ForeignKey(Auction, models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    visitor = models.UUIDField()
    paddle = models.IntegerField()
    name = models.CharField(max_length=40)
    max_minor = models.BigIntegerField()
    number = models.IntegerField()
    language = models.CharField(max_length=10, db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["auction", "actor"], name="one_bidder_in_an_auction"),
            models.UniqueConstraint(fields=["auction", "paddle"], name="one_bidder_per_paddle"),
            models.CheckConstraint(condition=Q(max_minor__gt=0, paddle__gte=1, number__gte=1), name="bidder_has_bid"),
        ]


class Told(models.Model):
    """What a bidder who may be away was told of an auction.

    A row of its own, written by one handler: bids lock the bidder's row, and nothing beside them does.
    `outbid_number` is the bid of theirs about which they were told that it is beaten.
    """

    id = models.BigAutoField(primary_key=True)
    auction = models.ForeignKey(Auction, models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    outbid_number = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["auction", "actor"], name="told_once_of_an_auction"),
        ]


class Bid(models.Model):
    """One bid that was taken. Never changed; numbers count from 1 without a gap in each auction."""

    id = models.BigAutoField(primary_key=True)
    auction = models.ForeignKey(Auction, models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    actor = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()
    name = models.CharField(max_length=40)
    max_minor = models.BigIntegerField()
    salt = models.CharField(max_length=32)
    seal = models.CharField(max_length=64)
    price_minor = models.BigIntegerField()
    leader_name = models.CharField(max_length=40)
    closes_at = models.DateTimeField()
    extended = models.BooleanField()
    state = models.CharField(max_length=10)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["auction", "number"], name="bid_number_once"),
            models.UniqueConstraint(fields=["auction", "actor", "key"], name="bid_key_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, max_minor__gt=0, price_minor__gt=0), name="bid_is_something"
            ),
            models.CheckConstraint(condition=Q(at__lt=F("closes_at")), name="bid_before_the_close"),
        ]
