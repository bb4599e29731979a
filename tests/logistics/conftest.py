"""The county of these tests."""

from __future__ import annotations

import pytest

from tests.logistics.town import Town, build_town


@pytest.fixture
def town(db: None) -> Town:
    """A fresh county in a database that is rolled back."""
    return build_town()


@pytest.fixture
def real_town(transactional_db: None) -> Town:
    """A fresh county in a database where commits are real."""
    return build_town()
