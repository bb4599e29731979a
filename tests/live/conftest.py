"""Fixtures of shows."""

import pytest

from millstream.kernel.facts.testing import hear_all
from tests.live.town import Town, make_town


@pytest.fixture
def town(db: None) -> Town:
    """A planned show, in the test's transaction."""
    return make_town()


@pytest.fixture
def open_town(transactional_db: None) -> Town:
    """A planned show, committed; what happened before is heard."""
    town = make_town()
    hear_all()
    return town
