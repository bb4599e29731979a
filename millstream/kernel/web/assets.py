"""Which built files a page loads: Vite's manifest read once, looked up by entry name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders

MANIFEST = "build/manifest.json"
BUILD_COMMAND = "python3 run.py setup"


class AssetsNotBuilt(Exception):
    """The front end was not built, or not with the entry a page asks for."""


@dataclass(frozen=True, slots=True)
class EntryFiles:
    """The files of one entry, as paths below the build folder, in the order a page names them."""

    styles: tuple[str, ...]
    modules: tuple[str, ...]
    preloads: tuple[str, ...]


def entry_files(manifest: Mapping[str, Mapping[str, Any]], entry: str) -> EntryFiles:
    """Follow an entry's static imports: its style sheets first found first, its module, what to preload.

    `manifest` is Vite's manifest; `entry` is the name of an entry of `frontend/vite.config.ts`, such as `main`.
    """
    start = next(
        (key for key, chunk in manifest.items() if chunk.get("isEntry") and chunk.get("name") == entry),
        None,
    )
    if start is None:
        raise AssetsNotBuilt(f"The front end has no entry named {entry!r}: see frontend/vite.config.ts.")
    styles: list[str] = []
    preloads: list[str] = []
    seen: set[str] = set()

    def walk(key: str) -> None:
        if key in seen:
            return
        seen.add(key)
        chunk = manifest[key]
        for imported in chunk.get("imports", ()):
            walk(imported)
        styles.extend(sheet for sheet in chunk.get("css", ()) if sheet not in styles)
        if key != start:
            preloads.append(chunk["file"])

    walk(start)
    return EntryFiles(tuple(styles), (manifest[start]["file"],), tuple(preloads))


@lru_cache(maxsize=4)
def _manifest_at(path: str, changed_ns: int) -> Mapping[str, Mapping[str, Any]]:
    """Parse the manifest of a path; `changed_ns` tells one build from the next where that is asked."""
    manifest: Mapping[str, Mapping[str, Any]] = json.loads(Path(path).read_text(encoding="utf-8"))
    return manifest


def read_manifest() -> Mapping[str, Mapping[str, Any]]:
    """Give the manifest of the build that this process serves, or say in one sentence how to make one.

    WhiteNoise lists the static files once, when the process starts, so a build made later is not taken up before the
    next start; the files of the build before stay on the disk for a day. With autorefresh every build is seen at once.
    """
    path = finders.find(MANIFEST)
    if not isinstance(path, str):
        raise AssetsNotBuilt(f"The front end is not built: run `{BUILD_COMMAND}` (it writes static/{MANIFEST}).")
    fresh = getattr(settings, "WHITENOISE_AUTOREFRESH", settings.DEBUG)
    return _manifest_at(path, Path(path).stat().st_mtime_ns if fresh else 0)


def asset_url(path: str) -> str:
    """Give the address of a file below the build folder; built names carry their own hash."""
    prefix = settings.STATIC_URL or "/static/"
    return f"{prefix}build/{path}"
