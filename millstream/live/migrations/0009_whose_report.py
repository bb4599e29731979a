"""Whose a report is to decide, and a second report of the same thing after the first was decided."""

from django.db import migrations, models

# What the crew said, and whatever cannot be told any more, stays with the operator.
LEAVE_VIEWERS_TO_THE_CREW = """
UPDATE live_report AS report SET operator_decides = false
FROM live_message AS said JOIN live_show AS show ON show.id = said.show_id
WHERE said.id = report.message AND said.role NOT IN ('host', 'cohost', 'moderator')
  AND said.actor IS DISTINCT FROM show.host_id
  AND NOT EXISTS (
    SELECT 1 FROM live_showcrew AS crew
    WHERE crew.actor_id = said.actor AND crew.host_id = show.host_id AND crew.left_at IS NULL
      AND (crew.show_id IS NULL OR crew.show_id = show.id)
  )
"""


class Migration(migrations.Migration):
    """Whose a report is, and the second one."""

    dependencies = [("live", "0008_order_undone")]
    operations = [
        migrations.AddField("report", "operator_decides", models.BooleanField(default=True)),
        migrations.AddField("report", "turn", models.SmallIntegerField(default=1)),
        migrations.RunSQL(LEAVE_VIEWERS_TO_THE_CREW, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="report", name="reported_once_by_a_visitor"),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("visitor", "show", "variant", "message", "turn"),
                name="reported_once_a_turn_by_a_visitor",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("visitor", "show", "variant", "message"),
                name="one_open_report_by_a_visitor",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(condition=models.Q(("turn__in", [1, 2])), name="reported_twice_at_most"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("operator_decides", True), ("message__isnull", False), _connector="OR"),
                name="operator_decides_on_shows_and_goods",
            ),
        ),
    ]
