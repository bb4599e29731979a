"""The demonstration's town, whole and real, started by its own command line on a folder and ports of its own."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.browser.shelf import take_seeded
from tests.engines.places import short_folder
from tests.site.cli.town import TownUnderTest

OURS = (
    "MILLSTREAM_",
    "DATABASE_URL",
    "NATS_URL",
    "MEDIA_",
    "SIM_",
    "GATEWAY_",
    "CARRIER_",
    "DJANGO_",
    "PYTEST_",
    "COV_",
)
QUICK = {
    "MILLSTREAM_RETURN_WINDOW_SECONDS": "2",
    "MILLSTREAM_CARRIER_STEP_SECONDS": "1",
    "MILLSTREAM_RELEASE_SWEEP_SECONDS": "5",
    "MILLSTREAM_NETWORK_RATE": "6000",
    "MEDIA_GRACE_SECONDS": "12",
}
HEALTHY_SECONDS = 60.0


def until[T](look: Callable[[], T], seconds: float, what: str, *, every: float = 0.05) -> T:
    """Look again and again until the answer is true; fails after the given time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)
    return found


class DemoTown(TownUnderTest):
    """A town in demo mode with short return windows and a quick carrier."""

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.ports['MILLSTREAM_WEB_PORT']}"

    @property
    def media(self) -> str:
        return f"http://127.0.0.1:{self.ports['MILLSTREAM_MEDIA_PORT']}"

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.ports['MILLSTREAM_SIM_PORT']}"

    @property
    def told(self) -> dict[str, Any]:
        """What `demo.json` tells: addresses, stream keys, sign-ins, access keys."""
        told: dict[str, Any] = json.loads((self.var / "demo.json").read_text())
        return told

    def begin(self) -> None:
        """Start the town and wait until every part of it is well."""
        self.up("--demo")
        until(self.is_well, HEALTHY_SECONDS, "every part of /healthz")

    def is_well(self) -> bool:
        """Whether `/healthz` finds every part well."""
        try:
            return httpx.get(f"{self.web}/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def publish_address(self, host: str = "dao") -> str:
        """Where the host's camera program sends: server and stream key."""
        return f"rtmp://127.0.0.1:{self.ports['MILLSTREAM_RTMP_PORT']}/live/{self.told['stream_keys'][host]}"

    def api(self, role: str = "") -> httpx.Client:
        """A program that asks the REST door, as a role of the demonstration or as nobody."""
        headers = {"Authorization": f"Bearer {self.told['access_keys'][role]}"} if role else {}
        return httpx.Client(base_url=f"{self.web}/api/v1", headers=headers, timeout=20)

    def reconcile(self) -> tuple[int, str]:
        """What `millstream reconcile` says: its exit code and its lines."""
        done = self.say("reconcile")
        return done.returncode, done.stdout + done.stderr

    def end(self) -> None:
        """Stop it by its own command; it must end in order and leave nobody behind."""
        assert self.supervisor is not None
        stopped = self.say("stop")
        assert (stopped.returncode, stopped.stdout) == (0, "Stopped.\n"), stopped.stdout + stopped.stderr
        assert self.supervisor.wait(30) == 0, self.said()
        assert self.left() == []


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that points at the engines of other tests."""
    return {key: value for key, value in os.environ.items() if not key.startswith(OURS)}


@contextmanager
def demo_town(settings: Mapping[str, str] | None = None) -> Iterator[DemoTown]:
    """A seeded town that runs inside the block. What it said stays in `.cache/towns/` when the block fails."""
    with short_folder() as folder:
        town = DemoTown(folder, {**clean_environment(), **QUICK, **(settings or {})})
        try:
            take_seeded(town.var, town.environment)
            town.begin()
            yield town
            town.end()
        except BaseException:
            _keep_words(town)
            raise
        finally:
            if town.supervisor is not None and town.supervisor.poll() is None:
                town.stop()
            for process in town.left():
                process.kill()


def _keep_words(town: DemoTown) -> None:
    """Keep the console and the logs of a town that failed, for whoever looks why."""
    kept = Path(__file__).parents[2] / ".cache" / "towns" / town.folder.name
    shutil.rmtree(kept, ignore_errors=True)
    if (town.var / "log").exists():
        shutil.copytree(town.var / "log", kept)
    if town.console.exists():
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copy(town.console, kept)
