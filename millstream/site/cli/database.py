"""Commands that work on the database through Django: prepare, migrate, demo, reconcile, manage, shell."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from millstream.site import config
from millstream.site.cli.books import refuse_other_currency
from millstream.site.cli.borrowed import borrowed_engines
from millstream.site.cli.django_side import in_django
from millstream.site.cli.up import Commands
from millstream.site.config import SettingRefused

OLDEST_SERVER = 160_000
MIGRATION_LOCK = 0x6D_69_6C_6C  # 'mill': one migration at a time on a database
CONNECT_SECONDS = 10.0
PAUSE_SECONDS = 0.2


def add(commands: Commands) -> None:
    """Describe the commands."""
    prepare = commands.add_parser("prepare", help="what `up` does first: check the database, migrate, seed the demo")
    prepare.add_argument("--demo", action="store_true", help="seed the invented county too")
    prepare.set_defaults(run=run_prepare)
    commands.add_parser("migrate", help="bring the database to this version").set_defaults(run=run_migrate)
    commands.add_parser("demo", help="seed the invented county (again changes nothing)").set_defaults(run=run_demo)
    reconcile = commands.add_parser("reconcile", help="prove that money, stock and custody add up; prints differences")
    reconcile.set_defaults(run=run_reconcile, passes_on=True)
    shell = commands.add_parser("shell", help="a Python shell inside the installation")
    shell.set_defaults(run=run_shell, passes_on=True)
    manage = commands.add_parser("manage", help="any Django management command: `millstream manage COMMAND ...`")
    manage.set_defaults(run=run_manage, passes_on=True)


def run_prepare(arguments: argparse.Namespace) -> int:
    """Check, migrate, and seed when told to."""
    with engines_in_django():
        migrate()
        if arguments.demo:
            call("demo")
    return 0


def run_migrate(_arguments: argparse.Namespace) -> int:
    """Migrate."""
    with engines_in_django():
        migrate()
    return 0


def run_demo(_arguments: argparse.Namespace) -> int:
    """Migrate and seed, in demo mode."""
    os.environ["MILLSTREAM_DEMO"] = "1"
    with engines_in_django():
        migrate()
        call("demo")
    return 0


def run_reconcile(arguments: argparse.Namespace) -> int:
    """Prove; the exit code tells whether everything adds up."""
    with engines_in_django():
        return call("reconcile", *arguments.rest)


def run_shell(arguments: argparse.Namespace) -> int:
    """Open a shell."""
    with engines_in_django():
        return call("shell", *arguments.rest)


def run_manage(arguments: argparse.Namespace) -> int:
    """Pass everything on to Django."""
    with engines_in_django():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["millstream manage", *arguments.rest])
    return 0


@contextmanager
def engines_in_django() -> Iterator[config.Config]:
    """Engines run and Django is ready inside the block."""
    with borrowed_engines() as settings:
        in_django(settings)
        yield settings
        from django.db import connections

        connections.close_all()


def call(command: str, *words: str) -> int:
    """Run a management command; its exit code, 0 when it names none."""
    from django.core.management import call_command

    try:
        call_command(command, *words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def migrate() -> None:
    """Bring the database to this version, one process at a time, after checking that the server will do."""
    from django.db import connection

    wait_for_server()
    if connection.cursor().connection.info.server_version < OLDEST_SERVER:
        raise SettingRefused("DATABASE_URL", "this server is older than PostgreSQL 16")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            began = time.monotonic()
            refuse_other_currency(_rows, config.load())
            call("migrate", "--no-input", "--verbosity", "0")
            print(f"database is at this version ({time.monotonic() - began:.1f} s)")
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _rows(sql: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def wait_for_server() -> None:
    """A managed server may be a moment late; refuses with its own words."""
    from django.db import OperationalError, connection

    patience = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() > patience:
                raise SettingRefused("DATABASE_URL", f"the database does not answer: {error}") from error
            time.sleep(PAUSE_SECONDS)
        else:
            return
