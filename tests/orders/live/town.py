"""A web process and a gateway process over the test database, as in a town: real HTTP, real webhooks, real kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from millstream.site.cli.supervisor.town import granian
from tests.orders.web.conftest import keys
from tests.sim.process import SimProcess, free_port

READY_SECONDS = 40.0


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow redirects."""

    def redirect_request(self, *_args: Any) -> None:
        """Stay where the answer is."""


class Town:
    """Web and gateway; settings are environment variables of the web process."""

    def __init__(self, folder: Path, database_url: str, nats_url: str, **settings: str) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.sim = SimProcess(folder / "sim", web_origin=self.origin, keys=keys(), GATEWAY_SLOW_SECONDS="1")
        self.log = folder / "web.log"
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "NATS_URL": nats_url,
            "MILLSTREAM_WEB_PORT": str(self.port),
            "MILLSTREAM_SIM_PORT": str(self.sim.port),
            "MILLSTREAM_PUBLIC_ORIGIN": self.origin,
            **settings,
        }
        self._web: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both and wait until they answer."""
        self.sim.start()
        self.start_web()

    def start_web(self) -> None:
        """Start the web process."""
        with self.log.open("ab") as log:
            self._web = subprocess.Popen(
                [sys.executable, *granian("127.0.0.1", self.port, 1)],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        patience = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.get("/hooks/gateway/sandbox")
            except OSError:
                assert self._web.poll() is None, self.log.read_text()
                assert time.monotonic() < patience, self.log.read_text()
                time.sleep(0.1)
            else:
                return

    def kill_web(self) -> None:
        """Kill -9 the web server with its worker."""
        assert self._web is not None
        os.killpg(self._web.pid, signal.SIGKILL)
        self._web.wait()

    def stop(self) -> None:
        """Stop both."""
        if self._web is not None and self._web.poll() is None:
            os.killpg(self._web.pid, signal.SIGTERM)
            try:
                self._web.wait(10)
            except subprocess.TimeoutExpired:
                self.kill_web()
        self.sim.stop()

    def get(self, path: str) -> tuple[int, str]:
        """Read a page."""
        return self._open(urllib.request.Request(self.origin + path))  # noqa: S310 - our own address

    def post(self, path: str, told: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Send JSON; the status and the JSON of the answer."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        kept = {"content-type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.origin + path, data=body, headers=kept)  # noqa: S310 - our own address
        status, text = self._open(request)
        return status, json.loads(text)

    @staticmethod
    def _open(request: urllib.request.Request) -> tuple[int, str]:
        try:
            with urllib.request.build_opener(Stay).open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def buy(self, variant: object, *, key: str = "", **told: Any) -> tuple[int, Any]:
        """Buy as a program does."""
        wanted = {"variant": str(variant), "contact": "13800138000", "name": "Bo", "address": "12 Canal Street", **told}
        return self.post("/api/v1/buy", wanted, {"idempotency-key": key or uuid4().hex})

    def choose(self, pay_url: str, choice: str) -> None:
        """Press a button of the payer's page."""
        data = urlencode({"choice": choice}).encode()
        status, _ = self._open(urllib.request.Request(pay_url, data=data))  # noqa: S310 - our own address
        assert status == 303, status


def wait_until(happens: Any, seconds: float = 15.0) -> bool:
    """Look until it happens."""
    patience = time.monotonic() + seconds
    while time.monotonic() < patience:
        if happens():
            return True
        time.sleep(0.05)
    return False
