"""Who works on a show besides its host, and how shows repeat."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """Who works on a show besides its host, and how shows repeat."""

    dependencies = [("live", "0002_more_to_trade"), ("people", "0003_may_be_left_out")]

    operations = [
        migrations.CreateModel(
            name="CrewInvitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.CharField(max_length=10)),
                ("sent_to", models.CharField(blank=True, max_length=260)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Preview",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.CharField(default="wanted", max_length=8)),
                ("done_permille", models.IntegerField(default=0)),
                ("key", models.CharField(blank=True, max_length=80)),
                ("seconds", models.IntegerField(default=0)),
                ("width", models.IntegerField(default=0)),
                ("height", models.IntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("wished_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ShowCrew",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.CharField(max_length=10)),
                ("joined_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ShowSeries",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.JSONField()),
                ("story", models.JSONField(default=dict)),
                ("poster", models.CharField(blank=True, max_length=300)),
                ("lasts_minutes", models.IntegerField(default=120)),
                ("step", models.CharField(max_length=5)),
                ("every", models.IntegerField()),
                ("weekdays", models.JSONField(default=list)),
                ("at", models.TimeField()),
                ("zone", models.CharField(max_length=60)),
                ("first_on", models.DateField()),
                ("until", models.DateField(null=True)),
                ("times", models.IntegerField(null=True)),
                ("except_on", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="show",
            name="changes",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="show",
            name="lasts_minutes",
            field=models.IntegerField(default=120),
        ),
        migrations.AddField(
            model_name="show",
            name="occurrence",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="show",
            name="stands_alone",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="rundownitem",
            name="note",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="crewinvitation",
            name="host",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
        ),
        migrations.AddField(
            model_name="crewinvitation",
            name="show",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="live.show"
            ),
        ),
        migrations.AddField(
            model_name="crewinvitation",
            name="used_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
            ),
        ),
        migrations.AddField(
            model_name="preview",
            name="show",
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="live.show"),
        ),
        migrations.AddField(
            model_name="showcrew",
            name="actor",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
        ),
        migrations.AddField(
            model_name="showcrew",
            name="host",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
        ),
        migrations.AddField(
            model_name="showcrew",
            name="show",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="live.show"
            ),
        ),
        migrations.AddField(
            model_name="showseries",
            name="host",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
        ),
        migrations.AddField(
            model_name="show",
            name="series",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="live.showseries"
            ),
        ),
        migrations.AddConstraint(
            model_name="show",
            constraint=models.UniqueConstraint(fields=("series", "occurrence"), name="series_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="show",
            constraint=models.CheckConstraint(
                condition=models.Q(("lasts_minutes__gte", 5), ("lasts_minutes__lte", 720)), name="show_length_fits"
            ),
        ),
        migrations.AddIndex(
            model_name="crewinvitation",
            index=models.Index(fields=["host", "-made_at"], name="invitation_by_host"),
        ),
        migrations.AddConstraint(
            model_name="crewinvitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["cohost", "moderator"])), name="invited_role_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="crewinvitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("used_at__isnull", True), ("used_by__isnull", True)),
                    models.Q(("used_at__isnull", False), ("used_by__isnull", False)),
                    _connector="OR",
                ),
                name="invitation_used_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="preview",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["wanted", "working", "ready", "failed"])), name="preview_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="preview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True), models.Q(("key", ""), _negated=True), _connector="OR"
                ),
                name="ready_preview_has_files",
            ),
        ),
        migrations.AddIndex(
            model_name="showcrew",
            index=models.Index(fields=["actor", "left_at"], name="crew_by_actor"),
        ),
        migrations.AddConstraint(
            model_name="showcrew",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at__isnull", True)),
                fields=("host", "show", "actor"),
                name="one_crew_role_each",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="showcrew",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["cohost", "moderator"])), name="crew_role_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="showcrew",
            constraint=models.CheckConstraint(
                condition=models.Q(("host", models.F("actor")), _negated=True), name="host_is_no_crew"
            ),
        ),
        migrations.AddIndex(
            model_name="showseries",
            index=models.Index(fields=["stopped_at", "id"], name="series_by_stop"),
        ),
        migrations.AddConstraint(
            model_name="showseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("step__in", ["days", "weeks"])), name="series_step_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="showseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("every__gte", 1), ("every__lte", 52)), name="series_every_fits"
            ),
        ),
        migrations.AddConstraint(
            model_name="showseries",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("times__isnull", True), models.Q(("times__gte", 1), ("times__lte", 500)), _connector="OR"
                ),
                name="series_times_fit",
            ),
        ),
        migrations.AddConstraint(
            model_name="showseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("lasts_minutes__gte", 5), ("lasts_minutes__lte", 720)), name="series_length_fits"
            ),
        ),
    ]
