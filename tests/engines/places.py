"""Folders for tests that need short paths, reachable by every account."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder under /tmp that others may enter; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="millstream-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
