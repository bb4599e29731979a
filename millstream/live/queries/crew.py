"""Who may do what on a show."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from millstream.live.models import CrewInvitation, Show, ShowCrew
from millstream.live.refusals.crew import InvitationGone
from millstream.live.types import ShowId, ShowRecord, ShowState
from millstream.live.types.crew import CrewRecord, CrewRole, InvitationRecord

MOST_LISTED: Final = 60


def role_in(show: ShowRecord, actor: UUID | None) -> CrewRole | None:
    """As what an actor works on a show; None for everybody else. The host costs no question, others cost one."""
    if actor is None:
        return None
    return CrewRole.HOST if actor == show.host else crew_role(show.id, show.host, actor)


def crew_role(show: UUID, host: UUID, actor: UUID) -> CrewRole | None:
    """The role of somebody who is not the host: a co-host of all shows stays one where a show says moderator."""
    roles = set(
        ShowCrew.objects.filter(
            Q(show_id=show) | Q(show__isnull=True), host_id=host, actor_id=actor, left_at__isnull=True
        ).values_list("role", flat=True)
    )
    if CrewRole.COHOST.value in roles:
        return CrewRole.COHOST
    return CrewRole.MODERATOR if roles else None


def crew_roles(show: UUID, host: UUID) -> dict[str, str]:
    """Which actor has which role in a show, its host too; the same rule as `crew_role`."""
    rows = ShowCrew.objects.filter(Q(show_id=show) | Q(show__isnull=True), host_id=host, left_at__isnull=True)
    found: dict[str, str] = {}
    for actor, role in rows.values_list("actor_id", "role"):
        if found.get(str(actor)) != CrewRole.COHOST.value:
            found[str(actor)] = role
    return {**found, str(host): CrewRole.HOST.value}


def may_direct(show: ShowRecord, actor: UUID | None) -> bool:
    """Whether an actor may pin, price and open deals in a show: its host and co-hosts."""
    return role_in(show, actor) in (CrewRole.HOST, CrewRole.COHOST)


def may_moderate(show: ShowRecord, actor: UUID | None) -> bool:
    """Whether an actor may moderate the talk of a show: host, co-hosts and moderators."""
    return role_in(show, actor) is not None


def crew_record(row: ShowCrew) -> CrewRecord:
    """The record of a row."""
    return CrewRecord(row.id, row.host_id, row.show_id, row.actor_id, CrewRole(row.role), row.joined_at)


def invitation_record(row: CrewInvitation) -> InvitationRecord:
    """The record of a row."""
    return InvitationRecord(
        row.id, row.host_id, row.show_id, CrewRole(row.role), row.sent_to, row.made_at, row.expires_at
    )


def crew_of(host: UUID, show: UUID | None = None) -> list[CrewRecord]:
    """Who works for a host: on all shows, and on one show when it is named, the first to join first."""
    wanted = Q(show__isnull=True) | Q(show_id=show) if show else Q(show__isnull=True)
    rows = ShowCrew.objects.filter(wanted, host_id=host, left_at__isnull=True).order_by("joined_at", "id")
    return [crew_record(row) for row in rows[:MOST_LISTED]]


def open_invitations(host: UUID, now: datetime, show: UUID | None = None) -> list[InvitationRecord]:
    """A host's invitations that can still be used, for all shows and for one when it is named."""
    wanted = Q(show__isnull=True) | Q(show_id=show) if show else Q(show__isnull=True)
    rows = CrewInvitation.objects.filter(
        wanted, host_id=host, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    return [invitation_record(row) for row in rows.order_by("-made_at", "-id")[:MOST_LISTED]]


def invitation(invitation_id: UUID, now: datetime) -> InvitationRecord:
    """An invitation that can still be used; refuses with `InvitationGone`."""
    row = CrewInvitation.objects.filter(
        id=invitation_id, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    ).first()
    if row is None:
        raise InvitationGone
    return invitation_record(row)


def shows_worked_on(actor: UUID) -> list[tuple[ShowId, CrewRole]]:
    """The planned and live shows of others on which an actor works, the next first, with the role there."""
    mine = list(ShowCrew.objects.filter(actor_id=actor, left_at__isnull=True)[:MOST_LISTED])
    everywhere = {row.host_id: row.role for row in mine if row.show_id is None}
    single = {row.show_id: row.role for row in mine if row.show_id is not None}
    found = _open_shows(everywhere, single)
    return [(ShowId(show), _stronger(everywhere.get(host), single.get(show))) for show, host in found]


def _open_shows(hosts: dict[UUID, str], shows: dict[UUID, str]) -> Sequence[tuple[UUID, UUID]]:
    if not hosts and not shows:
        return ()
    rows = Show.objects.filter(
        Q(host_id__in=hosts) | Q(id__in=shows), state__in=(ShowState.PLANNED.value, ShowState.LIVE.value)
    ).order_by("starts_at", "id")
    return list(rows.values_list("id", "host_id")[:MOST_LISTED])


def _stronger(*roles: str | None) -> CrewRole:
    return CrewRole.COHOST if CrewRole.COHOST.value in roles else CrewRole.MODERATOR
