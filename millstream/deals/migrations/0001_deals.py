"""Deals, list prices, auctions and bids."""

import datetime as dt

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import millstream.kernel.ids

PROMISES = """
-- A deal and an auction are in the currency of their shop.
ALTER TABLE deals_deal ADD CONSTRAINT deal_in_shop_currency
    FOREIGN KEY (shop_id, currency) REFERENCES shops_shop (id, currency);
ALTER TABLE deals_auction ADD CONSTRAINT auction_in_shop_currency
    FOREIGN KEY (shop_id, currency) REFERENCES shops_shop (id, currency);

CREATE FUNCTION deals_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_ARGV[0];
END $$;

-- What ended stays ended, and what was agreed is not changed afterwards.
CREATE TRIGGER deal_ends_once BEFORE UPDATE ON deals_deal FOR EACH ROW
    WHEN (OLD.state IN ('closed', 'cancelled')
          OR (OLD.show_id, OLD.variant_id, OLD.kind, OLD.currency, OLD.price_minor)
             IS DISTINCT FROM (NEW.show_id, NEW.variant_id, NEW.kind, NEW.currency, NEW.price_minor))
    EXECUTE FUNCTION deals_refuse('deal_ends_once');

-- An auction goes forward: the price never falls, the close never comes nearer, bids are never fewer, an end is an end.
CREATE TRIGGER auction_goes_forward BEFORE UPDATE ON deals_auction FOR EACH ROW
    WHEN (OLD.state IN ('sold', 'unsold', 'cancelled')
          OR (OLD.state = 'won' AND NEW.state = 'open')
          OR NEW.price_minor < OLD.price_minor OR NEW.closes_at < OLD.closes_at OR NEW.bids < OLD.bids
          OR NEW.extensions < OLD.extensions
          OR (OLD.state <> 'open' AND NEW.bids <> OLD.bids))
    EXECUTE FUNCTION deals_refuse('auction_goes_forward');

CREATE TRIGGER maximum_never_lowered BEFORE UPDATE ON deals_bidder FOR EACH ROW
    WHEN (NEW.max_minor <= OLD.max_minor OR NEW.paddle <> OLD.paddle OR NEW.name <> OLD.name)
    EXECUTE FUNCTION deals_refuse('maximum_never_lowered');

CREATE TRIGGER bids_are_immutable BEFORE UPDATE OR DELETE ON deals_bid FOR EACH ROW
    EXECUTE FUNCTION deals_refuse('bids_are_immutable');

-- Whoever writes a bid has counted it on the auction, which is open and whose close is still to come.
CREATE FUNCTION closed_auction_takes_no_bid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM deals_auction
        WHERE id = NEW.auction_id AND state = 'open' AND NEW.at < closes_at AND NEW.number <= bids
    ) THEN
        RAISE EXCEPTION 'closed_auction_takes_no_bid'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'closed_auction_takes_no_bid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_auction_takes_no_bid BEFORE INSERT ON deals_bid FOR EACH ROW
    EXECUTE FUNCTION closed_auction_takes_no_bid();

-- The figures of an auction change with every batch of bids: room on the page keeps that out of the indexes.
ALTER TABLE deals_auction SET (fillfactor = 50);
"""
BREAK_PROMISES = """
ALTER TABLE deals_deal DROP CONSTRAINT deal_in_shop_currency;
ALTER TABLE deals_auction DROP CONSTRAINT auction_in_shop_currency;
DROP TRIGGER deal_ends_once ON deals_deal;
DROP TRIGGER auction_goes_forward ON deals_auction;
DROP TRIGGER maximum_never_lowered ON deals_bidder;
DROP TRIGGER bids_are_immutable ON deals_bid;
DROP TRIGGER closed_auction_takes_no_bid ON deals_bid;
DROP FUNCTION closed_auction_takes_no_bid();
DROP FUNCTION deals_refuse();
"""


class Migration(migrations.Migration):
    """Deals, list prices, auctions, bids and their promises."""

    initial = True

    dependencies = [
        ("people", "0003_may_be_left_out"),
        ("shops", "0001_shops"),
    ]

    operations = [
        migrations.CreateModel(
            name="Auction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("show_id", models.UUIDField()),
                ("host_id", models.UUIDField()),
                ("seller_id", models.UUIDField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("start_minor", models.BigIntegerField()),
                ("floor_minor", models.BigIntegerField(default=0)),
                ("list_minor", models.BigIntegerField()),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("opened_at", models.DateTimeField()),
                ("first_closes_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("extend_seconds", models.PositiveSmallIntegerField()),
                ("most_extensions", models.PositiveSmallIntegerField()),
                ("extensions", models.PositiveSmallIntegerField(default=0)),
                ("pay_minutes", models.PositiveSmallIntegerField()),
                ("falls", models.BooleanField()),
                ("has_fallen", models.BooleanField(default=False)),
                ("bids", models.IntegerField(default=0)),
                ("last_at", models.DateTimeField()),
                ("leader_name", models.CharField(blank=True, max_length=40)),
                ("head", models.CharField(max_length=64)),
                ("winner_visitor", models.UUIDField(null=True)),
                ("winner_name", models.CharField(blank=True, max_length=40)),
                ("won_minor", models.BigIntegerField(null=True)),
                ("offer_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("title", models.JSONField()),
                ("image", models.CharField(blank=True, max_length=300)),
                (
                    "leader",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
                (
                    "pool",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.pool"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.shop"
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
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
                    ),
                ),
                (
                    "winner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bid",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("key", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("name", models.CharField(max_length=40)),
                ("max_minor", models.BigIntegerField()),
                ("salt", models.CharField(max_length=32)),
                ("seal", models.CharField(max_length=64)),
                ("price_minor", models.BigIntegerField()),
                ("leader_name", models.CharField(max_length=40)),
                ("closes_at", models.DateTimeField()),
                ("extended", models.BooleanField()),
                ("state", models.CharField(max_length=10)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "auction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deals.auction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bidder",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("visitor", models.UUIDField()),
                ("paddle", models.IntegerField()),
                ("name", models.CharField(max_length=40)),
                ("max_minor", models.BigIntegerField()),
                ("number", models.IntegerField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "auction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deals.auction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("show_id", models.UUIDField()),
                ("host_id", models.UUIDField()),
                ("seller_id", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=10)),
                ("price_minor", models.BigIntegerField()),
                ("was_minor", models.BigIntegerField()),
                ("floor_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("size", models.PositiveIntegerField(null=True)),
                ("cap", models.PositiveIntegerField(null=True)),
                ("opens_at", models.DateTimeField(null=True)),
                ("closes_at", models.DateTimeField(null=True)),
                ("planned_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=12)),
                ("lowest_30_days", models.BooleanField(default=False)),
                ("title", models.JSONField()),
                ("image", models.CharField(blank=True, max_length=300)),
                (
                    "pool",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.pool"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.shop"
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
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListSpan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("product_id", models.UUIDField()),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.variant",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="auction",
            index=models.Index(condition=models.Q(("state", "open")), fields=["closes_at"], name="auction_to_close"),
        ),
        migrations.AddIndex(
            model_name="auction",
            index=models.Index(condition=models.Q(("state", "won")), fields=["offer_until"], name="auction_to_settle"),
        ),
        migrations.AddIndex(
            model_name="auction",
            index=models.Index(condition=models.Q(("state", "won")), fields=["variant"], name="auction_won_lot"),
        ),
        migrations.AddIndex(
            model_name="auction",
            index=models.Index(fields=["show_id", "-opened_at"], name="auction_by_show"),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("show_id", "variant"), name="one_open_auction_in_a_show"
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "won", "sold", "unsold", "cancelled"])),
                name="auction_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gte", models.F("start_minor")), ("start_minor__gt", 0)),
                name="price_not_below_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(("start_minor__gte", models.F("floor_minor"))), name="start_never_below_floor"
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes_at__gte", models.F("first_closes_at")),
                    ("first_closes_at__gt", models.F("opened_at")),
                    (
                        "first_closes_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("opened_at"), "+", models.Value(dt.timedelta(days=1))
                        ),
                    ),
                ),
                name="auction_window_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(("extensions__lte", models.F("most_extensions"))), name="auction_extensions_bounded"
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bids", 0), ("leader__isnull", True)),
                    models.Q(("bids__gt", 0), ("leader__isnull", False)),
                    _connector="OR",
                ),
                name="leader_has_bid",
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["won", "sold"]), _negated=True),
                    models.Q(
                        ("offer_until__isnull", False),
                        ("winner__isnull", False),
                        ("winner_visitor__isnull", False),
                        ("won_minor__gte", models.F("start_minor")),
                        ("won_minor__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="won_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="auction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ["open", "won"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ["sold", "unsold", "cancelled"])),
                    _connector="OR",
                ),
                name="auction_going_or_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.UniqueConstraint(fields=("auction", "number"), name="bid_number_once"),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.UniqueConstraint(fields=("auction", "actor", "key"), name="bid_key_once"),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_minor__gt", 0), ("number__gte", 1), ("price_minor__gt", 0)),
                name="bid_is_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(("at__lt", models.F("closes_at"))), name="bid_before_the_close"
            ),
        ),
        migrations.AddConstraint(
            model_name="bidder",
            constraint=models.UniqueConstraint(fields=("auction", "actor"), name="one_bidder_in_an_auction"),
        ),
        migrations.AddConstraint(
            model_name="bidder",
            constraint=models.UniqueConstraint(fields=("auction", "paddle"), name="one_bidder_per_paddle"),
        ),
        migrations.AddConstraint(
            model_name="bidder",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_minor__gt", 0), ("number__gte", 1), ("paddle__gte", 1)), name="bidder_has_bid"
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(condition=models.Q(("state", "planned")), fields=["opens_at"], name="deal_to_open"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(condition=models.Q(("state", "open")), fields=["closes_at"], name="deal_to_close"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["show_id", "-planned_at"], name="deal_by_show"),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["planned", "open"])),
                fields=("show_id", "variant", "kind"),
                name="one_deal_going_in_a_show",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["window", "room"])), name="deal_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "open", "closed", "cancelled"])), name="deal_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gt", 0), ("price_minor__lt", models.F("was_minor"))),
                name="deal_price_is_better",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gte", models.F("floor_minor"))), name="deal_never_below_floor"
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cap__isnull", True), ("size__isnull", True)),
                    models.Q(("cap__isnull", True), ("size__gt", 0)),
                    models.Q(("cap__gt", 0), ("size__gt", 0)),
                    _connector="OR",
                ),
                name="deal_cap_is_of_an_allotment",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "room"),
                    models.Q(
                        ("closes_at__gt", models.F("opens_at")),
                        ("closes_at__isnull", False),
                        (
                            "closes_at__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("opens_at"), "+", models.Value(dt.timedelta(days=1))
                            ),
                        ),
                        ("opens_at__isnull", False),
                        ("pool__isnull", False),
                        ("size__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="deal_window_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_why", ""), ("state__in", ["planned", "open"])),
                    models.Q(
                        models.Q(("state__in", ["planned", "open"]), _negated=True),
                        ("ended_at__isnull", False),
                        ("ended_why__in", ["time", "host", "show", "floor", "list_price", "no_stock"]),
                    ),
                    _connector="OR",
                ),
                name="deal_going_or_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), _negated=True), ("opened_at__isnull", False), _connector="OR"
                ),
                name="open_deal_has_opened",
            ),
        ),
        migrations.AddIndex(
            model_name="listspan",
            index=models.Index(fields=["variant", "since"], name="list_span_of_variant"),
        ),
        migrations.AddIndex(
            model_name="listspan",
            index=models.Index(
                condition=models.Q(("until__isnull", True)), fields=["product_id"], name="list_span_of_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="listspan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)), fields=("variant",), name="one_list_price_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="listspan",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gt", 0)), name="list_price_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="listspan",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                name="list_span_valid",
            ),
        ),
        migrations.RunSQL(PROMISES, BREAK_PROMISES),
    ]
