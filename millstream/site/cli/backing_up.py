"""Write a backup: the database first, then the files it speaks of, then what says whether all arrived."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from millstream.site.cli.refusal import CommandRefused
from millstream.site.config import Config
from millstream.site.engines.postgres import binaries

FORMAT = 1
CHUNK_BYTES = 2**20
KEYS = ("secrets.json", "push_key.pem")  # without the second, every browser that asked for pushes is lost
FOLDERS = ("files", "recordings", "sim")  # of var/; sim is the simulated bank and carrier of a demo


def write_backup(settings: Config, archive: Path, *, moment: datetime, recordings: bool) -> int:
    """Write the archive, whole or not at all; returns its size in bytes.

    The database is dumped in one snapshot before the files are read: files are only added, so every file that a
    dumped row names is in the archive.
    """
    assert settings.database_url is not None
    archive.parent.mkdir(parents=True, exist_ok=True)
    draft = archive.with_name(f".{archive.name}.draft")
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".millstream-backup-") as place:
        dump = Path(place) / "database.dump"
        pg("pg_dump", settings.database_url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"])
        members = [(dump, "database.dump"), *((settings.var / name, name) for name in KEYS)]
        members += [(path, name) for path, name in kept_files(settings.var) if recordings or is_not_recording(name)]
        sums: dict[str, str] = {}
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as sink, tarfile.open(fileobj=sink, mode="w") as tar:
            for path, name in members:
                add_file(tar, path, name, sums)
            about = {"format": FORMAT, "made_at": moment.isoformat(), "sums": sums}
            manifest = Path(place) / "manifest.json"
            manifest.write_text(json.dumps(about, indent=1))
            tar.add(manifest, "manifest.json")
            sink.flush()
            os.fsync(sink.fileno())
    draft.replace(archive)
    return archive.stat().st_size


def kept_files(var: Path) -> Iterator[tuple[Path, str]]:
    """Every kept file of `var` and its name in the archive."""
    for folder in FOLDERS:
        for path in sorted((var / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, path.relative_to(var).as_posix()


def is_not_recording(name: str) -> bool:
    return not name.startswith("recordings/")


def add_file(tar: tarfile.TarFile, path: Path, name: str, sums: dict[str, str]) -> None:
    """Add a file as it is now: one that grows meanwhile is taken up to the size it had."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return  # tidied away since it was listed, or a key that was never needed
    with source:
        entry = tar.gettarinfo(arcname=name, fileobj=source)
        measured = Measured(source.read, entry.size)
        tar.addfile(entry, measured)
        sums[name] = measured.digest.hexdigest()


class Measured:
    """A reader that hashes what passes and stops at a size."""

    def __init__(self, read: object, size: int) -> None:
        assert callable(read)
        self._read = read
        self._left = size
        self.digest = hashlib.sha256()

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """The next bytes, at most what is left."""
        chunk: bytes = self._read(min(size, self._left))
        self._left -= len(chunk)
        self.digest.update(chunk)
        return chunk


def pg(program: str, url: str, words: list[str]) -> str:
    """Run a PostgreSQL client; the password goes by environment, never by the command line."""
    done = subprocess.run(
        [str(binaries() / program), *words],
        env={**os.environ, **libpq_environment(url)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CommandRefused(f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def libpq_environment(url: str) -> dict[str, str]:
    """A connection URL as libpq's environment variables."""
    parts, more = urlsplit(url), parse_qs(urlsplit(url).query)
    host = more.get("host", [parts.hostname or ""])[0]
    found = {
        "PGHOST": host,
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGSSLMODE": more.get("sslmode", [""])[0],
    }
    return {key: value for key, value in found.items() if value}
