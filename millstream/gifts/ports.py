"""What gifts needs from above: whether the counters of the shows that it gives in are open."""

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from millstream.kernel.refusals import Refusal


class Shows(Protocol):
    """Knows shows."""

    def closed_counters(self, shows: Iterable[UUID]) -> Mapping[UUID, Refusal]:
        """Of these shows, those in which nothing is given now, each with the refusal that says why; one statement."""
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
