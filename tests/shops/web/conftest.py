"""Browsers of the cast."""

import pytest
from django.test import Client

from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.shops.counter import Counter


@pytest.fixture
def amina(counter: Counter) -> Client:
    """Amina, signed in at her shop desk; her browser checks CSRF as any other."""
    user = User.objects.create_user(email="amina@example.com", name="Amina")
    join_actor(user.pk, counter.amina, Role.MAKER)
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def femi(counter: Counter) -> Client:
    """Femi, signed in at a household of his own."""
    user = User.objects.create_user(email="femi@example.com", name="Femi")
    join_actor(user.pk, counter.femi, Role.MAKER)
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser
