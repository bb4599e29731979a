"""A real town for tests: `millstream up` on a folder and ports of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from millstream.site.cli.supervisor.orphans import CHILD_MARK, find_orphans
from millstream.site.engines.ports import free_port

UP_SECONDS = 120.0
PORTS = ("MILLSTREAM_WEB_PORT", "MILLSTREAM_MEDIA_PORT", "MILLSTREAM_SIM_PORT", "MILLSTREAM_RTMP_PORT")
BANNER = "Millstream is up"


class TownUnderTest:
    """One installation on one folder; its supervisor may be started, killed and started again."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.ports = {setting: free_port() for setting in PORTS}
        self.environment = {
            **environment,
            **{setting: str(port) for setting, port in self.ports.items()},
            "MILLSTREAM_VAR": str(self.var),
        }
        self.console = folder / "console.txt"
        self.supervisor: subprocess.Popen[bytes] | None = None

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one `millstream` command to its end."""
        command = [sys.executable, "-m", "millstream", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=UP_SECONDS, check=False
        )

    def up(self, *words: str) -> None:
        """Start, and wait for the banner."""
        with self.console.open("wb") as sink:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "millstream", "up", *words],
                env=self.environment,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        self.until(BANNER)

    def until(self, words: str, times: int = 1) -> None:
        """Wait until the console said the words so often."""
        patience = time.monotonic() + UP_SECONDS
        while self.said().count(words) < times:
            assert self.supervisor is not None
            assert self.supervisor.poll() is None, self.said()
            assert time.monotonic() < patience, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        return self.console.read_text(errors="replace")

    def process(self, name: str) -> psutil.Process:
        """The child of the supervisor that goes by this name."""
        assert self.supervisor is not None
        for child in psutil.Process(self.supervisor.pid).children():
            if child.environ().get(CHILD_MARK) == name:
                return child
        raise AssertionError(f"no {name} under the supervisor")

    def page(self, path: str = "/healthz", port: str = "MILLSTREAM_WEB_PORT") -> int:
        """The status of a page; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[port]}{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def until_page(self, *wanted: int) -> None:
        """Wait until the web answers so."""
        patience = time.monotonic() + UP_SECONDS
        while (status := self.page()) not in wanted:
            assert time.monotonic() < patience, f"{status}\n{self.said()}"
            time.sleep(0.1)

    def stop(self) -> int:
        """Stop in order; returns the supervisor's exit code."""
        assert self.supervisor is not None
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGTERM)
        return self.supervisor.wait(UP_SECONDS)

    def left(self) -> list[psutil.Process]:
        """Processes of this folder, whoever started them."""
        held = [p for p in psutil.process_iter() if _is_postgres_of(p, self.var)]
        return [*find_orphans(self.var), *held]


def _is_postgres_of(process: psutil.Process, var: Path) -> bool:
    try:
        return process.name() == "postgres" and str(var) in " ".join(process.cmdline())
    except psutil.Error:
        return False


@contextmanager
def town_in(folder: Path, environment: Mapping[str, str]) -> Iterator[TownUnderTest]:
    """A town that is stopped, or ended, after the block."""
    town = TownUnderTest(folder, environment)
    town.folder.mkdir(parents=True, exist_ok=True)
    try:
        yield town
    finally:
        if town.supervisor is not None and town.supervisor.poll() is None:
            os.kill(town.supervisor.pid, signal.SIGTERM)
            town.supervisor.wait(UP_SECONDS)
        for process in town.left():
            process.kill()
