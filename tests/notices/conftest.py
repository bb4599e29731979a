"""A mail server and a push service of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.notices.push_service import PushService
from tests.notices.smtp_sink import SmtpSink


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    """The mail server of this town."""
    with SmtpSink() as server:
        settings.MAILERS = server.mailers()
        yield server


@pytest.fixture
def push(settings: Any, tmp_path: Path) -> Iterator[PushService]:
    """A push service that this town talks to."""
    settings.NOTICES_PUSH_HOSTS = ("127.0.0.1",)
    with PushService() as service:
        yield service
