"""Pure decisions about what households are told of their host."""

from datetime import UTC, datetime

from millstream.live.types.studio import HOUSEHOLD_TOLD_EVERY


def told_at(listed_at: datetime) -> datetime:
    """When a household is told of a listing: with the others of the same two minutes, at their end."""
    every = HOUSEHOLD_TOLD_EVERY.total_seconds()
    return datetime.fromtimestamp((listed_at.timestamp() // every + 1) * every, tz=UTC)
