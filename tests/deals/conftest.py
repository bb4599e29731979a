"""Fixtures of deals."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from millstream.kernel.facts.testing import hear_all
from tests.deals.fair import Fair, make_fair


@pytest.fixture(scope="session", autouse=True)
def read_before() -> None:
    """Addresses and catalogues are read now, not inside a transaction with a limit of time."""
    reverse("home")
    for language in ("en", "zh-hans"):
        with override(language):
            gettext("Millstream")


@pytest.fixture
def fair(db: None) -> Fair:
    """A live show with ten bowls, in the test's transaction."""
    return make_fair()


@pytest.fixture
def open_fair(transactional_db: None) -> Fair:
    """A live show with ten bowls, committed; what happened before is heard."""
    fair = make_fair()
    hear_all()
    return fair
