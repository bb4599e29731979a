"""Rooms trade deals, auctions and gifts too, and are told of closed counters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Rooms trade deals, auctions and gifts too, and are told of closed counters."""

    dependencies = [("live", "0001_live")]
    operations = [
        migrations.RemoveConstraint(model_name="trade", name="trade_kind_known"),
        migrations.AddConstraint(
            model_name="trade",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["pin", "unpin", "stock", "price", "state", "deal", "auction", "gift", "sale", "video"],
                    )
                ),
                name="trade_kind_known",
            ),
        ),
    ]
