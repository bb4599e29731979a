"""What the fixtures promise to every other test."""

from __future__ import annotations

import socket

import pytest
from django.db import connection
from pytest_socket import SocketConnectBlockedError


def tables() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


@pytest.mark.django_db
def test_the_database_is_migrated():
    """A test finds every table."""
    assert {"fact", "procrastinate_jobs", "django_session"} <= tables()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(turn):
    """Even a table made by hand does not outlive its test."""
    assert "made_by_hand" not in tables()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_by_hand (number int)")
    assert "made_by_hand" in tables()


def test_the_network_is_closed():
    """A test cannot reach another machine."""
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
