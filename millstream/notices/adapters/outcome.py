"""How handing a notice to its carrier ended."""

from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """Sent; to be tried later; refused for good; the address is dead; or nobody knows whether it went."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    GONE = "gone"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended, and what the carrier said."""

    end: End
    reason: str = ""
    wait_seconds: int = 0
