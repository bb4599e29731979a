"""Ids that come with an address of a room."""

from uuid import UUID


def message_id(text: str | None) -> UUID | None:
    """A message's id that somebody put into an address; None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
