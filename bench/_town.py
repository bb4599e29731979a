"""The processes that `bench/buy.py` measures: engines, web, worker and gateway of their own, thrown away after."""
# ruff: noqa: PLC0415 - what needs settings is imported when there are some

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parents[1]
READY_SECONDS = 60.0


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Town:
    """A town of its own in a folder of its own."""

    def __init__(self, *, settings: dict[str, str]) -> None:
        from millstream.site.engines.nats import Nats
        from millstream.site.engines.postgres import Postgres
        from millstream.site.engines.running import Engine, start

        self.home = Path(tempfile.mkdtemp(prefix="millstream-bench-"))
        self.home.chmod(0o755)
        database, nats = (
            Postgres(self.home / "postgres", self.home / "run"),
            Nats(self.home / "nats", self.home / "run"),
        )
        self._engines: dict[str, tuple[Engine, subprocess.Popen[bytes]]] = {
            "postgres": (database, start(database, self.home / "postgres.log")),
            "nats": (nats, start(nats, self.home / "nats.log")),
        }
        self.web_port, self.sim_port = free_port(), free_port()
        os.environ |= {
            "DATABASE_URL": database.url(),
            "NATS_URL": nats.url,
            "MILLSTREAM_VAR": str(self.home / "var"),
            "MILLSTREAM_WEB_PORT": str(self.web_port),
            "MILLSTREAM_SIM_PORT": str(self.sim_port),
            "MILLSTREAM_PUBLIC_ORIGIN": f"http://127.0.0.1:{self.web_port}",
            "DJANGO_SETTINGS_MODULE": "millstream.site.settings",
            **settings,
        }
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *, workers: int = 2) -> None:
        """Start web, worker and gateway, and wait until they answer."""
        from millstream.site.cli.supervisor.town import granian
        from millstream.site.config import load

        settings = load()
        self._spawn("web", granian("127.0.0.1", self.web_port, workers), settings.children_env())
        self._spawn("worker", ["-m", "millstream", "worker"], settings.children_env())
        self._spawn("sim", ["-m", "millstream_sim"], {**settings.sim_env(), "GATEWAY_AUTO": "approve"})
        self._wait_for(f"http://127.0.0.1:{self.web_port}/hooks/gateway/sandbox")
        self._wait_for(f"http://127.0.0.1:{self.sim_port}/healthz")

    def _spawn(self, name: str, words: list[str], environment: dict[str, str]) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                [sys.executable, *words],
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                cwd=REPOSITORY,
                start_new_session=True,
            )

    def _wait_for(self, url: str) -> None:
        patience = time.monotonic() + READY_SECONDS
        while True:
            try:
                urllib.request.urlopen(url, timeout=10)  # noqa: S310 - our own address
            except urllib.error.HTTPError:
                return
            except OSError:
                for name, child in self._children.items():
                    if child.poll() is not None:
                        raise SystemExit(f"{name} died:\n{self.log_of(name)}") from None
                if time.monotonic() > patience:
                    raise SystemExit(f"{url} did not answer:\n{self.log_of('web')}") from None
                time.sleep(0.1)
            else:
                return

    def log_of(self, name: str) -> str:
        """The end of a process's log."""
        return "\n".join((self.home / f"{name}.log").read_text(errors="replace").splitlines()[-30:])

    def cpu_seconds(self) -> dict[str, float]:
        """What each part has used so far, its children with it."""
        heads = {name: child.pid for name, child in self._children.items()}
        heads |= {name: process.pid for name, (_, process) in self._engines.items()}
        return {name: _cpu_of(pid) for name, pid in heads.items()}

    def stop(self) -> None:
        """Stop everything that was started here and remove the folder."""
        from millstream.site.engines.running import stop

        for child in self._children.values():
            child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        for engine, process in reversed(self._engines.values()):
            stop(engine, process)
        shutil.rmtree(self.home, ignore_errors=True)


def _cpu_of(pid: int) -> float:
    """CPU seconds of a process and its descendants, those that have ended counted by their parent."""
    used = 0.0
    try:
        head = psutil.Process(pid)
        for process in (head, *head.children(recursive=True)):
            times = process.cpu_times()
            used += times.user + times.system + times.children_user + times.children_system
    except psutil.NoSuchProcess:
        pass
    return used
