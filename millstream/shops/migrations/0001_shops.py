"""Shops, products, photos, variants, prices; stock, pools, holds, movements."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

import millstream.kernel.ids
import millstream.shops.models

PROMISES = """
-- A price is in the currency of its shop, and a shop with prices keeps its currency.
ALTER TABLE shops_variant ADD CONSTRAINT price_in_shop_currency
    FOREIGN KEY (shop_id, currency) REFERENCES shops_shop (id, currency);
ALTER TABLE shops_variant ADD CONSTRAINT variant_in_shop_of_product
    FOREIGN KEY (product_id, shop_id) REFERENCES shops_product (id, shop_id);
CREATE INDEX product_found_by ON shops_product USING gin (found_by);

CREATE FUNCTION movements_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movements_are_immutable'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'movements_are_immutable';
END $$;
CREATE TRIGGER movements_are_immutable BEFORE UPDATE OR DELETE ON shops_stockmovement
    FOR EACH ROW EXECUTE FUNCTION movements_are_immutable();

-- A hold changes its state once, and never what it holds.
CREATE FUNCTION hold_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'hold_ends_once' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'hold_ends_once';
END $$;
CREATE TRIGGER hold_ends_once BEFORE UPDATE ON shops_hold FOR EACH ROW
    WHEN (OLD.state <> 'live' AND NEW.state <> OLD.state
          OR (OLD.stock_item_id, OLD.pool_id, OLD.quantity, OLD.order_id)
             IS DISTINCT FROM (NEW.stock_item_id, NEW.pool_id, NEW.quantity, NEW.order_id))
    EXECUTE FUNCTION hold_ends_once();

-- The counters change with every batch: room on the page keeps these updates out of the indexes.
ALTER TABLE shops_stockitem SET (fillfactor = 50);
ALTER TABLE shops_pool SET (fillfactor = 50);
"""
BREAK_PROMISES = """
ALTER TABLE shops_variant DROP CONSTRAINT price_in_shop_currency;
ALTER TABLE shops_variant DROP CONSTRAINT variant_in_shop_of_product;
DROP INDEX product_found_by;
DROP TRIGGER movements_are_immutable ON shops_stockmovement;
DROP FUNCTION movements_are_immutable();
DROP TRIGGER hold_ends_once ON shops_hold;
DROP FUNCTION hold_ends_once();
"""


class Migration(migrations.Migration):
    """Shops, products, stock and its promises."""

    initial = True

    dependencies = [
        ("people", "0001_people"),
        ("places", "0001_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.JSONField()),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Shop",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("name", models.JSONField()),
                ("story", models.JSONField(default=dict)),
                ("currency", models.CharField(max_length=3)),
                ("is_open", models.BooleanField(default=True)),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "actor",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "place",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
                    ),
                ),
                (
                    "station_actor",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("title", models.JSONField()),
                ("story", models.JSONField(default=dict)),
                ("state", models.CharField(default="draft", max_length=10)),
                ("weight_grams", models.PositiveIntegerField(default=0)),
                ("found_by", millstream.shops.models.SearchVector(default="")),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("listed_at", models.DateTimeField(null=True)),
                (
                    "category",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.category"
                    ),
                ),
                (
                    "made_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.shop"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StockItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("on_hand", models.IntegerField(default=0)),
                ("held", models.IntegerField(default=0)),
                ("carved", models.IntegerField(default=0)),
                (
                    "location",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("size", models.PositiveIntegerField()),
                ("held", models.IntegerField(default=0)),
                ("sold", models.IntegerField(default=0)),
                ("is_open", models.BooleanField(default=True)),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "stock_item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.stockitem"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                ("order_id", models.UUIDField()),
                ("buyer_key", models.BinaryField(max_length=64, null=True)),
                ("state", models.CharField(default="live", max_length=10)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, db_default="", max_length=40)),
                ("returned", models.PositiveIntegerField(db_default=0)),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.pool",
                    ),
                ),
                (
                    "stock_item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.stockitem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("quantity", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("source_id", models.UUIDField()),
                ("reason", models.CharField(db_default="", max_length=200)),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
                (
                    "stock_item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.stockitem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Variant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sku", models.CharField(max_length=40)),
                ("title", models.JSONField(default=dict)),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_offered", models.BooleanField(default=True)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="variants", to="shops.product"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.shop"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="stockitem",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stock_items", to="shops.variant"
            ),
        ),
        migrations.CreateModel(
            name="PoolCap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("buyer_key", models.BinaryField(max_length=64)),
                ("taken", models.IntegerField()),
                ("cap", models.IntegerField()),
                (
                    "pool",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.pool"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("pool", "buyer_key"), name="one_counter_per_buyer"),
                    models.CheckConstraint(
                        condition=models.Q(("cap__gte", models.F("taken")), ("taken__gte", 0)), name="cap_per_buyer"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("key", models.CharField(max_length=80)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("widths", models.JSONField()),
                ("alt", models.JSONField(default=dict)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="shops.product"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["product", "position"], name="photo_of_product")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("height__gt", 0), ("width__gt", 0)), name="photo_has_size"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.UniqueConstraint(fields=("id", "currency"), name="shop_and_currency"),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="shop_currency_is_iso"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.OrderBy(models.F("listed_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "listed")),
                name="product_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["shop", "state"], name="product_of_shop"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("id", "shop"), name="product_and_shop"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "listed", "withdrawn"])), name="product_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "listed"), _negated=True), ("listed_at__isnull", False), _connector="OR"
                ),
                name="product_listed_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["deal", "auction", "lease"])), name="pool_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(("held__gte", 0), ("sold__gte", 0)), name="pool_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "size__gte",
                        django.db.models.expressions.CombinedExpression(models.F("held"), "+", models.F("sold")),
                    )
                ),
                name="pool_never_oversold",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(condition=models.Q(("state", "live")), fields=["expires_at"], name="hold_running_out"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("state", "live")), fields=["stock_item", "expires_at"], name="hold_live_of_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="hold_of_something"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["live", "claimed", "released", "expired"])), name="hold_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "live")),
                    models.Q(models.Q(("state", "live"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="hold_live_or_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned", 0),
                    models.Q(("returned__lte", models.F("quantity")), ("state", "claimed")),
                    _connector="OR",
                ),
                name="returned_not_more_than_sold",
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["stock_item", "id"], name="movement_of_item"),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["received", "sold", "returned", "corrected", "damaged"])),
                name="movement_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["received", "returned"]), ("quantity__gt", 0)),
                    models.Q(("kind__in", ["sold", "damaged"]), ("quantity__lt", 0)),
                    models.Q(("kind", "corrected"), models.Q(("quantity", 0), _negated=True)),
                    _connector="OR",
                ),
                name="movement_has_its_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.UniqueConstraint(fields=("source_id", "kind"), name="movement_once_per_source"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(condition=models.Q(("price_minor__gt", 0)), name="price_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(fields=("shop", "sku"), name="sku_once_per_shop"),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.CheckConstraint(condition=models.Q(("on_hand__gte", 0)), name="on_hand_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("carved__gte", 0), ("held__gte", 0)), name="claims_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "on_hand__gte",
                        django.db.models.expressions.CombinedExpression(models.F("held"), "+", models.F("carved")),
                    )
                ),
                name="stock_never_oversold",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.UniqueConstraint(fields=("variant", "location"), name="one_stock_item_per_location"),
        ),
        migrations.RunSQL(PROMISES, BREAK_PROMISES),
    ]
