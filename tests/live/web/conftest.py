"""Browsers of the cast."""

import pytest
from django.test import Client

from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.live.town import Town, make_host


def browser(email: str, actor: object, role: Role) -> Client:
    user = User.objects.create_user(email=email, name=email.partition("@")[0])
    join_actor(user.pk, actor, role)  # type: ignore[arg-type]
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def dao(town: Town) -> Client:
    """Dao, signed in at the studio."""
    return browser("dao@example.com", town.dao, Role.HOST)


@pytest.fixture
def femi(town: Town) -> Client:
    """Femi, who hosts elsewhere."""
    return browser("femi@example.com", make_host("Femi", "费米"), Role.HOST)


@pytest.fixture(autouse=True)
def heard(nats_url: str) -> None:
    """Pages give hints: let somebody hear them."""
