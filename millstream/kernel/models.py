"""What every table shares, and the tables of facts."""

from django.db import models
from django.db.models.functions import Now

from millstream.kernel.ids import new_id


class Row(models.Model):
    """A row with a time-sorted id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class FactRow(models.Model):
    """One fact as it was recorded. Append-only, partitioned by ranges of `id` (see the migration)."""

    id = models.BigIntegerField(primary_key=True)
    xid = models.BigIntegerField(db_default=0)  # xid8 in the database; never read through the ORM
    kind = models.TextField()
    version = models.SmallIntegerField()
    subject = models.UUIDField()
    at = models.DateTimeField()
    body = models.JSONField()

    class Meta:
        managed = False
        db_table = "fact"


class FactPosition(models.Model):
    """The place of a fact in the one order in which everybody hears facts."""

    position = models.BigIntegerField(primary_key=True)
    fact_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "fact_order"


class FactCursor(models.Model):
    """How far one handler has heard, moved in the transaction of its effect."""

    name = models.TextField(primary_key=True)
    position = models.BigIntegerField(db_default=0)
    moved_at = models.DateTimeField(db_default=Now())
    failing_since = models.DateTimeField(null=True)
    failure = models.TextField(db_default="")

    class Meta:
        db_table = "fact_cursor"


class Heartbeat(models.Model):
    """When a part of the installation last said that it lives."""

    part = models.TextField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    note = models.TextField(db_default="")

    class Meta:
        db_table = "heartbeat"
