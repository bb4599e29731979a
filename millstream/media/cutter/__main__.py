"""The child: one job as JSON on its input, progress and the result as lines of JSON on its output."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av

from millstream.media.cutter.copying import Cut, NothingThere, Tell, copy_cut
from millstream.media.cutter.job import Job
from millstream.media.cutter.joining import join
from millstream.media.cutter.poster import draw_poster
from millstream.media.cutter.source import Stretch, stretches
from millstream.media.cutter.standing import TooLong, is_standing, stand_up

NICENESS = 10


@dataclass(frozen=True, slots=True)
class Result:
    """What lies beside the final name now, complete and on the disk; `parts` is how many files the wish becomes."""

    starts_at_ms: float
    ends_at_ms: float
    duration_ms: int
    width: int
    height: int
    size_bytes: int
    sha256: str
    parts: int


def cut(job: Job) -> Result:
    """Cut one clip and its poster into drafts beside their names; the caller renames them."""
    found = stretches(Path(job.folder), job.from_ms, job.to_ms)
    draft = Path(job.draft)
    draft.parent.mkdir(parents=True, exist_ok=True)
    # A whole recording may be hours long: it is never encoded again.
    joins = len(found) > 1 and job.part == 1 and not job.whole
    made = _join(job, found, draft) if joins else _copy(job, found, draft)
    size = (made.width, made.height)
    if job.standing and not is_standing(*size):
        lying = draft.with_suffix(".lying")
        draft.replace(lying)
        size = stand_up(lying, draft, tell=_tell)
        lying.unlink()
    draw_poster(draft, Path(job.poster_draft))
    digest, count = _seal(draft)
    parts = 1 if joins else len(found)
    return Result(made.starts_at_ms, made.ends_at_ms, made.duration_ms, *size, count, digest, parts)


def _copy(job: Job, found: list[Stretch], draft: Path) -> Cut:
    if len(found) < job.part:
        raise NothingThere
    return copy_cut(
        found[job.part - 1],
        draft,
        from_ms=job.from_ms,
        to_ms=job.to_ms,
        most_ms=job.most_ms,
        tell=_teller(job),
        whole=job.whole,
    )


def _join(job: Job, found: list[Stretch], draft: Path) -> Cut:
    tell = _teller(job)
    return join(found, draft, from_ms=job.from_ms, to_ms=job.to_ms, most_ms=job.most_ms, tell=tell)


def _teller(job: Job) -> Tell:
    """Standing up takes longer than what comes before it, and tells of itself."""
    return _tell if not job.standing else lambda _permille: None


def _seal(path: Path) -> tuple[str, int]:
    """The hash and length of a file that is on the disk, not only on its way there."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, path.stat().st_size


def _say(**told: Any) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _tell(permille: int) -> None:
    _say(progress=permille)


def main() -> int:
    """Read the job, cut, say how it went."""
    os.nice(NICENESS)
    job = Job(**json.loads(sys.stdin.readline()))
    try:
        result = cut(job)
    except NothingThere:
        _say(failed="nothing_there")
        return 3
    except TooLong:
        _say(failed="too_long")
        return 3
    except (av.FFmpegError, OSError, ValueError, StopIteration) as wrong:
        _say(failed=f"{type(wrong).__name__}: {wrong}"[:300])
        return 4
    _say(done=asdict(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
