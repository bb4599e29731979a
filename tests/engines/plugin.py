"""A PostgreSQL cluster and a NATS server for each test process, started when the first test asks.

Loaded with `-p` before Django's settings, so that they read addresses that are known already although nothing
listens there yet. One cluster per process: the horizon of the fact sequencer is never held back by a neighbour.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg

from millstream.site.config import write_private
from millstream.site.engines.nats import Nats
from millstream.site.engines.ports import free_port
from millstream.site.engines.postgres import DATABASE, Postgres
from millstream.site.engines.running import start, stop
from tests.engines import golden

PREFIX = "millstream-test-"
TEST_DATABASE = "test"


# Hypothesis remembers what failed; like every cache it does so in .cache/.
os.environ.setdefault(
    "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).resolve().parents[2] / ".cache" / "hypothesis")
)


class Engines:
    """The engines of this test process; each starts once, on demand."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "log"
        self.postgres = Postgres(home / "postgres", home / "run", throwaway=True)
        self.nats = Nats(home / "nats", home / "run")
        self.nats.port = free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        write_private(self.postgres.home / "password", "test\n")
        write_private(self.nats.home / "token", "test\n")

    def start_nats(self) -> None:
        if "nats" not in self._processes:
            self._processes["nats"] = start(self.nats, self.log / "nats.log")

    def start_postgres(self, migrate: Callable[[], None]) -> None:
        """Start a cluster that holds a migrated database, from the shelf when it was migrated before."""
        if "postgres" in self._processes:
            return
        name = golden.key()
        with golden.shelf():
            shutil.rmtree(self.postgres.home)
            if not golden.take(self.postgres.home, name):
                write_private(self.postgres.home / "password", "test\n")
                self._migrated(migrate)
                golden.keep(self.postgres.home, name)
        self._start_cluster()

    def clone(self) -> None:
        """Give the tests a fresh copy of the migrated database, whoever was still connected to the old one."""
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {TEST_DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {TEST_DATABASE} TEMPLATE {DATABASE} STRATEGY FILE_COPY")

    def stop(self) -> None:
        for engine in (self.nats, self.postgres):
            if engine.name in self._processes:
                stop(engine, self._processes.pop(engine.name))
        shutil.rmtree(self.home, ignore_errors=True)

    def _start_cluster(self) -> None:
        self._processes["postgres"] = start(self.postgres, self.log / "postgres.log")

    def _migrated(self, migrate: Callable[[], None]) -> None:
        self._start_cluster()
        try:
            migrate()
        finally:
            stop(self.postgres, self._processes.pop("postgres"))


def _home() -> Path:
    """A folder named by our pid; those of dead test processes are cleared away."""
    base = Path(tempfile.gettempdir())
    for left in base.glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    home.chmod(0o755)
    return home


ENGINES = Engines(_home())
os.environ["MILLSTREAM_VAR"] = str(ENGINES.home / "var")
os.environ["DATABASE_URL"] = ENGINES.postgres.url(TEST_DATABASE)
os.environ["NATS_URL"] = ENGINES.nats.url
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")


def pytest_unconfigure() -> None:
    from millstream.kernel.nats import close_hints

    close_hints()
    ENGINES.stop()
