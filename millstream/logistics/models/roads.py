"""The places that carry, and the skeleton of roads between them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from millstream.kernel.models import Row
from millstream.logistics.models.fields import actor_field, choice_field
from millstream.logistics.types import NodeKind


class RoadNode(Row):
    """A point of the road skeleton: the centre, a station, a village, or a junction."""

    key = models.SlugField(max_length=60, unique=True)
    kind = choice_field(NodeKind)
    name = models.JSONField()
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    longitude = models.FloatField()
    latitude = models.FloatField()


class RoadEdge(Row):
    """A road between two points, both ways; some close in the wet season."""

    a = models.ForeignKey(RoadNode, models.PROTECT, related_name="+")
    b = models.ForeignKey(RoadNode, models.PROTECT, related_name="+")
    metres = models.IntegerField()
    seconds = models.IntegerField()
    closed_in_wet_season = models.BooleanField(default=False)
    is_closed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["a", "b"], name="one_road_between_two_points"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="road_named_from_the_smaller_id"),
            models.CheckConstraint(condition=Q(metres__gt=0, seconds__gt=0), name="road_has_length_and_time"),
        ]


class Centre(Row):
    """A county operation centre: where runs start and end."""

    actor = models.OneToOneField("people.Actor", models.PROTECT, related_name="+")
    node = models.ForeignKey(RoadNode, models.PROTECT, related_name="+")
    code = models.CharField(max_length=6, unique=True)
    carrier = actor_field(null=True)
    wet_season = models.BooleanField(default=False)
    terrain_permille = models.IntegerField(default=1450)


class Station(Row):
    """A village service station and the centre that serves it."""

    actor = models.OneToOneField("people.Actor", models.PROTECT, related_name="+")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="stations")
    node = models.ForeignKey(RoadNode, models.PROTECT, related_name="+")
    route_code = models.CharField(max_length=8, unique=True)
    service_seconds = models.IntegerField(default=300)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(service_seconds__gt=0), name="station_stop_takes_time"),
        ]
