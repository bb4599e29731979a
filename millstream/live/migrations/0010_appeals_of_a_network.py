"""Whoever is silenced with the network of somebody else appeals too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Several appeals against one decision: of the silenced one, and of others of its network."""

    dependencies = [("live", "0009_whose_report")]
    operations = [
        migrations.AddField("appeal", "network", models.CharField(blank=True, default="", max_length=32)),
        migrations.AlterField(
            "appeal",
            "act",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.moderationact"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("network", "")), fields=("act",), name="one_appeal_of_the_silenced"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(fields=("act", "visitor"), name="one_appeal_each"),
        ),
    ]
