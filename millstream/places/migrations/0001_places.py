"""The registry: places, their codes by vintage, and the rule that a parent lies above."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids

PARENT_IS_ABOVE = """
CREATE FUNCTION place_rank(level text) RETURNS integer LANGUAGE sql IMMUTABLE AS
    $$ SELECT array_position(ARRAY['province','prefecture','county','town','village'], level) $$;
CREATE FUNCTION place_parent_is_above() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM places_place WHERE id = NEW.parent_id AND place_rank(level) < place_rank(NEW.level)
    ) OR EXISTS (
        SELECT 1 FROM places_place WHERE parent_id = NEW.id AND place_rank(level) <= place_rank(NEW.level)
    ) THEN
        RAISE EXCEPTION 'place_parent_is_above'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'place_parent_is_above';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER place_parent_is_above BEFORE INSERT OR UPDATE OF parent_id, level ON places_place
    FOR EACH ROW EXECUTE FUNCTION place_parent_is_above();
-- The pattern operator class serves LIKE 'prefix%' whatever the collation of the database is.
CREATE INDEX place_name_en ON places_place (lower(name ->> 'en') text_pattern_ops);
CREATE INDEX place_name_zh ON places_place ((name ->> 'zh-hans') text_pattern_ops);
"""
DROP_PARENT_IS_ABOVE = """
DROP INDEX place_name_en;
DROP INDEX place_name_zh;
DROP TRIGGER place_parent_is_above ON places_place;
DROP FUNCTION place_parent_is_above();
DROP FUNCTION place_rank(text);
"""


class Migration(migrations.Migration):
    """Places, their codes, their tree."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(db_index=True, max_length=24)),
                ("vintage", models.PositiveSmallIntegerField()),
                ("level", models.CharField(max_length=12)),
                ("name", models.JSONField()),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("latitude", models.FloatField(null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlaceCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vintage", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=24)),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ("province", "prefecture", "county", "town", "village"))),
                name="place_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="place_valid_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                    models.Q(
                        ("latitude__isnull", False),
                        ("latitude__range", (-90, 90)),
                        ("longitude__isnull", False),
                        ("longitude__range", (-180, 180)),
                    ),
                    _connector="OR",
                ),
                name="place_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="placecode",
            constraint=models.UniqueConstraint(fields=("vintage", "code"), name="place_code_once_per_vintage"),
        ),
        migrations.AddConstraint(
            model_name="placecode",
            constraint=models.UniqueConstraint(fields=("place", "vintage"), name="place_one_code_per_vintage"),
        ),
        migrations.RunSQL(PARENT_IS_ABOVE, DROP_PARENT_IS_ABOVE),
    ]
