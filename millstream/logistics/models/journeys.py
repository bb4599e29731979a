"""Vehicles, runs and stops; frozen lists and the two-sided transfers they describe."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.logistics.models.fields import actor_field, choice_field, holder_kind_field
from millstream.logistics.types import HandoverState, ItemOutcome, RunState, SkipReason, StopState


class Vehicle(Row):
    """A van of a centre, what it can take, and who drives it in which hours."""

    centre = actor_field()
    driver = actor_field()
    name = models.JSONField()
    plate = models.CharField(max_length=20, unique=True)
    capacity_grams = models.IntegerField()
    capacity_pieces = models.IntegerField()
    shift_start_minute = models.IntegerField(default=450)
    shift_seconds = models.IntegerField(default=9 * 3600)
    in_service = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(capacity_grams__gt=0, capacity_pieces__gt=0), name="vehicle_takes_something"
            ),
            models.CheckConstraint(
                condition=Q(shift_start_minute__gte=0, shift_start_minute__lt=1440, shift_seconds__gt=0),
                name="vehicle_shift_within_a_day",
            ),
        ]


class RunQuerySet(OwnedQuerySet["Run"]):
    """Runs as their centre, their driver and the stations on them see them."""

    def visible_to(self, actor: UUID) -> Self:
        """The runs of this centre or driver, or with a stop at this station."""
        return self.filter(Q(centre_id=actor) | Q(driver_id=actor) | Q(stops__station_id=actor)).distinct()


class Run(Row):
    """One vehicle's tour, with the plan it was made from."""

    code = models.CharField(max_length=12, unique=True)
    centre = actor_field()
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+")
    driver = actor_field()
    day = models.DateField()
    state = choice_field(RunState)
    driver_code = models.CharField(max_length=6, blank=True)
    code_tries = models.IntegerField(default=0)
    plan = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    departed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = OwnedManager["Run"].reading(RunQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=Q(state__in=["released", "departed", "returned"]),
                name="one_run_per_vehicle_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["centre", "-planned_at"], name="logistics_run_centre"),
            models.Index(fields=["driver", "-planned_at"], name="logistics_run_driver"),
        ]


class Stop(Row):
    """One halt of a run at a station, planned and real."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="stops")
    position = models.IntegerField()
    station = actor_field()
    node = models.ForeignKey("logistics.RoadNode", models.PROTECT, related_name="+")
    state = choice_field(StopState)
    station_code = models.CharField(max_length=6, blank=True)
    code_tries = models.IntegerField(default=0)
    arrives_at = models.DateTimeField()
    leaves_at = models.DateTimeField()
    pickup_pieces = models.IntegerField(default=0)
    pickup_grams = models.IntegerField(default=0)
    delivery_pieces = models.IntegerField(default=0)
    delivery_grams = models.IntegerField(default=0)
    skip_reason = choice_field(SkipReason, blank=True)
    arrived_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="stops_count_up"),
            models.UniqueConstraint(fields=["run", "station"], name="one_stop_per_station_and_run"),
        ]


class Manifest(Row):
    """A frozen list of what is handed over, append-only; its hash is over the canonical list."""

    hash = models.CharField(max_length=64)
    giver_kind = holder_kind_field()
    giver_id = models.UUIDField()
    taker_kind = holder_kind_field()
    taker_id = models.UUIDField()
    lines = models.JSONField()
    pieces = models.IntegerField()
    weight_grams = models.IntegerField()
    frozen_at = models.DateTimeField()


class HandoverQuerySet(OwnedQuerySet["Handover"]):
    """Handovers as their two sides see them."""

    def visible_to(self, actor: UUID) -> Self:
        """The handovers that this actor gives or takes, itself or as the driver of the run."""
        return self.filter(Q(giver_id=actor) | Q(taker_id=actor) | Q(run__driver_id=actor))


class Handover(Row):
    """A two-sided transfer of custody; until the taker accepts, the giver holds and is liable."""

    code = models.CharField(max_length=12, unique=True)
    manifest = models.OneToOneField(Manifest, models.PROTECT, related_name="handover")
    giver_kind = holder_kind_field()
    giver_id = models.UUIDField()
    taker_kind = holder_kind_field()
    taker_id = models.UUIDField()
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="handovers")
    stop = models.ForeignKey(Stop, models.PROTECT, null=True, related_name="handovers")
    centre = actor_field()
    state = choice_field(HandoverState)
    offered_by = actor_field()
    offered_how = models.CharField(max_length=8)
    offered_at = models.DateTimeField()
    accepted_by = actor_field(null=True)
    accepted_how = models.CharField(max_length=8, blank=True)
    accepted_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=60, blank=True)
    ok = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)
    extra = models.IntegerField(default=0)
    damaged = models.IntegerField(default=0)

    objects = OwnedManager["Handover"].reading(HandoverQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["offered", "withdrawn"], accepted_at__isnull=True)
                | Q(
                    state__in=["accepted", "accepted_with_differences"],
                    accepted_at__isnull=False,
                    accepted_by__isnull=False,
                ),
                name="accepted_handover_has_two_sides",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(missing=0, extra=0, damaged=0),
                name="plain_accept_has_no_differences",
            ),
        ]


class HandoverItem(Row):
    """One thing in a handover: offered, scanned, or both."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="items")
    parcel = models.ForeignKey("logistics.Parcel", models.PROTECT, null=True, related_name="+")
    bag = models.ForeignKey("logistics.Bag", models.PROTECT, null=True, related_name="+")
    expected = models.BooleanField()
    scanned_at = models.DateTimeField(null=True)
    damaged = models.BooleanField(default=False)
    outcome = choice_field(ItemOutcome)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(parcel__isnull=True) ^ Q(bag__isnull=True), name="item_is_one_thing"),
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(is_open=True, expected=True), name="parcel_in_one_open_offer"
            ),
            models.UniqueConstraint(
                fields=["bag"], condition=Q(is_open=True, expected=True), name="bag_in_one_open_offer"
            ),
            models.UniqueConstraint(fields=["handover", "parcel"], name="parcel_once_in_a_handover"),
            models.UniqueConstraint(fields=["handover", "bag"], name="bag_once_in_a_handover"),
        ]
