"""Rows of shops and what they promise. Composite keys and triggers that Django cannot say are in the migration."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.shops.types import HoldState, MovementKind, PoolKind, ProductState


def _values(kinds: type[StrEnum]) -> list[str]:
    return [kind.value for kind in kinds]


PUBLIC = "public: only what is listed"


class SearchVector(models.TextField):  # type: ignore[type-arg] # Django's fields take no types when the program runs
    """A tsvector, written as its text form. The Django app for such columns would ask two questions per connection."""

    def db_type(self, connection: object) -> str:
        """The column's type in PostgreSQL."""
        return "tsvector"


class Shop(Row):
    """A seller's counter. Its currency is that of every price in it."""

    actor = models.ForeignKey("people.Actor", models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=80, unique=True)
    name = models.JSONField()
    story = models.JSONField(default=dict)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    station_actor = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "currency"], name="shop_and_currency"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="shop_currency_is_iso"),
        ]

    def __str__(self) -> str:
        return self.slug


class Category(Row):
    """A shelf of the storefront, shared by all shops."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.JSONField()
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.slug


class ProductQuerySet(OwnedQuerySet["Product"]):
    """Products as their shop's actor or the public sees them."""

    def visible_to(self, actor: UUID) -> "ProductQuerySet":
        """All products of the shops of this actor, drafts too."""
        return self.filter(shop__actor_id=actor)


class Product(Row):
    """What is sold. `found_by` is the search vector of its texts in both languages."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=80, unique=True)
    title = models.JSONField()
    story = models.JSONField(default=dict)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default=ProductState.DRAFT.value)
    weight_grams = models.PositiveIntegerField(default=0)
    made_in = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    found_by = SearchVector(default="")
    made_at = models.DateTimeField(db_default=Now())
    listed_at = models.DateTimeField(null=True)

    objects: ClassVar[OwnedManager["Product"]] = OwnedManager.reading(ProductQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "shop"], name="product_and_shop"),
            models.CheckConstraint(condition=Q(state__in=_values(ProductState)), name="product_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ProductState.LISTED.value) | Q(listed_at__isnull=False), name="product_listed_since"
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("listed_at").desc(), F("id").desc(), name="product_newest", condition=Q(state="listed")),
            models.Index(fields=["shop", "state"], name="product_of_shop"),
        ]

    def __str__(self) -> str:
        return self.slug


class Photo(Row):
    """A picture of a product, re-encoded; `widths` are the sizes kept, `key` the folder in the file store."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="photos")
    position = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=80)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    widths = models.JSONField()
    alt = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="photo_has_size"),
        ]
        indexes: ClassVar = [models.Index(fields=["product", "position"], name="photo_of_product")]


class Variant(Row):
    """One sellable form of a product. `shop` repeats the product's, so that keys can say whose prices are whose."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="variants")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    sku = models.CharField(max_length=40)
    title = models.JSONField(default=dict)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="price_is_positive"),
            models.UniqueConstraint(fields=["shop", "sku"], name="sku_once_per_shop"),
        ]


class StockItem(Row):
    """The quantity of a variant at one location. Free is what is on hand, less live holds, less open pools' rest.

    `held` counts all live holds, of pools too; `carved` is what open pools have neither held nor sold.
    """

    variant = models.ForeignKey(Variant, models.PROTECT, related_name="stock_items")
    location = models.ForeignKey("people.Actor", models.PROTECT, related_name="+")
    on_hand = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    carved = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="on_hand_not_negative"),
            models.CheckConstraint(condition=Q(held__gte=0, carved__gte=0), name="claims_not_negative"),
            models.CheckConstraint(condition=Q(on_hand__gte=F("held") + F("carved")), name="stock_never_oversold"),
            models.UniqueConstraint(fields=["variant", "location"], name="one_stock_item_per_location"),
        ]


class Pool(Row):
    """An allotment carved from a stock item: for a deal, an auction, a lease to a stall."""

    stock_item = models.ForeignKey(StockItem, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    held = models.IntegerField(default=0)
    sold = models.IntegerField(default=0)
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=_values(PoolKind)), name="pool_kind_known"),
            models.CheckConstraint(condition=Q(held__gte=0, sold__gte=0), name="pool_not_negative"),
            models.CheckConstraint(condition=Q(size__gte=F("held") + F("sold")), name="pool_never_oversold"),
        ]


class PoolCap(models.Model):
    """How much one buyer has taken of a pool; `cap` is what the deal allowed when it was last taken from."""

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="+")
    buyer_key = models.BinaryField(max_length=64)
    taken = models.IntegerField()
    cap = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pool", "buyer_key"], name="one_counter_per_buyer"),
            models.CheckConstraint(condition=Q(taken__gte=0, cap__gte=F("taken")), name="cap_per_buyer"),
        ]


class Hold(Row):
    """A time-limited claim on stock. `order_id` is no foreign key: orders stand above shops.

    Written on the hottest path, so it has no index that nothing asks for.
    """

    stock_item = models.ForeignKey(StockItem, models.PROTECT, related_name="+", db_index=False)
    pool = models.ForeignKey(Pool, models.PROTECT, null=True, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    order_id = models.UUIDField()
    buyer_key = models.BinaryField(max_length=64, null=True)
    state = models.CharField(max_length=10, default=HoldState.LIVE.value)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=40, blank=True, db_default="")
    returned = models.PositiveIntegerField(db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_of_something"),
            models.CheckConstraint(condition=Q(state__in=_values(HoldState)), name="hold_state_known"),
            models.CheckConstraint(
                condition=Q(state=HoldState.LIVE.value, ended_at__isnull=True)
                | (~Q(state=HoldState.LIVE.value) & Q(ended_at__isnull=False)),
                name="hold_live_or_ended",
            ),
            models.CheckConstraint(
                condition=Q(returned=0) | Q(state=HoldState.CLAIMED.value, returned__lte=F("quantity")),
                name="returned_not_more_than_sold",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="hold_running_out", condition=Q(state="live")),
            models.Index(fields=["stock_item", "expires_at"], name="hold_live_of_item", condition=Q(state="live")),
        ]


class StockMovement(models.Model):
    """One change of what is on hand; never edited. The fold of these is the stock."""

    id = models.BigAutoField(primary_key=True)
    stock_item = models.ForeignKey(StockItem, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    quantity = models.IntegerField()
    at = models.DateTimeField()
    source_id = models.UUIDField()
    reason = models.CharField(max_length=200, db_default="")
    actor = models.ForeignKey("people.Actor", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=_values(MovementKind)), name="movement_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["received", "returned"], quantity__gt=0)
                | Q(kind__in=["sold", "damaged"], quantity__lt=0)
                | (Q(kind="corrected") & ~Q(quantity=0)),
                name="movement_has_its_sign",
            ),
            # What caused it causes it once: a hold is sold once, a return comes back once.
            models.UniqueConstraint(fields=["source_id", "kind"], name="movement_once_per_source"),
        ]
        indexes: ClassVar = [models.Index(fields=["stock_item", "id"], name="movement_of_item")]
