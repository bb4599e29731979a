"""A migrated cluster kept between test runs: copying it takes a blink, migrating takes seconds."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from millstream.site.config import REPOSITORY

SHELF = REPOSITORY / ".cache" / "golden"
KEPT = 4


def key() -> str:
    """Names the state of everything that decides what a migrated database looks like."""
    digest = hashlib.sha256(os.environ["DJANGO_SETTINGS_MODULE"].encode())
    package = REPOSITORY / "millstream"
    sources = {
        *package.rglob("migrations/**/*.py"),
        *package.rglob("*.sql"),
        *package.rglob("models.py"),
        *package.rglob("models/*.py"),
        *package.rglob("apps.py"),
        *package.glob("site/settings.py"),
        package / "site" / "engines" / "postgres.py",
        REPOSITORY / "requirements" / "dev.txt",
    }
    for source in sorted(sources):
        digest.update(f"{source.relative_to(REPOSITORY)}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def shelf() -> Iterator[Path]:
    """The shelf, ours alone inside the block: parallel workers and runs wait for the first to migrate."""
    SHELF.mkdir(parents=True, exist_ok=True)
    with (SHELF / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield SHELF


def take(home: Path, name: str) -> bool:
    """Copy the golden cluster to `home`; False when there is none under this name."""
    golden = SHELF / name
    if not golden.exists():
        return False
    golden.touch()
    copy(golden, home)
    return True


def keep(home: Path, name: str) -> None:
    """Put a stopped, migrated cluster on the shelf and clear old ones away."""
    draft = SHELF / f".{name}"
    shutil.rmtree(draft, ignore_errors=True)
    copy(home, draft)
    draft.rename(SHELF / name)
    aged = sorted((p for p in SHELF.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in aged[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def copy(source: Path, target: Path) -> None:
    """Copy a folder with its owners."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
