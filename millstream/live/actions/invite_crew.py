"""Ask people to work on a show, let them join, let them go."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.live.actions.lock_show import lock_show
from millstream.live.actions.log_act import open_shows_of, order_changed
from millstream.live.facts import CrewJoined, CrewLeft
from millstream.live.models import CrewInvitation, ShowCrew, StudioSeat
from millstream.live.queries.crew import crew_record, crew_role, invitation_record
from millstream.live.refusals import NotYourShow
from millstream.live.refusals.crew import (
    AlreadyInCrew,
    CrewFull,
    InvitationGone,
    NotInCrew,
    TooManyInvitations,
)
from millstream.live.types.crew import (
    INVITATION_HOLDS_FOR,
    INVITED_AS,
    MOST_CREW,
    MOST_OPEN_INVITATIONS,
    CrewRecord,
    CrewRole,
    InvitationRecord,
)


@transaction.atomic
def invite_crew(
    host: UUID, role: CrewRole, *, now: datetime, show_id: UUID | None = None, sent_to: str = ""
) -> InvitationRecord:
    """Make an invitation to work on one show, or on all shows of a host; good for one person and seven days."""
    assert role in INVITED_AS, role
    if show_id is not None:
        lock_show(show_id, host=host)
    still_open = CrewInvitation.objects.filter(
        host_id=host, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    if still_open.count() >= MOST_OPEN_INVITATIONS:
        raise TooManyInvitations(most=MOST_OPEN_INVITATIONS)
    row = CrewInvitation.objects.create(
        id=new_id(),
        host_id=host,
        show_id=show_id,
        role=role.value,
        sent_to=sent_to,
        made_at=now,
        expires_at=now + INVITATION_HOLDS_FOR,
    )
    return invitation_record(row)


def take_back_invitation(invitation_id: UUID, *, host: UUID, now: datetime) -> None:
    """Make an invitation useless; one that was used stays as it is."""
    CrewInvitation.objects.filter(id=invitation_id, host_id=host, used_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=now
    )


def join_crew(invitation_id: UUID, *, actor: UUID, now: datetime) -> CrewRecord:
    """Use an invitation: once, by one person, who is not the host and not of the crew already."""
    try:
        return _join(invitation_id, actor, now)
    except IntegrityError as broken:
        if "one_crew_role_each" not in str(broken):
            raise
        raise AlreadyInCrew from None


@transaction.atomic
def _join(invitation_id: UUID, actor: UUID, now: datetime) -> CrewRecord:
    row = CrewInvitation.objects.select_for_update().filter(id=invitation_id).first()
    if row is None or row.used_at or row.revoked_at or row.expires_at <= now:
        raise InvitationGone
    if actor == row.host_id:
        raise AlreadyInCrew
    there = Q(show_id=row.show_id) if row.show_id else Q(show__isnull=True)
    crew = ShowCrew.objects.filter(there, host_id=row.host_id, left_at__isnull=True)
    if crew.count() >= MOST_CREW:
        raise CrewFull(most=MOST_CREW)
    joined = ShowCrew.objects.create(
        id=new_id(), host_id=row.host_id, show_id=row.show_id, actor_id=actor, role=row.role, joined_at=now
    )
    row.used_at, row.used_by_id = now, actor
    row.save(update_fields=["used_at", "used_by"])
    order_changed(*_shows_of(joined))
    record(CrewJoined(crew=joined.id, host=row.host_id, show=row.show_id, actor=actor, role=row.role), now=now)
    return crew_record(joined)


@transaction.atomic
def leave_crew(crew_id: UUID, *, by: UUID, now: datetime) -> None:
    """End somebody's work on a show: by the host, or by themselves.

    Whoever does not direct any more leaves the seat at once; the room takes the badge away.
    """
    row = ShowCrew.objects.select_for_update().filter(id=crew_id, left_at__isnull=True).first()
    if row is None:
        raise NotInCrew
    if by not in (row.host_id, row.actor_id):
        raise NotYourShow
    ShowCrew.objects.filter(id=row.id).update(left_at=now)
    shows = _shows_of(row)
    _leave_seats(row, shows, now)
    order_changed(*shows)
    record(CrewLeft(crew=row.id, host=row.host_id, show=row.show_id, actor=row.actor_id, by=by), now=now)


def _shows_of(row: ShowCrew) -> list[UUID]:
    """The shows that a role is about: one, or all of the host that are not over."""
    return [row.show_id] if row.show_id is not None else open_shows_of(row.host_id)


def _leave_seats(row: ShowCrew, shows: Sequence[UUID], now: datetime) -> None:
    """Free what somebody sits on in shows that they direct no more."""
    lost = [show for show in shows if crew_role(show, row.host_id, row.actor_id) is not CrewRole.COHOST]
    StudioSeat.objects.filter(show_id__in=lost, actor_id=row.actor_id, until__gt=now).update(until=now)
