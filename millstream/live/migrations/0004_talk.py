"""Rules of talk, followers, restraints, reports, the log of moderation, appeals, switches and captions."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids

KEEP = """
CREATE FUNCTION moderation_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'moderation_is_never_changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER moderation_is_never_changed BEFORE UPDATE OR DELETE ON live_moderationact
    FOR EACH ROW EXECUTE FUNCTION moderation_is_never_changed();
"""
FORGET = "DROP TRIGGER moderation_is_never_changed ON live_moderationact; DROP FUNCTION moderation_is_never_changed();"


class Migration(migrations.Migration):
    """Rules of talk, followers, restraints, reports, the log of moderation, appeals, switches and captions."""

    dependencies = [("live", "0003_crew"), ("people", "0003_may_be_left_out")]
    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("visitor", models.UUIDField()),
                ("text", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("state", models.CharField(default="open", max_length=8)),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Ban",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("visitor", models.UUIDField()),
                ("actor", models.UUIDField(null=True)),
                ("network", models.CharField(blank=True, max_length=32)),
                ("network_until", models.DateTimeField(null=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BlockedWord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("word", models.CharField(max_length=40)),
                ("normal", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Caption",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("visitor", models.UUIDField()),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ModerationAct",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("host", models.UUIDField(null=True)),
                ("user", models.UUIDField(null=True)),
                ("actor", models.UUIDField(null=True)),
                ("role", models.CharField(max_length=10)),
                ("visitor", models.UUIDField(null=True)),
                ("speaker", models.CharField(blank=True, max_length=40)),
                ("message", models.UUIDField(null=True)),
                ("quoted", models.CharField(blank=True, max_length=200)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("facts", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("variant", models.UUIDField(null=True)),
                ("message", models.UUIDField(null=True)),
                ("quoted", models.CharField(blank=True, max_length=200)),
                ("speaker", models.CharField(blank=True, max_length=40)),
                ("visitor", models.UUIDField()),
                ("reason", models.CharField(max_length=8)),
                ("text", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Switch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=5)),
                ("why", models.CharField(max_length=300)),
                ("closed_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TalkSetting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slow_seconds", models.IntegerField(default=0)),
                ("who", models.CharField(default="all", max_length=10)),
                ("emoji_only", models.BooleanField(default=False)),
                ("off", models.BooleanField(default=False)),
                ("version", models.BigIntegerField(default=1)),
                ("has_rules", models.BooleanField(default=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="talk_role_known",
        ),
        migrations.AddField(
            model_name="message",
            name="actor",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="mentions",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="message",
            name="network",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="message",
            name="reply",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="mute",
            name="act",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["guest", "buyer", "maker", "host", "cohost", "moderator"])),
                name="talk_role_known",
            ),
        ),
        migrations.AddField(
            model_name="ban",
            name="host",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
            ),
        ),
        migrations.AddField(
            model_name="blockedword",
            name="show",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="live.show"
            ),
        ),
        migrations.AddField(
            model_name="caption",
            name="show",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="live.show"),
        ),
        migrations.AddField(
            model_name="follow",
            name="actor",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.actor"
            ),
        ),
        migrations.AddField(
            model_name="follow",
            name="host",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.actor"),
        ),
        migrations.AddField(
            model_name="moderationact",
            name="show",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"
            ),
        ),
        migrations.AddField(
            model_name="ban",
            name="act",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.moderationact"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="act",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.moderationact"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="act",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.moderationact"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="show",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"),
        ),
        migrations.AddField(
            model_name="switch",
            name="show",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"
            ),
        ),
        migrations.AddField(
            model_name="talksetting",
            name="show",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="live.show"
            ),
        ),
        migrations.AddConstraint(
            model_name="blockedword",
            constraint=models.UniqueConstraint(
                fields=("show", "normal"), name="blocked_word_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="blockedword",
            constraint=models.CheckConstraint(
                condition=models.Q(("normal", ""), _negated=True), name="blocked_word_not_empty"
            ),
        ),
        migrations.AddIndex(
            model_name="caption",
            index=models.Index(fields=["show", "at"], name="caption_by_show"),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.UniqueConstraint(fields=("host", "visitor"), name="follows_once"),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("actor__isnull", False)), fields=("host", "actor"), name="actor_follows_once"
            ),
        ),
        migrations.AddIndex(
            model_name="moderationact",
            index=models.Index(fields=["show", "-id"], name="moderation_by_show"),
        ),
        migrations.AddIndex(
            model_name="moderationact",
            index=models.Index(fields=["host", "-id"], name="moderation_by_host"),
        ),
        migrations.AddConstraint(
            model_name="moderationact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "delete",
                            "timeout",
                            "ban",
                            "unban",
                            "rules",
                            "words",
                            "sale_closed",
                            "sale_opened",
                            "video_closed",
                            "video_opened",
                            "dismissed",
                            "upheld",
                            "appeal_granted",
                            "appeal_refused",
                            "show_ended",
                        ],
                    )
                ),
                name="moderation_act_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ban",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("host", "visitor"),
                name="banned_once_by_a_host",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="ban",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("network", ""), ("network_until__isnull", True)),
                    models.Q(models.Q(("network", ""), _negated=True), ("network_until__isnull", False)),
                    _connector="OR",
                ),
                name="network_ban_has_an_end",
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["state", "-id"], name="appeal_by_state"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("state", "open")),
                    models.Q(("decided_at__isnull", False), ("state__in", ["granted", "refused"])),
                    _connector="OR",
                ),
                name="appeal_decided_with_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["state", "show"], name="report_by_state"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("visitor", "show", "variant", "message"),
                name="reported_once_by_a_visitor",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("variant__isnull", True), ("message__isnull", True), _connector="OR"),
                name="report_is_about_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["spam", "abuse", "fraud", "unsafe", "other"])),
                name="report_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act__isnull", True), ("decided_at__isnull", True), ("state", "open")),
                    models.Q(
                        ("act__isnull", False), ("decided_at__isnull", False), ("state__in", ["dismissed", "upheld"])
                    ),
                    _connector="OR",
                ),
                name="report_decided_by_an_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="switch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("opened_at__isnull", True)),
                fields=("show", "kind"),
                name="closed_once_at_a_time",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="switch",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["sale", "video"])), name="switch_known"),
        ),
        migrations.AddConstraint(
            model_name="talksetting",
            constraint=models.UniqueConstraint(fields=("show",), name="talk_setting_once_a_show", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name="talksetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("who__in", ["all", "verified", "followers", "buyers"])), name="talkers_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="talksetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("slow_seconds__gte", 0), ("slow_seconds__lte", 600)), name="slow_mode_bounded"
            ),
        ),
        migrations.RunSQL(KEEP, FORGET),
    ]
