"""What we asked of carriers and what they told us."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.logistics.models.fields import actor_field, choice_field
from millstream.logistics.types import BookingState


class CarrierBooking(Row):
    """A number wanted from a carrier for a parcel. Its id is the idempotency key: asking twice books once."""

    parcel = models.OneToOneField("logistics.Parcel", models.PROTECT, related_name="booking")
    carrier = actor_field()
    state = choice_field(BookingState)
    number = models.CharField(max_length=40, blank=True)
    sort_code = models.CharField(max_length=40, blank=True)
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    trouble = models.CharField(max_length=300, blank=True)
    wanted_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(state="booked") | ~Q(number=""), name="booked_has_a_number"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=Q(state="wanted"), name="logistics_booking_wanted"),
        ]


class CarrierEvent(Row):
    """A carrier's event as it came, once per event id, with what we made of it."""

    event_id = models.CharField(max_length=80)
    carrier = actor_field()
    carrier_number = models.CharField(max_length=40)
    number = models.IntegerField()
    status = models.CharField(max_length=24)
    place = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField()
    came_by = models.CharField(max_length=8)
    outcome = models.CharField(max_length=12)
    came_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["carrier", "event_id"], name="carrier_event_heard_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["carrier_number", "number"], name="logistics_carrier_event_no"),
            models.Index(fields=["came_at"], condition=Q(outcome="early"), name="logistics_carrier_early"),
        ]
