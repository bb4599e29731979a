"""Settings of the simulators, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingMissing(Exception):
    """A setting without which the simulators cannot speak safely is not there."""


@dataclass(frozen=True, slots=True)
class SimSettings:
    """Where the simulators listen, keep their state and report to, and the keys both sides share."""

    host: str
    port: int
    state_dir: Path
    web_origin: str
    public_origin: str
    gateway_request_key: bytes
    gateway_webhook_key: bytes
    carrier_key: bytes
    carrier_step_seconds: float
    gateway_auto: str
    gateway_slow_seconds: float

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> SimSettings:
        """Read the settings; refuse by name what is missing."""
        port = int(environ.get("SIM_PORT", "8002"))
        host = environ.get("SIM_HOST", "127.0.0.1")
        return cls(
            host=host,
            port=port,
            state_dir=Path(environ.get("SIM_STATE_DIR", "var/sim")),
            web_origin=environ.get("SIM_WEB_ORIGIN", "http://127.0.0.1:8000").rstrip("/"),
            public_origin=environ.get("SIM_PUBLIC_ORIGIN", "").rstrip("/"),
            gateway_request_key=_key(environ, "GATEWAY_REQUEST_KEY"),
            gateway_webhook_key=_key(environ, "GATEWAY_WEBHOOK_KEY"),
            carrier_key=_key(environ, "CARRIER_KEY"),
            carrier_step_seconds=float(environ.get("CARRIER_STEP_SECONDS", "20")),
            gateway_auto=environ.get("GATEWAY_AUTO", ""),
            gateway_slow_seconds=float(environ.get("GATEWAY_SLOW_SECONDS", "8")),
        )


def _key(environ: Mapping[str, str], name: str) -> bytes:
    value = environ.get(name, "")
    if not value:
        raise SettingMissing(f"{name} is not set: the simulators sign everything with it")
    return value.encode()
