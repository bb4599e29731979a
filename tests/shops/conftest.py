"""Fixtures of shops."""

import pytest

from tests.shops.counter import Counter, make_counter


@pytest.fixture
def counter(db: None) -> Counter:
    """Amina's shop in the test's transaction."""
    return make_counter()


@pytest.fixture
def open_counter(transactional_db: None) -> Counter:
    """Amina's shop, committed, for tests with several connections."""
    return make_counter()
