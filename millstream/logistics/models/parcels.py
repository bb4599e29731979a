"""Parcels, bags, their custody and every scan."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.logistics.models.fields import actor_field, choice_field, holder_kind_field
from millstream.logistics.types import (
    BagState,
    EventKind,
    HolderKind,
    ParcelState,
    ScanOutcome,
    ScanPurpose,
)

# Which kinds of holder a state allows; the same table as a constraint of the row.
STATE_HOLDERS: dict[ParcelState, tuple[HolderKind, ...]] = {
    ParcelState.ANNOUNCED: (HolderKind.MAKER,),
    ParcelState.PACKED: (HolderKind.MAKER,),
    ParcelState.AT_STATION: (HolderKind.STATION,),
    ParcelState.BAGGED: (HolderKind.STATION, HolderKind.CENTRE),
    ParcelState.ON_RUN: (HolderKind.RUN,),
    ParcelState.AT_CENTRE: (HolderKind.CENTRE,),
    ParcelState.CHECKED: (HolderKind.CENTRE,),
    ParcelState.WITH_CARRIER: (HolderKind.CARRIER,),
    ParcelState.FOR_COLLECTION: (HolderKind.STATION,),
    ParcelState.DELIVERED: (HolderKind.RECIPIENT,),
    ParcelState.CANCELLED: (HolderKind.MAKER, HolderKind.STATION),
    ParcelState.LOST: (HolderKind.CASE,),
}


def _state_fits_holder() -> Q:
    fits = Q()
    for state, kinds in STATE_HOLDERS.items():
        fits |= Q(state=state.value, holder_kind__in=[kind.value for kind in kinds])
    return fits


class ParcelQuerySet(OwnedQuerySet["Parcel"]):
    """Parcels as their parties see them."""

    def visible_to(self, actor: UUID) -> Self:
        """The parcels that this actor sends, waits for, or has or had a hand in at its own place."""
        return self.filter(
            Q(seller_id=actor)
            | Q(buyer_id=actor)
            | Q(station_id=actor)
            | Q(centre_id=actor)
            | Q(destination_station_id=actor)
            | Q(holder_id=actor)
        )


class BagQuerySet(OwnedQuerySet["Bag"]):
    """Bags as the places at their two ends see them."""

    def visible_to(self, actor: UUID) -> Self:
        """The bags that start, end or lie at this actor's place."""
        return self.filter(Q(origin_id=actor) | Q(destination_id=actor) | Q(holder_id=actor))


class Bag(Row):
    """A sealed container. While sealed it moves as one thing and its parcels move with it."""

    code = models.CharField(max_length=12, unique=True)
    origin = actor_field()
    destination = actor_field()
    state = choice_field(BagState)
    seal = models.CharField(max_length=40, blank=True)
    holder_kind = holder_kind_field()
    holder_id = models.UUIDField()
    version = models.IntegerField(default=1)
    opened_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    objects = OwnedManager["Bag"].reading(BagQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seal"], condition=~Q(seal=""), name="seal_used_once"),
            models.CheckConstraint(
                condition=~Q(state="sealed") | (~Q(seal="") & Q(sealed_at__isnull=False)), name="sealed_bag_has_seal"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["holder_id", "state"], name="logistics_bag_holder")]


class Parcel(Row):
    """A shipment of one order. Who holds it stands here and equals the fold of its custody events."""

    code = models.CharField(max_length=12, unique=True)
    order_id = models.UUIDField(unique=True)
    order_code = models.CharField(max_length=20)
    seller = actor_field(db_index=False)
    buyer = actor_field(db_index=False)
    station = actor_field(db_index=False)
    centre = actor_field(db_index=False)
    destination_station = actor_field(null=True, db_index=False)
    address = models.ForeignKey("people.Address", models.PROTECT, null=True, related_name="+", db_index=False)
    weight_grams = models.IntegerField()
    contents = models.JSONField(default=list)
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = choice_field(ParcelState)
    holder_kind = holder_kind_field()
    holder_id = models.UUIDField()
    version = models.IntegerField(default=1)
    misrouted = models.BooleanField(default=False)
    going_back = models.BooleanField(default=False)
    bag = models.ForeignKey(Bag, models.PROTECT, null=True, related_name="parcels", db_index=False)
    carrier_number = models.CharField(max_length=40, blank=True)
    last_track_number = models.IntegerField(default=0)
    last_asked_at = models.DateTimeField(null=True)
    collect_code = models.CharField(max_length=12, blank=True)
    opened_at = models.DateTimeField()
    packed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    objects = OwnedManager["Parcel"].reading(ParcelQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weight_grams__gt=0), name="parcel_weighs_something"),
            models.CheckConstraint(condition=Q(version__gte=1), name="parcel_version_counts_events"),
            models.CheckConstraint(condition=_state_fits_holder(), name="parcel_state_fits_holder"),
            models.CheckConstraint(
                condition=Q(bag__isnull=True) | Q(state__in=["bagged", "on_run", "at_centre", "at_station"]),
                name="bagged_parcel_rides",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
                name="delivered_has_a_time",
            ),
            models.UniqueConstraint(
                fields=["carrier_number"], condition=~Q(carrier_number=""), name="carrier_number_used_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["holder_id", "state"], name="logistics_parcel_holder"),
            models.Index(fields=["station", "state"], name="logistics_parcel_station"),
            models.Index(fields=["centre", "state"], name="logistics_parcel_centre"),
            models.Index(fields=["seller", "-opened_at"], name="logistics_parcel_seller"),
            models.Index(fields=["buyer", "-opened_at"], name="logistics_parcel_buyer"),
            models.Index(fields=["bag"], condition=Q(bag__isnull=False), name="logistics_parcel_bag"),
            models.Index(
                fields=["destination_station"],
                condition=Q(destination_station__isnull=False),
                name="logistics_parcel_destination",
            ),
        ]


class CustodyEvent(Row):
    """One line of custody, append-only: number, who gave, who has it now. A correction is a new line."""

    parcel = models.ForeignKey(Parcel, models.PROTECT, null=True, related_name="events", db_index=False)
    bag = models.ForeignKey(Bag, models.PROTECT, null=True, related_name="events", db_index=False)
    number = models.IntegerField()
    kind = choice_field(EventKind)
    giver_kind = holder_kind_field(null=True)
    giver_id = models.UUIDField(null=True)
    taker_kind = holder_kind_field()
    taker_id = models.UUIDField()
    by_actor_id = models.UUIDField(null=True)
    handover_id = models.UUIDField(null=True)
    scan_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parcel", "number"], name="parcel_events_count_up"),
            models.UniqueConstraint(fields=["bag", "number"], name="bag_events_count_up"),
            models.CheckConstraint(
                condition=Q(parcel__isnull=True) ^ Q(bag__isnull=True), name="event_has_one_subject"
            ),
            models.CheckConstraint(
                condition=(Q(number=1) & Q(giver_id__isnull=True))
                | (Q(number__gt=1) & Q(giver_id__isnull=False) & Q(giver_kind__isnull=False)),
                name="only_the_first_event_has_no_giver",
            ),
        ]


class ScanQuerySet(OwnedQuerySet["Scan"]):
    """Scans as those who made them see them."""

    def visible_to(self, actor: UUID) -> Self:
        """The scans made at this actor's place."""
        return self.filter(acting_id=actor)


class Scan(models.Model):
    """Every physical scan, accepted or refused, append-only; the id comes from the device, so a replay is known."""

    id = models.UUIDField(primary_key=True)
    asked_hash = models.CharField(max_length=64)
    text = models.CharField(max_length=300)
    purpose = choice_field(ScanPurpose)
    acting = actor_field()
    user_id = models.UUIDField(null=True)
    device = models.CharField(max_length=60, blank=True)
    device_at = models.DateTimeField(null=True)
    parcel = models.ForeignKey(Parcel, models.PROTECT, null=True, related_name="+")
    bag = models.ForeignKey(Bag, models.PROTECT, null=True, related_name="+")
    handover_id = models.UUIDField(null=True)
    outcome = choice_field(ScanOutcome)
    refusal = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    case_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    objects = OwnedManager["Scan"].reading(ScanQuerySet)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="refused") & ~Q(refusal="") | ~Q(outcome="refused") & Q(refusal=""),
                name="refused_scan_says_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["acting", "-at"], name="logistics_scan_acting")]
