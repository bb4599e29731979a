"""What deals needs from above: the shows that its deals are in."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from millstream.kernel.texts import Text
from millstream.people.types import ActorId


@dataclass(frozen=True, slots=True)
class ShowSeen:
    """A show as deals sees it. `may_direct` is about the actor who was asked for."""

    id: UUID
    host: ActorId
    title: Text
    url: str
    studio_url: str
    is_live: bool
    is_over: bool
    may_direct: bool
    variants: tuple[UUID, ...]
    pinned: UUID | None


class Shows(Protocol):
    """Knows shows."""

    def show(self, show_id: UUID, *, actor: UUID | None) -> ShowSeen | None:
        """The show with its rundown; None for an unknown one."""
        ...


_shows: Shows | None = None


def plug_shows(shows: Shows) -> None:
    """Let `shows` answer from now on; called by the site once."""
    global _shows  # noqa: PLW0603 - one implementation a process, plugged at start
    _shows = shows


def shows_port() -> Shows:
    """The plugged shows."""
    assert _shows is not None, "the site plugs shows at its start"
    return _shows
