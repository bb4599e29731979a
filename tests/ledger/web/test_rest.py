"""The REST door of money: one's own statement and balances, with a key or a session, and nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.people.api import issue_access_key, join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.ledger.cast import actor, earn

pytestmark = pytest.mark.django_db


def _member(role: Role = Role.OWNER):
    """A user in a new actor, and a client that sends their key."""
    user = User.objects.create_user(email=f"{new_id().hex}@example.com")
    owner = actor("Amina")
    join_actor(user.id, owner, role)
    key = issue_access_key(user.id, owner, name="books")
    return owner, Client(headers={"authorization": f"Bearer {key}"})


def test_a_program_reads_its_own_statement() -> None:
    """Opening, lines with reasons, closing, in minor units."""
    owner, client = _member()
    earn(owner, 7_000)
    told = client.get("/api/v1/statements").json()
    assert (told["actor"], told["opening_minor"], told["in_minor"], told["closing_minor"]) == (
        str(owner),
        0,
        7_000,
        7_000,
    )
    assert [(line["kind"], line["order"], line["amount_minor"]) for line in told["lines"]] == [
        ("release", "7K3M-Q2P9-XW", 7_000)
    ]
    assert told["next_after"] is None


def test_pages_and_periods_can_be_asked_for() -> None:
    """`after` and `limit` page; a period in the past is empty."""
    owner, client = _member()
    for _ in range(3):
        earn(owner, 100)
    first = client.get("/api/v1/statements", {"limit": 2}).json()
    rest = client.get("/api/v1/statements", {"limit": 2, "after": first["next_after"]}).json()
    assert [line["number"] for line in first["lines"] + rest["lines"]] == [1, 2, 3]
    then = (read_now() - timedelta(days=60)).isoformat()
    until = (read_now() - timedelta(days=50)).isoformat()
    assert client.get("/api/v1/statements", {"since": then, "until": until}).json()["lines"] == []
    assert client.get("/api/v1/statements", {"since": "yesterday"}).status_code == 422


def test_balances_are_told_on_their_normal_side() -> None:
    """What is due."""
    owner, client = _member()
    earn(owner, 7_000)
    assert client.get("/api/v1/balances").json() == [{"purpose": "payable", "currency": "CNY", "amount_minor": 7_000}]


@pytest.mark.parametrize("address", ["/api/v1/statements", "/api/v1/balances"])
def test_strangers_get_nothing(address: str) -> None:
    """No key: 401. A buyer's key: 403. Another actor's statement cannot even be named."""
    assert Client().get(address).status_code == 401
    assert Client(headers={"authorization": "Bearer ms_wrong"}).get(address).status_code == 401
    assert _member(Role.BUYER)[1].get(address).status_code == 403
    owner, _ = _member()
    earn(owner, 7_000)
    _, other = _member()
    assert "7000" not in other.get(address, {"actor": str(owner)}).content.decode()
