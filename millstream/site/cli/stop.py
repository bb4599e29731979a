"""`millstream stop`: tell the `up` of this folder to stop, and wait until it has."""

from __future__ import annotations

import os
import signal

from millstream.site import config
from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.supervisor.lock import holder
from millstream.site.cli.supervisor.orphans import wait_until_gone
from millstream.site.cli.up import Commands

STOP_SECONDS = 120.0


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser("stop", help="stop what `up` started on this folder, in order")
    parser.set_defaults(run=run)


def run(_arguments: object) -> int:
    """Ask the supervisor to stop and wait until it is gone."""
    pid = holder(config.load().var)
    if not pid:
        print("Nothing runs on this folder.")
        return 0
    os.kill(pid, signal.SIGTERM)
    if not wait_until_gone(pid, STOP_SECONDS):
        raise CommandRefused(f"process {pid} still runs after {STOP_SECONDS:.0f} s; its console says what it waits for")
    print("Stopped.")
    return 0
