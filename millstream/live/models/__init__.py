"""Rows of shows, rundowns, pins, trade and talk."""

from millstream.live.models.shows import (
    Message,
    Mute,
    Pin,
    RundownItem,
    Show,
    Tally,
    Trade,
)

__all__ = [
    "Message",
    "Mute",
    "Pin",
    "RundownItem",
    "Show",
    "Tally",
    "Trade",
]
