"""A coupon may take something off a line."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A discount on the line, within what it adds up to."""

    dependencies = [("orders", "0001_orders")]
    operations = [
        migrations.AddField("line", "discount_minor", models.BigIntegerField(db_default=0)),
        migrations.RemoveConstraint("line", "line_adds_up"),
        migrations.AddConstraint(
            "line",
            models.CheckConstraint(
                condition=models.Q(
                    quantity__gt=0,
                    price_minor__gt=0,
                    discount_minor__gte=0,
                    goods_minor=models.F("quantity") * models.F("price_minor") - models.F("discount_minor"),
                ),
                name="line_adds_up",
            ),
        ),
    ]
