"""A seeded town kept between runs: copying its folder takes a blink, seeding and drawing it half a minute."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from millstream.media.plane.scenes import rendering
from millstream.site.config import REPOSITORY
from tests.engines import golden

SHELF = REPOSITORY / ".cache" / "golden-town"
KEPT = 2
SEEDING_SECONDS = 240.0
LIVE_SEED = 1  # the scene of the show that is live in a fresh demonstration
PASSING = ("run", "log")


def key() -> str:
    """Names the state of everything that decides what a freshly seeded town looks like."""
    digest = hashlib.sha256(golden.key().encode())
    package = REPOSITORY / "millstream"
    sources = {
        *package.glob("site/demo/**/*.py"),
        *package.glob("media/plane/scenes/**/*.py"),
        *package.glob("shops/adapters/pictures.py"),
        Path(__file__),
    }
    for source in sorted(sources):
        digest.update(f"{source.relative_to(REPOSITORY)}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def take_seeded(var: Path, environment: Mapping[str, str]) -> None:
    """Put a seeded town's folder at `var`: from the shelf, or made now and kept there."""
    with _alone():
        kept = SHELF / key()
        if kept.exists():
            kept.touch()
            golden.copy(kept, var)
            return
        _make(var, environment)
        draft = SHELF / f".{kept.name}"
        shutil.rmtree(draft, ignore_errors=True)
        golden.copy(var, draft)
        draft.rename(kept)
        aged = sorted((p for p in SHELF.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in aged[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time at the shelf: others wait for the first to seed."""
    SHELF.mkdir(parents=True, exist_ok=True)
    with (SHELF / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(var: Path, environment: Mapping[str, str]) -> None:
    """Seed with the program's own command, and render the scene that the show wants."""
    reel = var / "scenes" / f"scene-{rendering.DRAWING}-{LIVE_SEED}.reel"
    reel.parent.mkdir(parents=True)
    drawing = [sys.executable, "-m", "millstream.media.plane.scenes.render", str(LIVE_SEED), str(reel)]
    with subprocess.Popen(drawing, env=dict(environment)) as render:
        seeding = [sys.executable, "-m", "millstream", "demo"]
        done = subprocess.run(
            seeding, env=dict(environment), capture_output=True, text=True, timeout=SEEDING_SECONDS, check=False
        )
        assert render.wait(SEEDING_SECONDS) == 0
    assert done.returncode == 0, done.stdout + done.stderr
    for name in PASSING:
        shutil.rmtree(var / name, ignore_errors=True)
