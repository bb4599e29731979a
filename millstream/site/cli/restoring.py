"""Bring a backup back: check it whole, fill an empty database, put the files in place, move aside what stood there."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from millstream.site.cli.backing_up import CHUNK_BYTES, FOLDERS, FORMAT, KEYS, pg
from millstream.site.cli.refusal import CommandRefused
from millstream.site.config import Config
from millstream.site.engines.postgres import Postgres
from millstream.site.engines.running import running

COUNT_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    made_at: str
    tables: int
    files: int


def restore_backup(settings: Config, archive: Path, *, replace: bool) -> Restored:
    """Restore the archive; the caller holds the folder. Nothing is touched before the archive proved whole."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.var, prefix=".restore-") as place:
        unpacked = Path(place)
        about = unpack(archive, unpacked)
        aside = settings.var / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        with database_of(settings, aside, replace=replace) as url:
            refuse_full(url)
            pg(
                "pg_restore",
                url,
                [
                    *("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"),
                    *("--dbname=", str(unpacked / "database.dump")),
                ],
            )
            tables = int(pg("psql", url, ["--no-psqlrc", "-Atc", COUNT_TABLES]))
        put_in_place(unpacked, settings.var, aside)
    files = len(about["sums"].keys() - {"database.dump", *KEYS})
    return Restored(str(about["made_at"]), tables, files)


def unpack(archive: Path, target: Path) -> dict[str, dict[str, str]]:
    """Unpack and check every sum; refuses an archive that is not whole."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
        about = json.loads((target / "manifest.json").read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise CommandRefused(f"{archive} is not a whole backup: {error}") from error
    if about["format"] != FORMAT:
        raise CommandRefused(f"{archive} has format {about['format']}; this version reads format {FORMAT}")
    for name, wanted in about["sums"].items():
        if not (target / name).is_file() or digest(target / name) != wanted:
            raise CommandRefused(f"{archive} is damaged: {name} is not what was backed up")
    return dict(about)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    total = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            total.update(chunk)
    return total.hexdigest()


@contextmanager
def database_of(settings: Config, aside: Path, *, replace: bool) -> Iterator[str]:
    """The address of the database to fill: the outside one, or an embedded cluster, fresh when it replaces one."""
    if settings.external_database:
        assert settings.database_url is not None
        yield settings.database_url
        return
    home = settings.var / "postgres"
    if replace and home.exists():
        aside.mkdir()
        home.rename(aside / "postgres")
    postgres = Postgres(home, settings.run)
    with running(postgres, settings.logs / "postgres.log"):
        yield postgres.url()


def refuse_full(url: str) -> None:
    """Only an empty database may be filled."""
    if int(pg("psql", url, ["--no-psqlrc", "-Atc", COUNT_TABLES])):
        raise CommandRefused(
            "The database here is not empty. Restore into a fresh folder (MILLSTREAM_VAR=...), or say --replace "
            "(an embedded cluster is then moved aside; empty an outside database yourself)."
        )


def put_in_place(unpacked: Path, var: Path, aside: Path) -> None:
    """Swap the kept folders and the keys in; NATS starts empty, its old messages belong to another history."""
    for name in (*FOLDERS, *KEYS, "nats"):
        if name in KEYS and not (unpacked / name).exists():
            continue  # an archive from before there was such a key: the one that stands here goes on
        if (var / name).exists():
            aside.mkdir(exist_ok=True)
            (var / name).rename(aside / name)
        if (unpacked / name).exists():
            shutil.move(unpacked / name, var / name)
    for name in KEYS:
        if (var / name).exists():
            (var / name).chmod(0o600)
