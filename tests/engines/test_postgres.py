"""The embedded PostgreSQL: made once, recovered after anything, stopped in order, run by whoever may run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from millstream.site.config import REPOSITORY
from millstream.site.engines.account import EngineRefused, must_reach
from millstream.site.engines.postgres import Postgres, binaries
from millstream.site.engines.running import running, start, stop
from tests.engines.places import short_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can lend an account")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder short enough for a socket's path."""
    with short_folder() as folder:
        yield folder


def cluster(home: Path) -> Postgres:
    return Postgres(home / "postgres", home / "run", throwaway=True)


def one(postgres: Postgres, statement: str) -> object:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def keep_seven(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def test_the_application_is_not_a_superuser_and_owns_its_database(home):
    """The role of the application is an ordinary one that owns its database."""
    with running(cluster(home), home / "log") as engine:
        assert one(engine, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert one(engine, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == (
            "millstream"
        )


def test_nobody_enters_without_the_password(home):
    """A connection without the password is refused, even from this machine."""
    with running(cluster(home), home / "log") as engine, pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(engine.url().replace(engine.password, "guess"))


def test_a_second_start_finds_what_the_first_one_wrote(home):
    """Rows survive an ordered stop."""
    with running(cluster(home), home / "log") as engine:
        keep_seven(engine)
    with running(cluster(home), home / "log") as engine:
        assert one(engine, "SELECT number FROM kept") == 7


def test_rows_survive_kill_9_of_the_postmaster(home):
    """After kill -9 the next start recovers, stale pid file and all."""
    engine = Postgres(home / "postgres", home / "run")
    process = start(engine, home / "log")
    keep_seven(engine)
    process.kill()
    process.wait()
    assert (engine.data / "postmaster.pid").exists()
    with running(Postgres(home / "postgres", home / "run"), home / "log") as again:
        assert one(again, "SELECT number FROM kept") == 7


def test_a_pid_file_that_names_a_stranger_is_cleared(home):
    """A reused process number in a stale pid file neither stops the start nor the stranger."""
    engine = cluster(home)
    with running(engine, home / "log"):
        pass
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (engine.data / "postmaster.pid").write_text(f"{stranger.pid}\n{engine.data}\n0\n5432\n")
    try:
        with running(cluster(home), home / "log") as again:
            assert one(again, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_orphan_on_the_data_is_stopped_before_the_start(home):
    """A postmaster that lost its supervisor is stopped, not fought with."""
    orphan = start(cluster(home), home / "log")
    try:
        with running(cluster(home), home / "log") as again:
            assert one(again, "SELECT 1") == 1
            assert orphan.wait(5) == 0
    finally:
        orphan.kill()


def test_it_stops_when_its_parent_is_killed(home):
    """The kernel tells PostgreSQL when the supervisor dies, however it dies."""
    program = (
        "import sys, time; from pathlib import Path\n"
        "from millstream.site.engines.postgres import Postgres\n"
        "from millstream.site.engines.running import start\n"
        f"home = Path({str(home)!r})\n"
        "print(start(Postgres(home / 'postgres', home / 'run', throwaway=True), home / 'log').pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    patience = time.monotonic() + 10
    while psutil.pid_exists(child) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not psutil.pid_exists(child)
    assert "shut down" in (home / "log").read_text().splitlines()[-1]


def test_a_long_path_is_served_over_tcp_and_keeps_its_port(home):
    """Where a socket's path would be too long, PostgreSQL listens on 127.0.0.1, on the same port each time."""
    deep = home / ("d" * 60) / ("e" * 40)
    deep.mkdir(parents=True)
    ports = []
    for _ in range(2):
        with running(cluster(deep), home / "log") as engine:
            assert engine.sockets is None
            assert one(engine, "SELECT 1") == 1
            ports.append(engine.port)
    assert ports[0] == ports[1]


def test_a_cluster_of_another_major_version_is_refused(home):
    """Data of another PostgreSQL is left alone and said."""
    (home / "postgres" / "17").mkdir(parents=True)
    with pytest.raises(EngineRefused, match="PostgreSQL 17"):
        start(cluster(home), home / "log")


@as_root
def test_as_root_postgres_runs_as_an_ordinary_account(home):
    """Root lends PostgreSQL an account and keeps none of its rights."""
    engine = cluster(home)
    process = start(engine, home / "log")
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert psutil.Process(process.pid).uids().real != 0
        assert "CapEff:\t0000000000000000" in status
    finally:
        stop(engine, process)


@as_root
def test_as_root_it_runs_in_a_folder_that_others_cannot_enter(home):
    """In a closed folder PostgreSQL gets leave to pass through, and nothing else; the folder stays closed."""
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    engine = cluster(closed)
    process = start(engine, home / "log")
    try:
        assert engine.reach
        assert must_reach(engine.account, [engine.data])
        assert one(engine, "SELECT 1") == 1
        assert "CapEff:\t0000000000000004" in Path(f"/proc/{process.pid}/status").read_text()
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        stop(engine, process)


@as_root
def test_an_ordinary_user_needs_nothing_special(home):
    """Started by an ordinary user, PostgreSQL runs as that user."""
    launcher = REPOSITORY / "millstream" / "site" / "engines" / "launch.py"
    mine = home / "mine"
    mine.mkdir()
    os.chown(mine, 65534, 65534)
    program = (
        "import os; from pathlib import Path\n"
        "from millstream.site.engines.postgres import Postgres\n"
        "from millstream.site.engines.running import running\n"
        f"home = Path({str(mine)!r}); engine = Postgres(home / 'postgres', home / 'run', throwaway=True)\n"
        "with running(engine, home / 'log'): print(os.geteuid(), engine.account, engine.data.stat().st_uid)\n"
    )
    words = [sys.executable, "-I", "-S", str(launcher), "--user", "65534:65534", "--reach", str(os.getpid()), "--"]
    done = subprocess.run([*words, sys.executable, "-c", program], capture_output=True, text=True, cwd="/", check=False)
    assert done.stdout == "65534 None 65534\n", done.stderr


def test_the_wheel_carries_the_clients_that_backups_need():
    """pg_dump and pg_restore come with the server."""
    for program in ("pg_dump", "pg_restore", "psql"):
        assert (binaries() / program).exists()
