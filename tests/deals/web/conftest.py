"""Browsers of the cast, and parts of pages as a browser would get them."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.template import Context, Template
from django.test import Client, RequestFactory

from millstream.kernel.ids import new_id
from millstream.kernel.web.middleware import RequestClock
from millstream.people.types import Role
from tests.deals.fair import Fair
from tests.live.town import make_host
from tests.live.web.conftest import browser


@pytest.fixture
def dao(fair: Fair) -> Client:
    """Dao, who directs the show."""
    return browser("dao@example.com", fair.market.dao, Role.HOST)


@pytest.fixture
def femi(fair: Fair) -> Client:
    """Femi, who hosts elsewhere."""
    return browser("femi@example.com", make_host("Femi", "费米"), Role.HOST)


@pytest.fixture
def bo() -> Client:
    """Bo, in a browser without anything."""
    return Client()


def request_of(client: Client | None = None) -> HttpRequest:
    """A request of a browser, with what the middlewares put on it."""
    request = RequestFactory().get("/")
    request.visitor = new_id()  # type: ignore[attr-defined]
    request.now = RequestClock()  # type: ignore[attr-defined]
    request.user = AnonymousUser()
    request.session = client.session if client else SessionStore()
    if client is not None:
        from millstream.people.models import User

        request.user = User.objects.get(pk=request.session["_auth_user_id"])
    return request


@pytest.fixture
def part() -> Callable[..., str]:
    """Draws one of the tags."""

    def draw(tag: str, show: object, client: Client | None = None) -> str:
        template = Template(f"{{% load deals_parts %}}{{% {tag} show %}}")
        return template.render(Context({"request": request_of(client), "show": show}))

    return draw
