"""Rows of what is left of a show: clips of its products, promises to its buyers, counts of its audience."""

from django.db import models
from django.db.models import F, Q

from millstream.kernel.models import Row
from millstream.live.models.shows import Pin, Show
from millstream.live.types.after import LONGEST_PROMISE, SHORTEST_PROMISE


class ProductClip(Row):
    """A product as it was explained, cut out of the recording; one for each pin."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("shops.Variant", on_delete=models.PROTECT, related_name="+")
    pin = models.ForeignKey(Pin, on_delete=models.PROTECT, related_name="+")
    clip = models.ForeignKey("media.Clip", on_delete=models.PROTECT, related_name="+")
    standing = models.ForeignKey("media.Clip", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pin"], condition=Q(removed_at__isnull=True), name="one_clip_of_a_pin"),
        ]


class Promise(Row):
    """The clip of what the host said when somebody bought, on one line of a paid order. Orders keep no link to it."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("shops.Variant", on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField()
    line_id = models.UUIDField()
    seller = models.UUIDField()
    buyer = models.UUIDField()
    clip = models.ForeignKey("media.Clip", on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    made_at = models.DateTimeField()
    kept_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line_id"], name="one_promise_of_a_line"),
            models.CheckConstraint(
                condition=Q(to_at__gte=F("from_at") + SHORTEST_PROMISE, to_at__lte=F("from_at") + LONGEST_PROMISE),
                name="promise_of_some_seconds",
            ),
            models.CheckConstraint(
                condition=Q(kept_until__isnull=True) | Q(kept_until__gt=F("made_at")),
                name="promise_is_kept_a_while",
            ),
        ]
        indexes = [models.Index(fields=["order_id"], name="promise_by_order")]


class Attendance(models.Model):
    """How many watched a show within ten seconds, as all room servers told."""

    id = models.BigAutoField(primary_key=True)
    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    viewers = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "at"], name="attendance_once"),
            models.CheckConstraint(condition=Q(viewers__gte=0), name="attendance_not_negative"),
        ]


class Opening(models.Model):
    """How often the buy sheet of a product was opened from a show; in shards, so that nobody waits for the row."""

    id = models.BigAutoField(primary_key=True)
    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("shops.Variant", on_delete=models.PROTECT, related_name="+")
    shard = models.SmallIntegerField()
    opened = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["show", "variant", "shard"], name="opening_once")]


class Footfall(models.Model):
    """Marks of visitors, from which their number is estimated and nobody is known again."""

    id = models.BigAutoField(primary_key=True)
    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    shard = models.SmallIntegerField()
    bits = models.BinaryField(max_length=512)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["show", "shard"], name="footfall_once")]
