"""Rendering a scene by a child, so that nothing here waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from millstream.media.plane.scenes.reel import Reel, load_reel

RENDERER = (sys.executable, "-m", "millstream.media.plane.scenes.render")
RENDER_SECONDS = 600.0  # ten seconds of work, but for a niced child on a machine that is full
LOOK_SECONDS = 0.1
DRAWING = 3  # raise when the drawing changes, so that cached reels are made anew


async def reel_of(seed: int, folder: Path) -> Reel:
    """The scene of a seed: from the disk, or rendered by a child.

    Raises ValueError when the renderer fails and TimeoutError when it hangs. However this ends, no child is left.
    """
    path = folder / f"scene-{DRAWING}-{seed}.reel"
    with contextlib.suppress(OSError, ValueError):
        return await asyncio.to_thread(load_reel, path)
    # Not by the event loop: uvloop runs Python between fork and exec, and that waits for ever for a lock that a
    # decoder's thread held in the moment of the fork; the loop waits with it, and every picture stands.
    enough = threading.Event()
    command = (*RENDERER, str(seed), str(path))
    working = asyncio.create_task(asyncio.to_thread(run_child, command, RENDER_SECONDS, enough))
    try:
        code = await asyncio.shield(working)
    finally:
        enough.set()
        await asyncio.wait([working])
    if code != 0:
        raise ValueError(f"the renderer ended with {code}")
    return await asyncio.to_thread(load_reel, path)


def run_child(command: Sequence[str], seconds: float, enough: threading.Event) -> int:
    """Run a child and give its exit status; killed when it takes longer (TimeoutError) or when it is enough."""
    child = subprocess.Popen(command)
    deadline = time.monotonic() + seconds
    try:
        while child.poll() is None and not enough.wait(LOOK_SECONDS):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the renderer took longer than {seconds:.0f} s")
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
    return child.returncode
