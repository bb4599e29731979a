"""Rows of the registry and what they promise."""

from django.db import models
from django.db.models import F, Q

from millstream.kernel.models import Row

LEVELS = ("province", "prefecture", "county", "town", "village")


class Place(Row):
    """A node of the tree. `code` and `vintage` repeat the newest row of its codes, for the reader's sake."""

    code = models.CharField(max_length=24, db_index=True)
    vintage = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=12)
    name = models.JSONField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="place_level_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="place_valid_range"
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                name="place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PlaceCode(models.Model):
    """The code of a place in one vintage: offices renumber, places stay."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    vintage = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=24)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vintage", "code"], name="place_code_once_per_vintage"),
            models.UniqueConstraint(fields=["place", "vintage"], name="place_one_code_per_vintage"),
        ]
