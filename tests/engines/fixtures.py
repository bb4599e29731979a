"""The fixtures that hand engines to tests; `tests/conftest.py` re-exports them, so that they override the plugins'."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from millstream.site.engines.nats import Nats
from millstream.site.engines.postgres import DATABASE, Postgres
from millstream.site.engines.running import start, stop
from tests.engines.plugin import ENGINES

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

__all__ = ["chromium", "clean_environment", "django_db_setup", "nats_url", "own_nats", "pg_cluster"]


def _migrate_template() -> None:
    """Migrate the template through Django, then let go of it: a template must have no connections."""
    from django.core.management import call_command
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = DATABASE
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> None:
    """The test database is a copy of a migrated template; a test that commits leaves a fresh copy behind."""
    from django.db import connections
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        ENGINES.start_postgres(_migrate_template)
    ENGINES.clone()

    def fresh_copy(case: TransactionTestCase) -> None:
        connections.close_all()
        ENGINES.clone()

    # Django would truncate what models name; a copy also restores what migrations, triggers and queues made.
    TransactionTestCase._fixture_teardown = fresh_copy  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def pg_cluster(django_db_setup: None) -> Postgres:
    """The running cluster of this test process."""
    return ENGINES.postgres


@pytest.fixture(scope="session")
def nats_url() -> str:
    """The address of this test process's NATS server, JetStream on."""
    ENGINES.start_nats()
    return ENGINES.nats.url


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[Nats]:
    """A NATS server for one test alone: it may be stopped, and its streams are its own."""
    engine = Nats(tmp_path / "nats", tmp_path / "run")
    process = start(engine, tmp_path / "nats.log")
    yield engine
    stop(engine, process)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; without one the test fails, with what to do."""
    found = next((path for name in BROWSERS for path in [shutil.which(name)] if path), None)
    if found is None:
        pytest.fail(
            "Browser tests need Chromium: install it (`apt-get install chromium fonts-noto-cjk`) and run again."
        )
    return found


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """The environment for a child that must find its own engines, not those of the tests."""
    ours = ("MILLSTREAM_", "DATABASE_URL", "NATS_URL", "MEDIA_", "SIM_", "DJANGO_", "PYTEST_", "COV_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}
