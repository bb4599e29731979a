"""A backup brings a town back: rows, files, keys. A damaged one, or a full database, is refused first."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from millstream.site import config
from millstream.site.cli.backing_up import libpq_environment, write_backup
from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.restoring import restore_backup
from millstream.site.engines.postgres import Postgres
from millstream.site.engines.running import running
from tests.engines.places import short_folder

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder."""
    with short_folder() as made:
        yield made


def load(var: Path, **env: str) -> config.Config:
    return config.load({"MILLSTREAM_VAR": str(var), **env})


def cluster(var: Path) -> Postgres:
    return Postgres(var / "postgres", var / "run", throwaway=True)


@pytest.fixture
def archive(folder: Path) -> Path:
    """The backup of a town with a table, a picture and a recording."""
    var = folder / "old"
    load(var)
    (var / "files").mkdir()
    (var / "files" / "bowl.webp").write_bytes(b"a bowl")
    (var / "recordings" / "s").mkdir(parents=True)
    (var / "recordings" / "s" / "1.mp4").write_bytes(b"a show")
    (var / "push_key.pem").write_bytes(b"the key that browsers know")
    with running(cluster(var), var / "log" / "postgres.log") as engine:
        with psycopg.connect(engine.url()) as connection:
            connection.execute("CREATE TABLE bowl AS SELECT 3 AS number")
        write_backup(load(var, DATABASE_URL=engine.url()), folder / "b.tar", moment=NOON, recordings=True)
    return folder / "b.tar"


def test_rows_files_and_keys_come_back(folder, archive):
    """Restored into an empty folder, everything is as it was."""
    var = folder / "new"
    restored = restore_backup(load(var), archive, replace=False)
    assert (restored.made_at, restored.tables, restored.files) == (NOON.isoformat(), 1, 2)
    assert (var / "files" / "bowl.webp").read_bytes() == b"a bowl"
    assert (var / "recordings" / "s" / "1.mp4").read_bytes() == b"a show"
    assert load(var).secrets == load(folder / "old").secrets
    assert (var / "push_key.pem").read_bytes() == b"the key that browsers know"
    for key in ("secrets.json", "push_key.pem"):
        assert stat.S_IMODE((var / key).stat().st_mode) == 0o600
    with running(cluster(var), var / "log" / "postgres.log") as engine, psycopg.connect(engine.url()) as connection:
        assert connection.execute("SELECT number FROM bowl").fetchone() == (3,)


def test_only_its_owner_reads_the_archive(archive):
    """The archive holds the keys: its mode is 600."""
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_recordings_may_stay_out(folder):
    """A backup without recordings holds the pictures all the same."""
    var = folder / "old"
    load(var)
    for name in ("files/a", "recordings/b"):
        (var / name).parent.mkdir()
        (var / name).write_bytes(b"x")
    with running(cluster(var), var / "log" / "postgres.log") as engine:
        settings = load(var, DATABASE_URL=engine.url())
        write_backup(settings, folder / "b.tar", moment=NOON, recordings=False)
    with tarfile.open(folder / "b.tar") as tar:
        assert tar.getnames() == ["database.dump", "secrets.json", "files/a", "manifest.json"]


def test_an_archive_without_a_push_key_leaves_the_one_that_is_there(folder):
    """Made before anybody asked for pushes: browsers that did since then are not lost."""
    var = folder / "old"
    load(var)
    with running(cluster(var), var / "log" / "postgres.log") as engine:
        write_backup(load(var, DATABASE_URL=engine.url()), folder / "b.tar", moment=NOON, recordings=True)
    (var / "push_key.pem").write_bytes(b"made since")
    restored = restore_backup(load(var), folder / "b.tar", replace=True)
    assert restored.files == 0
    assert (var / "push_key.pem").read_bytes() == b"made since"


def test_a_full_database_is_not_overwritten(folder, archive):
    """Where a town stands already, restore refuses; told to replace, it moves the old one aside."""
    var = folder / "old"
    with pytest.raises(CommandRefused, match="not empty"):
        restore_backup(load(var), archive, replace=False)
    assert (var / "files" / "bowl.webp").exists()
    restored = restore_backup(load(var), archive, replace=True)
    assert restored.tables == 1
    assert list(var.glob("before-restore-*/postgres"))
    assert list(var.glob("before-restore-*/secrets.json"))


def test_a_damaged_archive_is_refused_before_anything_moves(folder, archive):
    """One changed byte in a picture is noticed, and the folder stays empty."""
    damaged = folder / "damaged.tar"
    damaged.write_bytes(archive.read_bytes().replace(b"a bowl", b"a fowl"))
    var = folder / "new"
    with pytest.raises(CommandRefused, match="bowl"):
        restore_backup(load(var), damaged, replace=False)
    assert not (var / "postgres").exists()
    damaged.write_bytes(archive.read_bytes()[:5000])
    with pytest.raises(CommandRefused, match="not a whole backup"):
        restore_backup(load(var), damaged, replace=False)


def test_the_password_goes_by_environment():
    """An address becomes libpq's variables, percent signs decoded, so that no command line shows a password."""
    found = libpq_environment("postgresql://millstream:p%40ss@/millstream?host=%2Fvar%2Frun")
    assert found == {
        "PGHOST": "/var/run",
        "PGUSER": "millstream",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "millstream",
    }
