"""The studio: who films and who directs, and what was listed while a show ran."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """The studio: direction and quick listing."""

    dependencies = [("live", "0005_after"), ("people", "0001_people"), ("shops", "0001_shops")]
    operations = [
        migrations.CreateModel(
            name="QuickListing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("number", models.IntegerField()),
                ("listed_at", models.DateTimeField()),
                (
                    "shop",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.shop"),
                ),
                (
                    "show",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="live.show",
                    ),
                ),
                (
                    "variant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StudioSeat",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seat", models.CharField(max_length=10)),
                ("device", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("turn", models.BigIntegerField(default=1)),
                ("mode", models.CharField(blank=True, default="", max_length=10)),
                ("kbit", models.IntegerField(default=0)),
                ("away", models.BooleanField(default=False)),
                (
                    "actor",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "show",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="live.show",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="quicklisting",
            constraint=models.UniqueConstraint(fields=("show", "key"), name="quick_listing_once"),
        ),
        migrations.AddConstraint(
            model_name="quicklisting",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="quick_listing_number_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="studioseat",
            constraint=models.UniqueConstraint(fields=("show", "seat"), name="one_device_on_a_seat"),
        ),
        migrations.AddConstraint(
            model_name="studioseat",
            constraint=models.CheckConstraint(
                condition=models.Q(("seat__in", ["camera", "direction"])), name="studio_seat_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="studioseat",
            constraint=models.CheckConstraint(condition=models.Q(("turn__gte", 1)), name="studio_turns_count_from_one"),
        ),
    ]
