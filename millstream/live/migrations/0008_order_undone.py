"""A timeout can be lifted, and a product is reported on its own page too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Lifted timeouts, and reports outside of shows."""

    dependencies = [("live", "0007_objections")]
    operations = [
        migrations.RemoveConstraint(model_name="moderationact", name="moderation_act_known"),
        migrations.AddConstraint(
            model_name="moderationact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "delete",
                            "timeout",
                            "timeout_lifted",
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
        migrations.AlterField(
            model_name="report",
            name="show",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("show__isnull", False), ("variant__isnull", False), _connector="OR"),
                name="report_is_about_something",
            ),
        ),
    ]
