"""The handshake: origin, host, signed visitor, pass. All without a database."""

import time
from typing import Any
from uuid import UUID

import pytest

from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.kernel.web.middleware import visitor_cookie
from millstream.live.room.admission import Denied, RoomPass, admit, read_pass, write_pass

ROOM, BO = new_id(), new_id()
NOW = time.time()


def scope(path: str = "", query: str = "", **headers: str | None) -> dict[str, Any]:
    told = {
        "host": "127.0.0.1:8000",
        "origin": "http://127.0.0.1:8000",
        "cookie": f"visitor={visitor_cookie(BO)}",
        **headers,
    }
    return {
        "type": "websocket",
        "path": path or f"/ws/rooms/{ROOM}",
        "query_string": query.encode(),
        "client": ("10.0.0.7", 5000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in told.items() if value],
    }


def a_pass(room: UUID = ROOM, visitor: UUID = BO, role: str = "host", until: float = NOW + 60) -> str:
    return "pass=" + write_pass(RoomPass(room, visitor, "Dao", role, int(until)))


def test_a_visitor_of_our_page_comes_in_as_a_guest() -> None:
    """The name is made from the visitor, in the viewer's language."""
    entry = admit(scope(), now=NOW)
    assert (entry.room, entry.visitor, entry.network, entry.role) == (ROOM, BO, "10.0.0.7", "guest")
    assert entry.name == f"Guest {1000 + BO.int % 9000}"
    assert not entry.vouched
    assert admit(scope(accept_language="zh-CN,zh"), now=NOW).name.startswith("访客")


def test_the_public_origin_of_the_installation_is_ours_too() -> None:
    """A proxy may have changed the host."""
    assert admit(scope(origin=conf().public_origin, host="localhost"), now=NOW).room == ROOM


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": None},
        {"origin": "http://127.0.0.1:9999"},
        {"host": "evil.example", "origin": "http://evil.example"},
        {"host": None},
        {"cookie": None},
        {"cookie": f"visitor={BO.hex}.0000"},
        {"cookie": f"visitor={new_id().hex}.{visitor_cookie(BO).split('.')[1]}"},
        {"cookie": "visitor=x.y"},
        {"path": "/ws/rooms/kitchen"},
        {"path": "/ws/"},
    ],
)
def test_strangers_stay_outside(wrong: dict[str, str | None]) -> None:
    """Another site's page, another host, no visitor, a forged one, no room."""
    with pytest.raises(Denied):
        admit(scope(**wrong), now=NOW)  # type: ignore[arg-type]


def test_a_pass_gives_name_and_role() -> None:
    """The page has vouched for its reader."""
    entry = admit(scope(query=a_pass()), now=NOW)
    assert (entry.name, entry.role, entry.vouched) == ("Dao", "host", True)


@pytest.mark.parametrize(
    "query",
    [
        a_pass(room=new_id()),
        a_pass(visitor=new_id()),
        a_pass(until=NOW - 1),
        a_pass(role="king"),
        a_pass()[:-1] + "g",
        "pass=",
        "pass=x.y",
        "pass=%ff.%00",
    ],
)
def test_a_pass_of_somebody_else_is_none(query: str) -> None:
    """Another room's, another visitor's, an old or a forged one makes its bearer a guest."""
    assert admit(scope(query=query), now=NOW).role == "guest"


def test_a_pass_cannot_be_changed() -> None:
    """Any other text has another signature."""
    told = write_pass(RoomPass(ROOM, BO, "Bo", "guest", int(NOW + 60)))
    body, signature = told.split(".")
    for forged in (body[:-1] + ("A" if body[-1] != "A" else "B"), body + "A", body[1:]):
        assert read_pass(f"{forged}.{signature}", now=NOW) is None
    assert read_pass(told, now=NOW) is not None
