"""Whose a report is to decide, and how often somebody reports the same thing."""

from collections.abc import Sequence
from typing import Final

from millstream.live.types import TalkRole
from millstream.live.types.talk import ReportState

CREW: Final = frozenset({TalkRole.HOST, TalkRole.COHOST, TalkRole.MODERATOR})
MOST_REPORTS_OF_ONE: Final = 2


def operator_decides(role: TalkRole | None, *, by_crew: bool) -> bool:
    """Whether a report is the operator's alone: of a show or product (no `role`), or of a line of those who keep order.

    Nobody dismisses what they, or whom they work with, are reported for. Lines of viewers and sellers the crew decides.
    """
    return role is None or role in CREW or by_crew


def next_turn(before: Sequence[ReportState]) -> int | None:
    """The number of a visitor's next report of the same thing: once more after a decision; None for one too many."""
    if ReportState.OPEN in before or len(before) >= MOST_REPORTS_OF_ONE:
        return None
    return len(before) + 1
