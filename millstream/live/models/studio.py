"""Rows of the studio: its seats, what was listed while a show ran, and who does not want that."""

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.live.types.studio import Seat


class StudioSeat(Row):
    """Who films or directs a show, on which device, until when; taken and kept by guarded statements."""

    show = models.ForeignKey("live.Show", on_delete=models.CASCADE, related_name="+", db_index=False)
    seat = models.CharField(max_length=10)
    device = models.UUIDField()
    kind = models.CharField(max_length=10)
    actor = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    turn = models.BigIntegerField(default=1)
    mode = models.CharField(max_length=10, blank=True, default="")
    kbit = models.IntegerField(default=0)
    away = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "seat"], name="one_device_on_a_seat"),
            models.CheckConstraint(condition=Q(seat__in=[seat.value for seat in Seat]), name="studio_seat_known"),
            models.CheckConstraint(condition=Q(turn__gte=1), name="studio_turns_count_from_one"),
        ]


class QuickListing(Row):
    """Something listed while a show ran, once for each key of the page that asked."""

    show = models.ForeignKey("live.Show", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    variant = models.OneToOneField("shops.Variant", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    listed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "key"], name="quick_listing_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="quick_listing_number_positive"),
        ]


class ListingObjection(Row):
    """A household does not let this host list anything in its name; gone when it does again."""

    seller = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+", db_index=False)
    host = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "host"], name="one_objection_to_a_host"),
        ]
