"""Read the command line and hand over to a command; every refusal becomes one clear sentence."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from millstream.site.cli import archive, bench, database, doctor, erasing, nginx_config, processes, stop, up
from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.supervisor.lock import FolderTaken
from millstream.site.config import SettingRefused
from millstream.site.engines.account import EngineRefused

COMMANDS = (up, stop, processes, database, doctor, archive, erasing, nginx_config, bench)
REFUSED = 2


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code, 2 when it was refused."""
    parser = argparse.ArgumentParser(
        prog="millstream", description="Run and look after a Millstream installation.", allow_abbrev=False
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    arguments, rest = parser.parse_known_args(words)
    if rest and not getattr(arguments, "passes_on", False):
        parser.error(f"unknown: {' '.join(rest)}")
    arguments.rest = rest
    try:
        return int(arguments.run(arguments) or 0)
    except (SettingRefused, EngineRefused, FolderTaken, CommandRefused) as refusal:
        print(f"millstream: {refusal}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return 130
