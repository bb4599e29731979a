"""`millstream stop`: tell the `up` of this folder to stop, and wait until it has."""

from __future__ import annotations

import os
import signal
import time

from millstream.site import config
from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.supervisor.lock import holder
from millstream.site.cli.up import Commands

STOP_SECONDS = 120.0
LOOK_SECONDS = 0.1


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser("stop", help="stop what `up` started on this folder, in order")
    parser.set_defaults(run=run)


def run(_arguments: object) -> int:
    """Ask the supervisor to stop and wait until it is gone."""
    var = config.load().var
    pid = holder(var)
    if not pid:
        print("Nothing runs on this folder.")
        return 0
    os.kill(pid, signal.SIGTERM)
    patience = time.monotonic() + STOP_SECONDS
    while holder(var) == pid and time.monotonic() < patience:
        time.sleep(LOOK_SECONDS)
    if holder(var) == pid:
        raise CommandRefused(f"process {pid} still runs after {STOP_SECONDS:.0f} s; its console says what it waits for")
    print("Stopped.")
    return 0
