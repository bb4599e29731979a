"""Ports: choose a free one for an engine, tell whether a public one is taken."""

from __future__ import annotations

import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def lasting_port(note: Path) -> int:
    """The port written in `note` when it is free, else a free one, which is noted: addresses survive a restart."""
    if note.exists() and not is_busy(LOOPBACK, int(note.read_text())):
        return int(note.read_text())
    port = free_port()
    note.write_text(f"{port}\n")
    return port


def is_busy(host: str, port: int) -> bool:
    """Whether binding `host:port` would fail, without disturbing who holds it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not make it busy
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
