"""Is it ready? Cheap questions that a supervisor may ask ten times a second."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any
from urllib.parse import urlsplit

PROBE_SECONDS = 2.0
HEALTH_SECONDS = 5.0


def answers_http(host: str, port: int, path: str = "/healthz") -> bool:
    """Whether somebody speaks HTTP there, whatever it says: the parts' own state is their page's matter."""
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path, headers={"User-Agent": "millstream-up"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def parts_told(host: str, port: int) -> dict[str, Any] | None:
    """What `/healthz` says of each part; None when nobody says."""
    connection = http.client.HTTPConnection(host, port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"User-Agent": "millstream-doctor"})
        return dict(json.loads(connection.getresponse().read())["parts"])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None
    finally:
        connection.close()


def accepts(host: str, port: int) -> bool:
    """Whether a connection is accepted there."""
    try:
        with socket.create_connection((host, port), timeout=PROBE_SECONDS):
            return True
    except OSError:
        return False


def host_and_port(url: str, default_port: int) -> tuple[str, int]:
    """Where a URL leads."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or default_port
