"""What the child is asked to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """One clip: from which folder, which window in milliseconds since 1970, into which drafts.

    `whole` takes all of a file, and `part` counts the files then, from 1; without it several files are joined.
    `most_ms` limits the length.
    """

    folder: str
    draft: str
    poster_draft: str
    from_ms: float
    to_ms: float
    part: int = 1
    most_ms: float | None = None
    standing: bool = False
    whole: bool = False
