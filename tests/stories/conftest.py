"""The town of the stories: holds run out within seconds, so that what comes late is late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.fixtures import browser, cast
from tests.browser.town import DemoTown, demo_town

__all__ = ["browser", "cast", "town"]

HOLD_SECONDS = 12


@pytest.fixture(scope="session")
def town() -> Iterator[DemoTown]:
    """A whole town of its own, whose processes may be killed; at the end it must stop in order all the same."""
    with demo_town({"MILLSTREAM_HOLD_SECONDS": str(HOLD_SECONDS)}) as running:
        yield running
