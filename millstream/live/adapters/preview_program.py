"""Runs the program that makes preview clips, and reads what it says."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Final

PROGRAM: Final = "millstream.live.adapters.preview_maker"
MOST_SECONDS: Final = 300
REASONS: Final = frozenset({"no_video", "no_picture", "too_large", "unreadable"})


class PreviewBroken(Exception):
    """No clip came of it; `reason` is one short word."""

    def __init__(self, reason: str, told: str) -> None:
        super().__init__(f"{reason}: {told}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Made:
    """What the clip is."""

    seconds: int
    width: int
    height: int


def make_clip(upload: Path, folder: Path, *, tell: Callable[[int], object]) -> Made:
    """Make `clip.mp4` and `poster.jpg` in `folder`; `tell` hears thousandths. Raises `PreviewBroken`."""
    with subprocess.Popen(
        [sys.executable, "-m", PROGRAM, str(upload), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    ) as running:
        end = Timer(MOST_SECONDS, running.kill)
        end.start()
        try:
            last = _listen(running, tell)
        finally:
            end.cancel()
        code = running.wait()
    if code:
        raise PreviewBroken(last if last in REASONS else "unreadable", f"the program ended with {code}")
    return Made(**json.loads(last))


def _listen(running: "subprocess.Popen[str]", tell: Callable[[int], object]) -> str:
    """Hear the progress; returns the last line."""
    last = ""
    assert running.stdout is not None
    for line in running.stdout:
        last = line.strip()
        if last.startswith("done "):
            tell(int(last.removeprefix("done ")))
    return last
