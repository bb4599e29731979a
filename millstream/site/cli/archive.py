"""`millstream backup` and `millstream restore`: one file that holds everything a town keeps."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from millstream.site import config
from millstream.site.cli.backing_up import write_backup
from millstream.site.cli.borrowed import borrowed_engines
from millstream.site.cli.restoring import restore_backup
from millstream.site.cli.supervisor.lock import folder_lock
from millstream.site.cli.up import Commands


def add(commands: Commands) -> None:
    """Describe the commands."""
    backup = commands.add_parser(
        "backup",
        help="write database, files and secrets into one archive; may run while the town is up",
        description="The archive opens everything: it holds the secrets too. It is made readable by its owner only.",
    )
    backup.add_argument("archive", nargs="?", type=Path, help="default: backups/<time>.tar beside var/")
    backup.add_argument("--without-recordings", action="store_true", help="leave the recordings of shows out")
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser(
        "restore",
        help="bring a backup back into an empty installation",
        description="What stood there before is moved aside, never deleted. Refused while the town is up.",
    )
    restore.add_argument("archive", type=Path)
    restore.add_argument("--replace", action="store_true", help="also when the database here is not empty")
    restore.set_defaults(run=run_restore)


def run_backup(arguments: argparse.Namespace) -> int:
    """Write one archive."""
    with borrowed_engines() as settings:
        moment = datetime.now(UTC)
        archive = arguments.archive or settings.var.parent / "backups" / f"millstream-{moment:%Y%m%d-%H%M%S}.tar"
        size = write_backup(settings, archive, moment=moment, recordings=not arguments.without_recordings)
    print(f"Wrote {archive} ({size / 2**20:.1f} MB). It holds the secrets: keep it where only you can read it.")
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    """Bring one archive back."""
    with folder_lock(config.load().var):
        restored = restore_backup(config.load(), arguments.archive, replace=arguments.replace)
    print(f"Restored what was backed up at {restored.made_at}: {restored.tables} tables, {restored.files} files.")
    print("Start it with `millstream up`, then run `millstream reconcile`.")
    return 0
