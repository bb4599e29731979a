"""Orders, their lines, the attempts to pay them, and what went wrong with money."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.orders.types import CaseKind, OrderState, PaymentState, RefundState

UNPAID = (OrderState.PLACED, OrderState.EXPIRED)
AFTER_DELIVERY = (OrderState.DELIVERED, OrderState.RELEASED)


class OrderQuerySet(OwnedQuerySet["Order"]):
    """Orders as their buyer and their seller see them."""

    def visible_to(self, actor: object) -> "OrderQuerySet":
        """The orders that this actor bought or sells."""
        return self.filter(Q(buyer_id=actor) | Q(seller_id=actor))


class Order(Row):
    """What a buyer agreed with one seller. The contact is no foreign key: erasing a person removes contacts."""

    code = models.TextField()
    buyer = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    visitor = models.UUIDField()
    seller = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    contact_id = models.UUIDField()
    address = models.ForeignKey("people.Address", models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(db_default=0)
    weight_grams = models.IntegerField()
    state = models.TextField(db_default=OrderState.PLACED.value)
    show_id = models.UUIDField(null=True)
    host = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+", db_index=False)
    language = models.TextField()
    key = models.BinaryField()
    body = models.BinaryField()
    return_window_seconds = models.IntegerField()
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    releasable_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(db_default="")

    objects = OwnedManager.reading(OrderQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="order_code_once"),
            models.UniqueConstraint(fields=["visitor", "key"], name="one_order_per_key"),
            models.CheckConstraint(
                condition=Q(
                    goods_minor__gt=0, delivery_minor__gte=0, total_minor=F("goods_minor") + F("delivery_minor")
                ),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("total_minor")),
                name="refunded_not_more_than_paid",
            ),
            models.CheckConstraint(condition=Q(state__in=list(OrderState)), name="order_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=UNPAID, paid_at__isnull=True)
                | Q(state=OrderState.CANCELLED)
                | (~Q(state__in=[*UNPAID, OrderState.CANCELLED]) & Q(paid_at__isnull=False)),
                name="order_paid_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=AFTER_DELIVERY) | Q(delivered_at__isnull=False, releasable_at__isnull=False),
                name="order_delivered_has_times",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.RELEASED) | Q(released_at__isnull=False), name="order_released_has_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("buyer"), F("id").desc(), name="order_of_buyer"),
            models.Index(F("seller"), F("id").desc(), name="order_of_seller"),
            models.Index(fields=["expires_at"], name="order_running_out", condition=Q(state="placed")),
            models.Index(fields=["releasable_at"], name="order_to_release", condition=Q(state="delivered")),
        ]

    def __str__(self) -> str:
        return self.code


class Line(Row):
    """One variant of an order, with its price as agreed and the hold that claims its stock."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    variant = models.ForeignKey("shops.Variant", models.PROTECT, related_name="+", db_index=False)
    stock_item_id = models.UUIDField()
    pool_id = models.UUIDField(null=True)
    title = models.JSONField()
    variant_title = models.JSONField()
    image = models.TextField(db_default="")
    quantity = models.IntegerField()
    price_minor = models.BigIntegerField()
    price_source = models.TextField()
    discount_minor = models.BigIntegerField(db_default=0)
    goods_minor = models.BigIntegerField()
    hold_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    price_minor__gt=0,
                    discount_minor__gte=0,
                    goods_minor=F("quantity") * F("price_minor") - F("discount_minor"),
                ),
                name="line_adds_up",
            ),
        ]


class Payment(Row):
    """One attempt to pay an order; its id is the gateway's session. `accepted`: this capture pays the order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    gateway = models.TextField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.TextField(db_default=PaymentState.OPEN.value)
    opened_at = models.DateTimeField()
    captured_minor = models.BigIntegerField(db_default=0)
    captured_currency = models.TextField(db_default="")
    captured_at = models.DateTimeField(null=True)
    capture = models.TextField(db_default="")
    fee_minor = models.BigIntegerField(db_default=0)
    accepted = models.BooleanField(db_default=False)
    refunded_minor = models.BigIntegerField(db_default=0)
    ask_at = models.DateTimeField()
    asked_times = models.IntegerField(db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_of_something"),
            models.CheckConstraint(condition=Q(state__in=list(PaymentState)), name="payment_state_known"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("captured_minor")),
                name="given_back_not_more_than_captured",
            ),
            models.CheckConstraint(
                condition=Q(state="captured", captured_minor__gt=0, captured_at__isnull=False)
                | (~Q(state="captured") & Q(captured_minor=0, accepted=False)),
                name="captured_has_amount_and_time",
            ),
            models.UniqueConstraint(fields=["order"], condition=Q(accepted=True), name="one_accepted_payment"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ask_at"], name="payment_to_ask_about", condition=Q(state="open")),
        ]


class GatewayEvent(models.Model):
    """A signed message of a gateway, or its answer to a question, and what it came to."""

    id = models.BigAutoField(primary_key=True)
    gateway = models.TextField()
    event_id = models.TextField()
    kind = models.TextField()
    session = models.TextField()
    raw = models.TextField()
    verdict = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="gateway_event_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["session"], name="gateway_event_of_session")]


class Refund(Row):
    """Money to be given back, booked when asked; the gateway is told until it says done or no.

    `replaces` is the refused refund whose place this one took, once.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    state = models.TextField(db_default=RefundState.ASKED.value)
    entry_id = models.UUIDField()
    asked_by = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    tries = models.IntegerField(db_default=0)
    ended_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_of_something"),
            models.CheckConstraint(condition=Q(state__in=list(RefundState)), name="refund_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], name="refund_to_send", condition=Q(state="asked")),
        ]


class RefundShare(models.Model):
    """How much of a refund comes from one split line: that line's own part, never a blended rate."""

    id = models.BigAutoField(primary_key=True)
    refund = models.ForeignKey(Refund, models.PROTECT, related_name="shares")
    line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    part = models.TextField()
    actor = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["refund", "line", "part", "actor"], name="one_share_per_split_line"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="share_of_something"),
        ]


class PaymentCase(Row):
    """Something about money that a person has to look at; it has an owner from the moment it is opened."""

    kind = models.TextField()
    key = models.TextField()
    owner = models.ForeignKey("people.Actor", models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="+", db_index=False)
    detail = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+", db_index=False)
    resolution = models.TextField(db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_case_per_cause"),
            models.CheckConstraint(condition=Q(kind__in=list(CaseKind)), name="case_kind_known"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(resolution=""), name="case_closed_with_resolution"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at"], name="payment_case_open", condition=Q(closed_at__isnull=True)),
        ]
