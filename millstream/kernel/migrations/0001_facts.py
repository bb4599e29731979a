"""The tables of facts: partitioned facts, their order, the cursors of their hearers."""

import django.db.models.functions.datetime
from django.db import migrations, models

FACT_TABLE = """
CREATE SEQUENCE fact_id_seq;
CREATE TABLE fact (
    id bigint NOT NULL DEFAULT nextval('fact_id_seq'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL,
    version smallint NOT NULL,
    subject uuid NOT NULL,
    at timestamptz NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE TABLE fact_p0 PARTITION OF fact FOR VALUES FROM (MINVALUE) TO (10000000);
CREATE TABLE fact_rest PARTITION OF fact DEFAULT;
CREATE INDEX fact_by_subject ON fact (subject, id);
CREATE INDEX fact_by_xid ON fact (xid);
CREATE TABLE fact_horizon (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    position bigint NOT NULL DEFAULT 0,
    horizon xid8 NOT NULL DEFAULT '0'
);
INSERT INTO fact_horizon DEFAULT VALUES;
CREATE FUNCTION facts_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts_are_immutable' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER facts_are_immutable BEFORE UPDATE OR DELETE ON fact
    FOR EACH ROW EXECUTE FUNCTION facts_are_immutable();
"""
DROP_FACT_TABLE = (
    "DROP TABLE fact; DROP TABLE fact_horizon; DROP SEQUENCE fact_id_seq; DROP FUNCTION facts_are_immutable();"
)


class Migration(migrations.Migration):
    """Facts exist before everything else."""

    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(FACT_TABLE, DROP_FACT_TABLE),
        migrations.CreateModel(
            name="FactRow",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField(db_default=0)),
                ("kind", models.TextField()),
                ("version", models.SmallIntegerField()),
                ("subject", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("body", models.JSONField()),
            ],
            options={"db_table": "fact", "managed": False},
        ),
        migrations.CreateModel(
            name="FactPosition",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("fact_id", models.BigIntegerField(unique=True)),
            ],
            options={"db_table": "fact_order"},
        ),
        migrations.CreateModel(
            name="FactCursor",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(db_default=0)),
                ("moved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("failing_since", models.DateTimeField(null=True)),
                ("failure", models.TextField(db_default="")),
            ],
            options={"db_table": "fact_cursor"},
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("part", models.TextField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("note", models.TextField(db_default="")),
            ],
            options={"db_table": "heartbeat"},
        ),
    ]
