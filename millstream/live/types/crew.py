"""Who works on a show, and how somebody is asked to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

INVITATION_HOLDS_FOR: Final = timedelta(days=7)
MOST_CREW: Final = 20
MOST_OPEN_INVITATIONS: Final = 20


class CrewRole(StrEnum):
    """As what somebody works on a show: the host owns it, a co-host directs it, a moderator minds the talk."""

    HOST = "host"
    COHOST = "cohost"
    MODERATOR = "moderator"


INVITED_AS: Final = (CrewRole.COHOST, CrewRole.MODERATOR)


@dataclass(frozen=True, slots=True)
class CrewRecord:
    """Somebody who works on one show of a host, or on all of them (`show` is None)."""

    id: UUID
    host: UUID
    show: UUID | None
    actor: UUID
    role: CrewRole
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """An invitation that was not used yet. `sent_to` is a masked contact, empty when the host passes the link on."""

    id: UUID
    host: UUID
    show: UUID | None
    role: CrewRole
    sent_to: str
    made_at: datetime
    expires_at: datetime
