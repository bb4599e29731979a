"""Running the simulators as a process of their own, as they run in a town."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

READY_SECONDS = 20.0


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class SimProcess:
    """`python -m millstream_sim`, which can be killed and started again on the same port and state."""

    def __init__(self, state: Path, *, web_origin: str, keys: Mapping[str, str], **settings: str) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.log = state / "sim.log"
        state.mkdir(parents=True, exist_ok=True)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SIM_", "GATEWAY_", "CARRIER_"))
        }
        self._environment = {
            **kept,
            "SIM_PORT": str(self.port),
            "SIM_STATE_DIR": str(state),
            "SIM_WEB_ORIGIN": web_origin,
            **keys,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "millstream_sim"], env=self._environment, stdout=log, stderr=log
            )
        patience = time.monotonic() + READY_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.origin}/healthz", timeout=1).close()  # noqa: S310 - our own address
            except OSError:
                assert self._process.poll() is None, self.log.read_text()
                assert time.monotonic() < patience, self.log.read_text()
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """Kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to stop."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)
