"""The town of the browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.fixtures import browser, cast
from tests.browser.town import DemoTown, demo_town

__all__ = ["browser", "cast", "town"]


@pytest.fixture(scope="session")
def town() -> Iterator[DemoTown]:
    """A whole town, seeded and live; at the end it must stop in order."""
    with demo_town() as running:
        yield running
