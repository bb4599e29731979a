"""Clips cut out of recordings, and how long recordings stay."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """Clips cut out of recordings, and how long recordings stay."""

    dependencies = [("media", "0002_segment_once_in_file")]

    operations = [
        migrations.CreateModel(
            name="Clip",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("purpose", models.CharField(max_length=10)),
                ("shape", models.CharField(max_length=10)),
                ("state", models.CharField(default="wished", max_length=10)),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("most_ms", models.IntegerField(null=True)),
                ("part", models.SmallIntegerField(default=1)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("duration_ms", models.IntegerField(default=0)),
                ("size_bytes", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("width", models.IntegerField(default=0)),
                ("height", models.IntegerField(default=0)),
                ("permille", models.SmallIntegerField(default=0)),
                ("tries", models.SmallIntegerField(default=0)),
                ("failure", models.CharField(blank=True, max_length=300)),
                ("wished_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("cut_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="recording",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="recording",
            name="kept_for_ever",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.CheckConstraint(
                condition=models.Q(("deleted_at__isnull", True), ("kept_for_ever", False), _connector="OR"),
                name="recording_kept_or_deleted",
            ),
        ),
        migrations.AddField(
            model_name="clip",
            name="stream",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.stream"),
        ),
        migrations.AddIndex(
            model_name="clip",
            index=models.Index(condition=models.Q(("state", "wished")), fields=["due_at"], name="clip_to_cut"),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "gone"), _negated=True),
                fields=("stream", "purpose", "shape", "from_at", "to_at", "part"),
                name="clip_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_at__gt", models.F("from_at"))), name="clip_of_some_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(condition=models.Q(("part__gte", 1)), name="clip_counts_from_one"),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["wished", "ready", "failed", "gone"])), name="clip_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["product", "promise", "download", "preview"])),
                name="clip_purpose_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(("shape__in", ["filmed", "standing"])), name="clip_shape_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True),
                    models.Q(
                        ("cut_at__isnull", False),
                        ("duration_ms__gt", 0),
                        ("ends_at__gt", models.F("starts_at")),
                        ("sha256__regex", "^[0-9a-f]{64}$"),
                        ("size_bytes__gt", 0),
                        ("starts_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="ready_clip_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gone_at__isnull", False), ("state", "gone")),
                    models.Q(models.Q(("state", "gone"), _negated=True), ("gone_at__isnull", True)),
                    _connector="OR",
                ),
                name="gone_clip_has_time",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION media_clip_is_never_cut_again() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF (NEW.sha256, NEW.size_bytes, NEW.token, NEW.stream_id, NEW.starts_at, NEW.ends_at)
                    IS DISTINCT FROM
                   (OLD.sha256, OLD.size_bytes, OLD.token, OLD.stream_id, OLD.starts_at, OLD.ends_at) THEN
                    RAISE EXCEPTION 'clip % was cut once and stays what it is', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'clip_is_never_cut_again';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER clip_is_never_cut_again BEFORE UPDATE ON media_clip FOR EACH ROW
                WHEN (OLD.state IN ('ready', 'gone')) EXECUTE FUNCTION media_clip_is_never_cut_again();
            """,
            "DROP TRIGGER clip_is_never_cut_again ON media_clip; DROP FUNCTION media_clip_is_never_cut_again();",
        ),
    ]
