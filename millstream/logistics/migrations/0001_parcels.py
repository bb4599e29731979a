"""Parcels, custody, runs, carriers; and the triggers that keep custody true whoever writes."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids

APPEND_ONLY = """
CREATE FUNCTION logistics_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%_is_append_only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER custody_is_append_only BEFORE UPDATE OR DELETE ON logistics_custodyevent
    FOR EACH ROW EXECUTE FUNCTION logistics_append_only();
CREATE TRIGGER scans_are_append_only BEFORE UPDATE OR DELETE ON logistics_scan
    FOR EACH ROW EXECUTE FUNCTION logistics_append_only();
CREATE TRIGGER manifests_are_frozen BEFORE UPDATE OR DELETE ON logistics_manifest
    FOR EACH ROW EXECUTE FUNCTION logistics_append_only();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER manifests_are_frozen ON logistics_manifest;
DROP TRIGGER scans_are_append_only ON logistics_scan;
DROP TRIGGER custody_is_append_only ON logistics_custodyevent;
DROP FUNCTION logistics_append_only();
"""

# An event is written after its row was moved, in the same transaction: it must say what the row says, and it must
# be given by whoever the event before it gave to.
CHAIN = """
CREATE FUNCTION logistics_custody_is_a_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_version integer; row_kind text; row_holder uuid;
    last_kind text; last_holder uuid;
BEGIN
    IF NEW.parcel_id IS NOT NULL THEN
        SELECT version, holder_kind, holder_id INTO row_version, row_kind, row_holder
        FROM logistics_parcel WHERE id = NEW.parcel_id;
        SELECT taker_kind, taker_id INTO last_kind, last_holder
        FROM logistics_custodyevent WHERE parcel_id = NEW.parcel_id AND number = NEW.number - 1;
    ELSE
        SELECT version, holder_kind, holder_id INTO row_version, row_kind, row_holder
        FROM logistics_bag WHERE id = NEW.bag_id;
        SELECT taker_kind, taker_id INTO last_kind, last_holder
        FROM logistics_custodyevent WHERE bag_id = NEW.bag_id AND number = NEW.number - 1;
    END IF;
    IF row_version IS DISTINCT FROM NEW.number OR row_kind IS DISTINCT FROM NEW.taker_kind
        OR row_holder IS DISTINCT FROM NEW.taker_id THEN
        RAISE EXCEPTION 'custody_equals_fold' USING ERRCODE = 'check_violation';
    END IF;
    IF last_kind IS DISTINCT FROM NEW.giver_kind OR last_holder IS DISTINCT FROM NEW.giver_id THEN
        RAISE EXCEPTION 'custody_is_a_chain' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER custody_is_a_chain BEFORE INSERT ON logistics_custodyevent
    FOR EACH ROW EXECUTE FUNCTION logistics_custody_is_a_chain();
"""
DROP_CHAIN = """
DROP TRIGGER custody_is_a_chain ON logistics_custodyevent;
DROP FUNCTION logistics_custody_is_a_chain();
"""

# The other half, at commit: a row that was moved has the event that moved it, and what lies in a bag is where the
# bag is.
FOLD = """
CREATE FUNCTION logistics_parcel_equals_fold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present logistics_parcel%ROWTYPE;
BEGIN
    SELECT * INTO present FROM logistics_parcel WHERE id = NEW.id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF NOT EXISTS (
        SELECT 1 FROM logistics_custodyevent AS event
        WHERE event.parcel_id = present.id AND event.number = present.version
          AND event.taker_kind = present.holder_kind AND event.taker_id = present.holder_id
    ) THEN
        RAISE EXCEPTION 'custody_equals_fold' USING ERRCODE = 'check_violation';
    END IF;
    IF present.bag_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM logistics_bag AS bag
        WHERE bag.id = present.bag_id AND bag.holder_kind = present.holder_kind AND bag.holder_id = present.holder_id
    ) THEN
        RAISE EXCEPTION 'bagged_parcel_is_with_its_bag' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER custody_equals_fold
    AFTER INSERT OR UPDATE OF holder_kind, holder_id, version, bag_id ON logistics_parcel
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION logistics_parcel_equals_fold();
CREATE FUNCTION logistics_bag_equals_fold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present logistics_bag%ROWTYPE;
BEGIN
    SELECT * INTO present FROM logistics_bag WHERE id = NEW.id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF NOT EXISTS (
        SELECT 1 FROM logistics_custodyevent AS event
        WHERE event.bag_id = present.id AND event.number = present.version
          AND event.taker_kind = present.holder_kind AND event.taker_id = present.holder_id
    ) THEN
        RAISE EXCEPTION 'custody_equals_fold' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM logistics_parcel AS parcel
        WHERE parcel.bag_id = present.id
          AND (parcel.holder_kind <> present.holder_kind OR parcel.holder_id <> present.holder_id)
    ) THEN
        RAISE EXCEPTION 'bagged_parcel_is_with_its_bag' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER custody_equals_fold
    AFTER INSERT OR UPDATE OF holder_kind, holder_id, version ON logistics_bag
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION logistics_bag_equals_fold();
"""
DROP_FOLD = """
DROP TRIGGER custody_equals_fold ON logistics_bag;
DROP FUNCTION logistics_bag_equals_fold();
DROP TRIGGER custody_equals_fold ON logistics_parcel;
DROP FUNCTION logistics_parcel_equals_fold();
"""


class Migration(migrations.Migration):
    """All tables of logistics."""

    initial = True

    dependencies = [
        ("people", "0002_access_keys"),
        ("places", "0001_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="Manifest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                (
                    "giver_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                    ),
                ),
                ("giver_id", models.UUIDField()),
                (
                    "taker_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                    ),
                ),
                ("taker_id", models.UUIDField()),
                ("lines", models.JSONField()),
                ("pieces", models.IntegerField()),
                ("weight_grams", models.IntegerField()),
                ("frozen_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Bag",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("sealed", "sealed"), ("broken", "broken"), ("emptied", "emptied")],
                        max_length=28,
                    ),
                ),
                ("seal", models.CharField(blank=True, max_length=40)),
                (
                    "holder_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                    ),
                ),
                ("holder_id", models.UUIDField()),
                ("version", models.IntegerField(default=1)),
                ("opened_at", models.DateTimeField()),
                ("sealed_at", models.DateTimeField(null=True)),
                ("emptied_at", models.DateTimeField(null=True)),
                (
                    "destination",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "origin",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CarrierEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("event_id", models.CharField(max_length=80)),
                ("carrier_number", models.CharField(max_length=40)),
                ("number", models.IntegerField()),
                ("status", models.CharField(max_length=24)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("happened_at", models.DateTimeField()),
                ("came_by", models.CharField(max_length=8)),
                ("outcome", models.CharField(max_length=12)),
                ("came_at", models.DateTimeField()),
                (
                    "carrier",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                (
                    "giver_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                    ),
                ),
                ("giver_id", models.UUIDField()),
                (
                    "taker_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                    ),
                ),
                ("taker_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("accepted_with_differences", "accepted_with_differences"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=28,
                    ),
                ),
                ("offered_how", models.CharField(max_length=8)),
                ("offered_at", models.DateTimeField()),
                ("accepted_how", models.CharField(blank=True, max_length=8)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("receipt", models.CharField(blank=True, max_length=60)),
                ("ok", models.IntegerField(default=0)),
                ("missing", models.IntegerField(default=0)),
                ("extra", models.IntegerField(default=0)),
                ("damaged", models.IntegerField(default=0)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "offered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "manifest",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handover", to="logistics.manifest"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("order_id", models.UUIDField(unique=True)),
                ("order_code", models.CharField(max_length=20)),
                ("weight_grams", models.IntegerField()),
                ("contents", models.JSONField(default=list)),
                ("value_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("announced", "announced"),
                            ("packed", "packed"),
                            ("at_station", "at_station"),
                            ("bagged", "bagged"),
                            ("on_run", "on_run"),
                            ("at_centre", "at_centre"),
                            ("checked", "checked"),
                            ("with_carrier", "with_carrier"),
                            ("for_collection", "for_collection"),
                            ("delivered", "delivered"),
                            ("cancelled", "cancelled"),
                            ("lost", "lost"),
                        ],
                        max_length=28,
                    ),
                ),
                (
                    "holder_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                    ),
                ),
                ("holder_id", models.UUIDField()),
                ("version", models.IntegerField(default=1)),
                ("misrouted", models.BooleanField(default=False)),
                ("going_back", models.BooleanField(default=False)),
                ("carrier_number", models.CharField(blank=True, max_length=40)),
                ("last_track_number", models.IntegerField(default=0)),
                ("last_asked_at", models.DateTimeField(null=True)),
                ("collect_code", models.CharField(blank=True, max_length=12)),
                ("opened_at", models.DateTimeField()),
                ("packed_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "address",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.address"
                    ),
                ),
                (
                    "bag",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parcels",
                        to="logistics.bag",
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "centre",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "destination_station",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "station",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HandoverItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("expected", models.BooleanField()),
                ("scanned_at", models.DateTimeField(null=True)),
                ("damaged", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("expected", "expected"),
                            ("ok", "ok"),
                            ("missing", "missing"),
                            ("extra", "extra"),
                            ("damaged", "damaged"),
                        ],
                        max_length=28,
                    ),
                ),
                ("is_open", models.BooleanField(default=True)),
                (
                    "bag",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.bag"
                    ),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="logistics.handover"
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.parcel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExceptionCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unknown_label", "unknown_label"),
                            ("misrouted", "misrouted"),
                            ("double_custody", "double_custody"),
                            ("missing", "missing"),
                            ("extra", "extra"),
                            ("damaged", "damaged"),
                            ("seal_broken", "seal_broken"),
                            ("carrier_refused", "carrier_refused"),
                            ("returned", "returned"),
                        ],
                        max_length=28,
                    ),
                ),
                ("scan_id", models.UUIDField(null=True)),
                ("label", models.CharField(blank=True, max_length=300)),
                (
                    "liable_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                        null=True,
                    ),
                ),
                ("liable_id", models.UUIDField(null=True)),
                ("value_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("deadline_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("found", "found"),
                            ("carry_on", "carry_on"),
                            ("send_back", "send_back"),
                            ("written_off", "written_off"),
                            ("not_ours", "not_ours"),
                        ],
                        max_length=28,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=400)),
                (
                    "bag",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="logistics.bag"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="logistics.handover",
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="logistics.parcel",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CustodyEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ANNOUNCE", "ANNOUNCE"),
                            ("PACK", "PACK"),
                            ("TAKE_IN", "TAKE_IN"),
                            ("BAG_ADD", "BAG_ADD"),
                            ("BAG_REMOVE", "BAG_REMOVE"),
                            ("BAG_OPEN", "BAG_OPEN"),
                            ("SEAL", "SEAL"),
                            ("SEAL_BROKEN", "SEAL_BROKEN"),
                            ("UNSEAL", "UNSEAL"),
                            ("ACCEPT", "ACCEPT"),
                            ("CHECK", "CHECK"),
                            ("LABEL", "LABEL"),
                            ("HANDOVER_OUT", "HANDOVER_OUT"),
                            ("TRACK", "TRACK"),
                            ("DELIVER", "DELIVER"),
                            ("COLLECT", "COLLECT"),
                            ("REROUTE", "REROUTE"),
                            ("RETURN", "RETURN"),
                            ("CANCEL", "CANCEL"),
                            ("CASE_OPEN", "CASE_OPEN"),
                            ("CASE_CLOSE", "CASE_CLOSE"),
                        ],
                        max_length=28,
                    ),
                ),
                (
                    "giver_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                        null=True,
                    ),
                ),
                ("giver_id", models.UUIDField(null=True)),
                (
                    "taker_kind",
                    models.CharField(
                        choices=[
                            ("maker", "maker"),
                            ("station", "station"),
                            ("centre", "centre"),
                            ("run", "run"),
                            ("carrier", "carrier"),
                            ("recipient", "recipient"),
                            ("case", "case"),
                        ],
                        max_length=28,
                    ),
                ),
                ("taker_id", models.UUIDField()),
                ("by_actor_id", models.UUIDField(null=True)),
                ("handover_id", models.UUIDField(null=True)),
                ("scan_id", models.UUIDField(null=True)),
                ("detail", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "bag",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="logistics.bag",
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="logistics.parcel",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CarrierBooking",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("wanted", "wanted"),
                            ("booked", "booked"),
                            ("refused", "refused"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=28,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40)),
                ("sort_code", models.CharField(blank=True, max_length=40)),
                ("tries", models.IntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("trouble", models.CharField(blank=True, max_length=300)),
                ("wanted_at", models.DateTimeField()),
                ("booked_at", models.DateTimeField(null=True)),
                (
                    "carrier",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "parcel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="booking", to="logistics.parcel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoadNode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.SlugField(max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("centre", "centre"),
                            ("station", "station"),
                            ("village", "village"),
                            ("junction", "junction"),
                        ],
                        max_length=28,
                    ),
                ),
                ("name", models.JSONField()),
                ("longitude", models.FloatField()),
                ("latitude", models.FloatField()),
                (
                    "place",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RoadEdge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("metres", models.IntegerField()),
                ("seconds", models.IntegerField()),
                ("closed_in_wet_season", models.BooleanField(default=False)),
                ("is_closed", models.BooleanField(default=False)),
                (
                    "a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.roadnode"
                    ),
                ),
                (
                    "b",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.roadnode"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Centre",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=6, unique=True)),
                ("wet_season", models.BooleanField(default=False)),
                ("terrain_permille", models.IntegerField(default=1450)),
                (
                    "actor",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.roadnode"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("day", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("released", "released"),
                            ("departed", "departed"),
                            ("returned", "returned"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=28,
                    ),
                ),
                ("driver_code", models.CharField(blank=True, max_length=6)),
                ("code_tries", models.IntegerField(default=0)),
                ("plan", models.JSONField(default=dict)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("departed_at", models.DateTimeField(null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "centre",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "driver",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="handover",
            name="run",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="handovers", to="logistics.run"
            ),
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("asked_hash", models.CharField(max_length=64)),
                ("text", models.CharField(max_length=300)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("take_in", "take_in"),
                            ("bag", "bag"),
                            ("handover", "handover"),
                            ("check", "check"),
                            ("hand_out", "hand_out"),
                        ],
                        max_length=28,
                    ),
                ),
                ("user_id", models.UUIDField(null=True)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("device_at", models.DateTimeField(null=True)),
                ("handover_id", models.UUIDField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("accepted", "accepted"), ("repeated", "repeated"), ("refused", "refused")],
                        max_length=28,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=60)),
                ("facts", models.JSONField(default=dict)),
                ("case_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "acting",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "bag",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.bag"
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.parcel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Station",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("route_code", models.CharField(max_length=8, unique=True)),
                ("service_seconds", models.IntegerField(default=300)),
                (
                    "actor",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stations", to="logistics.centre"
                    ),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.roadnode"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("arrived", "arrived"),
                            ("done", "done"),
                            ("skipped", "skipped"),
                        ],
                        max_length=28,
                    ),
                ),
                ("station_code", models.CharField(blank=True, max_length=6)),
                ("code_tries", models.IntegerField(default=0)),
                ("arrives_at", models.DateTimeField()),
                ("leaves_at", models.DateTimeField()),
                ("pickup_pieces", models.IntegerField(default=0)),
                ("pickup_grams", models.IntegerField(default=0)),
                ("delivery_pieces", models.IntegerField(default=0)),
                ("delivery_grams", models.IntegerField(default=0)),
                (
                    "skip_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("station_closed", "station_closed"),
                            ("road_closed", "road_closed"),
                            ("vehicle_full", "vehicle_full"),
                            ("out_of_time", "out_of_time"),
                        ],
                        max_length=28,
                    ),
                ),
                ("arrived_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.roadnode"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="logistics.run"
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="handover",
            name="stop",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="handovers", to="logistics.stop"
            ),
        ),
        migrations.CreateModel(
            name="Vehicle",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.JSONField()),
                ("plate", models.CharField(max_length=20, unique=True)),
                ("capacity_grams", models.IntegerField()),
                ("capacity_pieces", models.IntegerField()),
                ("shift_start_minute", models.IntegerField(default=450)),
                ("shift_seconds", models.IntegerField(default=32400)),
                ("in_service", models.BooleanField(default=True)),
                (
                    "centre",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "driver",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="run",
            name="vehicle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.vehicle"
            ),
        ),
        migrations.AddIndex(
            model_name="bag",
            index=models.Index(fields=["holder_id", "state"], name="logistics_bag_holder"),
        ),
        migrations.AddConstraint(
            model_name="bag",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seal", ""), _negated=True), fields=("seal",), name="seal_used_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sealed"), _negated=True),
                    models.Q(models.Q(("seal", ""), _negated=True), ("sealed_at__isnull", False)),
                    _connector="OR",
                ),
                name="sealed_bag_has_seal",
            ),
        ),
        migrations.AddIndex(
            model_name="carrierevent",
            index=models.Index(fields=["carrier_number", "number"], name="logistics_carrier_event_no"),
        ),
        migrations.AddIndex(
            model_name="carrierevent",
            index=models.Index(
                condition=models.Q(("outcome", "early")), fields=["came_at"], name="logistics_carrier_early"
            ),
        ),
        migrations.AddConstraint(
            model_name="carrierevent",
            constraint=models.UniqueConstraint(fields=("carrier", "event_id"), name="carrier_event_heard_once"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["holder_id", "state"], name="logistics_parcel_holder"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["station", "state"], name="logistics_parcel_station"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["centre", "state"], name="logistics_parcel_centre"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["seller", "-opened_at"], name="logistics_parcel_seller"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["buyer", "-opened_at"], name="logistics_parcel_buyer"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(condition=models.Q(("bag__isnull", False)), fields=["bag"], name="logistics_parcel_bag"),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight_grams__gt", 0)), name="parcel_weighs_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="parcel_version_counts_events"
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("holder_kind__in", ["maker"]), ("state", "announced")),
                    models.Q(("holder_kind__in", ["maker"]), ("state", "packed")),
                    models.Q(("holder_kind__in", ["station"]), ("state", "at_station")),
                    models.Q(("holder_kind__in", ["station", "centre"]), ("state", "bagged")),
                    models.Q(("holder_kind__in", ["run"]), ("state", "on_run")),
                    models.Q(("holder_kind__in", ["centre"]), ("state", "at_centre")),
                    models.Q(("holder_kind__in", ["centre"]), ("state", "checked")),
                    models.Q(("holder_kind__in", ["carrier"]), ("state", "with_carrier")),
                    models.Q(("holder_kind__in", ["station"]), ("state", "for_collection")),
                    models.Q(("holder_kind__in", ["recipient"]), ("state", "delivered")),
                    models.Q(("holder_kind__in", ["maker", "station"]), ("state", "cancelled")),
                    models.Q(("holder_kind__in", ["case"]), ("state", "lost")),
                    _connector="OR",
                ),
                name="parcel_state_fits_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bag__isnull", True),
                    ("state__in", ["bagged", "on_run", "at_centre", "at_station"]),
                    _connector="OR",
                ),
                name="bagged_parcel_rides",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delivered_at__isnull", False), ("state", "delivered")),
                    models.Q(models.Q(("state", "delivered"), _negated=True), ("delivered_at__isnull", True)),
                    _connector="OR",
                ),
                name="delivered_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("carrier_number", ""), _negated=True),
                fields=("carrier_number",),
                name="carrier_number_used_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoveritem",
            constraint=models.CheckConstraint(
                condition=models.Q(("parcel__isnull", True), ("bag__isnull", True), _connector="XOR"),
                name="item_is_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoveritem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("expected", True), ("is_open", True)),
                fields=("parcel",),
                name="parcel_in_one_open_offer",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoveritem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("expected", True), ("is_open", True)), fields=("bag",), name="bag_in_one_open_offer"
            ),
        ),
        migrations.AddConstraint(
            model_name="handoveritem",
            constraint=models.UniqueConstraint(fields=("handover", "parcel"), name="parcel_once_in_a_handover"),
        ),
        migrations.AddConstraint(
            model_name="handoveritem",
            constraint=models.UniqueConstraint(fields=("handover", "bag"), name="bag_once_in_a_handover"),
        ),
        migrations.AddIndex(
            model_name="exceptioncase",
            index=models.Index(
                condition=models.Q(("resolved_at__isnull", True)),
                fields=["owner", "deadline_at"],
                name="logistics_case_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="exceptioncase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("parcel__isnull", False), ("resolved_at__isnull", True)),
                fields=("parcel", "kind"),
                name="one_open_case_per_parcel_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="exceptioncase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("bag__isnull", False), ("resolved_at__isnull", True)),
                fields=("bag", "kind"),
                name="one_open_case_per_bag_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="exceptioncase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "unknown_label"), ("resolved_at__isnull", True)),
                fields=("site", "label"),
                name="one_open_case_per_unknown_label",
            ),
        ),
        migrations.AddConstraint(
            model_name="exceptioncase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolution", ""), ("resolved_at__isnull", True)),
                    models.Q(
                        ("resolved_at__isnull", False),
                        ("resolved_by__isnull", False),
                        models.Q(("resolution", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="resolved_case_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="exceptioncase",
            constraint=models.CheckConstraint(
                condition=models.Q(("value_minor__gte", 0)), name="case_value_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.UniqueConstraint(fields=("parcel", "number"), name="parcel_events_count_up"),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.UniqueConstraint(fields=("bag", "number"), name="bag_events_count_up"),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("parcel__isnull", True), ("bag__isnull", True), _connector="XOR"),
                name="event_has_one_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", 1), ("giver_id__isnull", True)),
                    models.Q(("number__gt", 1), ("giver_id__isnull", False), ("giver_kind__isnull", False)),
                    _connector="OR",
                ),
                name="only_the_first_event_has_no_giver",
            ),
        ),
        migrations.AddIndex(
            model_name="carrierbooking",
            index=models.Index(
                condition=models.Q(("state", "wanted")), fields=["next_try_at"], name="logistics_booking_wanted"
            ),
        ),
        migrations.AddConstraint(
            model_name="carrierbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "booked"), _negated=True),
                    models.Q(("number", ""), _negated=True),
                    _connector="OR",
                ),
                name="booked_has_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="roadedge",
            constraint=models.UniqueConstraint(fields=("a", "b"), name="one_road_between_two_points"),
        ),
        migrations.AddConstraint(
            model_name="roadedge",
            constraint=models.CheckConstraint(
                condition=models.Q(("a__lt", models.F("b"))), name="road_named_from_the_smaller_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="roadedge",
            constraint=models.CheckConstraint(
                condition=models.Q(("metres__gt", 0), ("seconds__gt", 0)), name="road_has_length_and_time"
            ),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(fields=["acting", "-at"], name="logistics_scan_acting"),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "refused"), models.Q(("refusal", ""), _negated=True)),
                    models.Q(models.Q(("outcome", "refused"), _negated=True), ("refusal", "")),
                    _connector="OR",
                ),
                name="refused_scan_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="station",
            constraint=models.CheckConstraint(
                condition=models.Q(("service_seconds__gt", 0)), name="station_stop_takes_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.UniqueConstraint(fields=("run", "position"), name="stops_count_up"),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.UniqueConstraint(fields=("run", "station"), name="one_stop_per_station_and_run"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at__isnull", True), ("state__in", ["offered", "withdrawn"])),
                    models.Q(
                        ("accepted_at__isnull", False),
                        ("accepted_by__isnull", False),
                        ("state__in", ["accepted", "accepted_with_differences"]),
                    ),
                    _connector="OR",
                ),
                name="accepted_handover_has_two_sides",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), _negated=True),
                    models.Q(("damaged", 0), ("extra", 0), ("missing", 0)),
                    _connector="OR",
                ),
                name="plain_accept_has_no_differences",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity_grams__gt", 0), ("capacity_pieces__gt", 0)),
                name="vehicle_takes_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shift_seconds__gt", 0), ("shift_start_minute__gte", 0), ("shift_start_minute__lt", 1440)
                ),
                name="vehicle_shift_within_a_day",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["centre", "-planned_at"], name="logistics_run_centre"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["driver", "-planned_at"], name="logistics_run_driver"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["released", "departed", "returned"])),
                fields=("vehicle",),
                name="one_run_per_vehicle_at_a_time",
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
        migrations.RunSQL(CHAIN, DROP_CHAIN),
        migrations.RunSQL(FOLD, DROP_FOLD),
    ]
