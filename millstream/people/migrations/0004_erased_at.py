from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_may_be_left_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="actor",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
