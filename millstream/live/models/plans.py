"""Rows of what is planned before a show."""

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.live.types.plans import (
    LONGEST_SHOW,
    MOST_EVERY,
    MOST_TIMES,
    SHORTEST_SHOW,
    USUAL_LENGTH,
    PreviewState,
    Step,
)


class ShowSeries(Row):
    """A show that repeats: its rule, and what its next ones are called. Days that were left out stand in a list."""

    host = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    title = models.JSONField()
    story = models.JSONField(default=dict)
    poster = models.CharField(max_length=300, blank=True)
    lasts_minutes = models.IntegerField(default=USUAL_LENGTH)
    step = models.CharField(max_length=5)
    every = models.IntegerField()
    weekdays = models.JSONField(default=list)
    at = models.TimeField()
    zone = models.CharField(max_length=60)
    first_on = models.DateField()
    until = models.DateField(null=True)
    times = models.IntegerField(null=True)
    except_on = models.JSONField(default=list)
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(step__in=[step.value for step in Step]), name="series_step_known"),
            models.CheckConstraint(condition=Q(every__gte=1, every__lte=MOST_EVERY), name="series_every_fits"),
            models.CheckConstraint(
                condition=Q(times__isnull=True) | Q(times__gte=1, times__lte=MOST_TIMES), name="series_times_fit"
            ),
            models.CheckConstraint(
                condition=Q(lasts_minutes__gte=SHORTEST_SHOW, lasts_minutes__lte=LONGEST_SHOW),
                name="series_length_fits",
            ),
        ]
        indexes = [models.Index(fields=["stopped_at", "id"], name="series_by_stop")]


class Preview(Row):
    """The preview clip of a show: what was uploaded, how far the work is, what came of it."""

    show = models.OneToOneField("live.Show", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, default=PreviewState.WANTED.value)
    done_permille = models.IntegerField(default=0)
    key = models.CharField(max_length=80, blank=True)
    seconds = models.IntegerField(default=0)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    reason = models.CharField(max_length=20, blank=True)
    wished_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PreviewState]), name="preview_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=PreviewState.READY.value) | ~Q(key=""), name="ready_preview_has_files"
            ),
        ]
