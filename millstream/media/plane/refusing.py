"""Why a publisher is turned away or cut off: a word for the metrics beside the sentence for the encoder."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One word each; a metric's label, so the list is closed."""

    KEY = "key"
    CODEC = "codec"
    BITRATE = "bitrate"
    DURATION = "duration"
    CLOCK = "clock"
    MEDIA = "media"
    BUSY = "busy"
    CLOSED = "closed"
    TAKEN_OVER = "taken_over"
    FULL = "full"
    SLOW = "slow"
    SILENT = "silent"
    BROKEN = "broken"
    INTERNAL = "internal"
    STOPPING = "stopping"


def reason_of(error: Exception) -> Reason:
    """The word of a refusal; refusals that bring none are about the media."""
    found = getattr(error, "reason", Reason.MEDIA)
    return found if isinstance(found, Reason) else Reason.MEDIA
