"""A program that buys with its access key buys for the actor of the key."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.texts import both
from millstream.orders.models import Order
from millstream.orders.web.lean import BUY_PATH, lean
from millstream.people.api import access_keys_of, issue_access_key, join_actor, open_actor, open_user, revoke_access_key
from millstream.people.types import ActorKind, ActorSpec, Role
from tests.orders.market import Market, make_market
from tests.sim.process import SimProcess

pytestmark = pytest.mark.django_db(transaction=True)

LINES = {"contact": "+8613800138000", "name": "Bo", "address": "12 Canal Street, Hangzhou"}


class Program:
    """Bo's program, with a key of his."""

    def __init__(self) -> None:
        self.bo = open_actor(ActorSpec(ActorKind.PERSON, both("Bo", "Bo"), "bo"))
        self.user = open_user(email="bo@shop.example", phone=None, name="Bo")
        join_actor(self.user.id, self.bo, Role.OWNER)
        self.key = issue_access_key(self.user.id, self.bo, name="program")

    def buy(self, market: Market, *, once: str = "") -> Any:
        """Buy one, as the API's description says; each call comes without cookies."""
        return Client().post(
            BUY_PATH,
            json.dumps({"variant": str(market.counter.variant), **LINES}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", "Idempotency-Key": once or uuid4().hex},
        )

    def orders(self) -> Any:
        """What it bought and sold."""
        return Client().get("/api/v1/orders", headers={"Authorization": f"Bearer {self.key}"}).json()["orders"]


def buyers() -> list[UUID]:
    """Who bought, in the order of buying."""
    return list(Order.objects.unscoped("a test").order_by("id").values_list("buyer_id", flat=True))


def test_what_a_program_buys_is_its_actors(sim: SimProcess) -> None:
    """The buyer is the actor, the order is in its list, and a second try is the same order."""
    market, program = make_market(), Program()
    first = program.buy(market, once="a-key-of-sixteen-or-more")
    assert first.status_code == 201, first.content
    again = program.buy(market, once="a-key-of-sixteen-or-more")
    assert (again.status_code, again.json()["order"]) == (200, first.json()["order"])
    assert buyers() == [program.bo]
    assert [(order["order"], order["side"]) for order in program.orders()] == [(first.json()["order"], "bought")]


def test_a_wrong_key_buys_nothing(sim: SimProcess) -> None:
    """A key that is unknown or revoked is refused; it does not become a guest."""
    market, program = make_market(), Program()
    (record,) = access_keys_of(program.user.id)
    revoke_access_key(record.id, user_id=program.user.id, now=read_now())
    assert program.buy(market).status_code == 401
    program.key = "ms_no_such_key"
    assert program.buy(market).status_code == 401
    assert buyers() == []


def test_without_a_key_a_guest_buys(sim: SimProcess) -> None:
    """Nothing but a Bearer key is a key: the password of a site that is not open yet is not."""
    market, program = make_market(), Program()
    answer = Client().post(
        BUY_PATH,
        json.dumps({"variant": str(market.counter.variant), **LINES}),
        content_type="application/json",
        headers={"Authorization": "Basic Ym86Ym8=", "Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 201, answer.content
    assert program.bo not in buyers()
    assert len(buyers()) == 1


@pytest.mark.parametrize("headers", [[(b"authorization", b"Bearer ms_key")], [(b"cookie", b"a=b; sessionid=c")]])
def test_the_lean_route_leaves_whoever_may_be_signed_in_to_django(headers: list[tuple[bytes, bytes]]) -> None:
    """It serves guests alone; a key or a session is read by those who can."""
    passed: list[Any] = []

    async def pages(scope: Any, _receive: Any, _send: Any) -> None:
        passed.append(scope)

    async def nothing(*_: Any) -> Any:
        raise AssertionError("answered as a guest's")

    scope = {"type": "http", "method": "POST", "path": BUY_PATH, "headers": headers}
    async_to_sync(lean(pages))(scope, nothing, nothing)
    assert passed == [scope]
