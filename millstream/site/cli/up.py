"""`millstream up`: everything, supervised, in one terminal."""

from __future__ import annotations

import argparse
import asyncio
import os

from millstream.site import config
from millstream.site.cli.supervisor.console import Console
from millstream.site.cli.supervisor.lock import folder_lock
from millstream.site.cli.supervisor.orphans import stop_orphans
from millstream.site.cli.supervisor.supervise import supervise
from millstream.site.cli.supervisor.town import Town, clear_addresses

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names no public type


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "up",
        help="start everything and stay",
        description="Start the engines, migrate, start web, worker and media, and watch over them. Ctrl-C stops all.",
    )
    parser.add_argument("--demo", action="store_true", help="with an invented county, a simulated gateway and carrier")
    parser.add_argument("--room-apart", action="store_true", help="run the room server as a process of its own")
    parser.add_argument("--media", type=int, metavar="N", help="run so many media processes (default: 1)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Hold the folder, clear what an earlier run left, bring the town up and stay."""
    if arguments.demo:
        os.environ["MILLSTREAM_DEMO"] = "1"
    if arguments.room_apart:
        os.environ["MILLSTREAM_ROOM_APART"] = "1"
    if arguments.media is not None:
        os.environ["MILLSTREAM_MEDIA_PROCESSES"] = str(arguments.media)
    var = config.load().var
    with folder_lock(var):
        console = Console(var / "log")
        for name in stop_orphans(var):
            console.say(f"stopped what an earlier run left behind: {name}")
        clear_addresses(var)
        town = Town(config.load())
        town.refuse_busy_ports()
        town.refuse_silent_nats()
        console.say(f"starting Millstream on {var}" + (" (demo)" if town.config.demo else ""))
        try:
            return asyncio.run(supervise(town, console))
        finally:
            clear_addresses(var)
            console.close()
