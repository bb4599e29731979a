"""What deals needs from above: the shows that its deals are in, and whether their counters are open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from millstream.kernel.refusals import Refusal
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


@dataclass(frozen=True, slots=True)
class Pressing:
    """The device on which a director presses: its browser's signed visitor id, whose it is, what it says it is."""

    id: UUID
    actor: UUID
    agent: str


class Shows(Protocol):
    """Knows shows."""

    def show(self, show_id: UUID, *, actor: UUID | None) -> ShowSeen | None:
        """The show with its rundown; None for an unknown one."""
        ...

    def closed_counters(self, shows: Iterable[UUID]) -> Mapping[UUID, Refusal]:
        """Of these shows, those in which nothing is sold now, each with the refusal that says why; one statement."""
        ...

    def sit_to_direct(self, show_id: UUID, device: Pressing, *, now: datetime) -> None:
        """Whoever presses directs from now on; refused while another device does."""
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
