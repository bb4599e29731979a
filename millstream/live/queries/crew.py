"""Who may do what on a show."""

from uuid import UUID

from millstream.live.types import ShowRecord
from millstream.live.types.crew import CrewRole


def role_in(show: ShowRecord, actor: UUID | None) -> CrewRole | None:
    """As what an actor works on a show; None for everybody else."""
    return CrewRole.HOST if actor is not None and actor == show.host else None


def may_direct(show: ShowRecord, actor: UUID | None) -> bool:
    """Whether an actor may pin, price and open deals in a show: its host and co-hosts."""
    return role_in(show, actor) in (CrewRole.HOST, CrewRole.COHOST)


def may_moderate(show: ShowRecord, actor: UUID | None) -> bool:
    """Whether an actor may moderate the talk of a show: host, co-hosts and moderators."""
    return role_in(show, actor) is not None
