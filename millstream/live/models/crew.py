"""Rows of who works on a show."""

from django.db import models
from django.db.models import F, Q

from millstream.kernel.models import Row
from millstream.live.types.crew import INVITED_AS

ROLES = [role.value for role in INVITED_AS]


class ShowCrew(Row):
    """Somebody who works on one show, or on all shows of its host when there is no show."""

    host = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    show = models.ForeignKey("live.Show", on_delete=models.CASCADE, related_name="+", null=True)
    actor = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "show", "actor"],
                condition=Q(left_at__isnull=True),
                nulls_distinct=False,
                name="one_crew_role_each",
            ),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="crew_role_known"),
            models.CheckConstraint(condition=~Q(host=F("actor")), name="host_is_no_crew"),
        ]
        indexes = [models.Index(fields=["actor", "left_at"], name="crew_by_actor")]


class CrewInvitation(Row):
    """An invitation by link: good for one person, for some days."""

    host = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    show = models.ForeignKey("live.Show", on_delete=models.CASCADE, related_name="+", null=True)
    role = models.CharField(max_length=10)
    sent_to = models.CharField(max_length=260, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="invited_role_known"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["host", "-made_at"], name="invitation_by_host")]
