"""Behind a proxy a viewer's network is the viewer's, in both servers of rooms; nobody else can name another."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from millstream.kernel.ids import new_id
from millstream.kernel.web.middleware import visitor_cookie
from millstream.kernel.web.peers import read_networks
from millstream.live.room.admission import admit
from millstream.site.asgi import from_client
from millstream.site.cli.nginx_config import Front, render
from tests.live.room.processes import PATIENCE, Viewer, enter, free_port, headers, open_room, room_server, web_server
from tests.live.town import Town
from tests.media.plane.front.nginx import needs_nginx, running, whole

type Serve = Callable[..., AbstractContextManager[int]]


@pytest.fixture
def behind_a_proxy(settings: Any) -> None:
    """The installation trusts its own network."""
    settings.MILLSTREAM = replace(settings.MILLSTREAM, trusted_proxies=read_networks("10.0.0.0/8"))


def handshake(client: str, *told: bytes) -> dict[str, Any]:
    sent = headers(new_id(), 8000, {"Host": "127.0.0.1:8000"})
    pairs = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
    return {
        "path": f"/ws/rooms/{new_id()}",
        "client": (client, 4711),
        "headers": [*pairs, *((b"x-forwarded-for", one) for one in told)],
    }


@pytest.mark.usefixtures("behind_a_proxy")
def test_a_handshake_is_counted_under_the_network_behind_the_proxy() -> None:
    """A household of IPv6 is one network also there; what a stranger writes itself counts nothing."""
    assert admit(handshake("10.0.0.2", b"203.0.113.7"), now=0).network == "203.0.113.7"
    assert admit(handshake("10.0.0.2", b"6.6.6.6", b"203.0.113.7"), now=0).network == "203.0.113.7"
    assert admit(handshake("10.0.0.2", b"2001:db8:1:2::7"), now=0).network == "2001:db8:1:2::/64"
    assert admit(handshake("10.0.0.2", b"nonsense"), now=0).network == "10.0.0.2"
    assert admit(handshake("203.0.113.9", b"6.6.6.6"), now=0).network == "203.0.113.9"


@pytest.mark.usefixtures("behind_a_proxy")
def test_pages_count_by_the_same_rule() -> None:
    """What Django and the lean routes call the client is who asks, and a forged header changes nothing."""
    assert from_client(handshake("10.0.0.2", b"203.0.113.7"))["client"] == ("203.0.113.7", 0)
    assert from_client(handshake("203.0.113.9", b"6.6.6.6"))["client"] == ("203.0.113.9", 4711)


def test_an_address_of_ipv4_in_ipv6_is_its_own_network() -> None:
    """A socket for both kinds tells IPv4 so; otherwise all of them would be one network."""
    assert admit(handshake("::ffff:203.0.113.7"), now=0).network == "203.0.113.7"


def test_a_signature_that_is_no_ascii_is_a_forged_one() -> None:
    """Whatever bytes a stranger sends, the answer is no and not an error."""
    from millstream.live.room.admission import Denied

    cookie = visitor_cookie(new_id()).split(".")[0] + ".é"
    scope = handshake("203.0.113.7")
    scope["headers"] = [*scope["headers"], (b"cookie", f"visitor={cookie}".encode("latin-1"))]
    with pytest.raises(Denied):
        admit(scope, now=0)


async def comes_in(port: int, town: Town, source: str = "127.0.0.1", **changes: str) -> Viewer | None:
    """A viewer in the room, or None when its network has its share already."""
    viewer = await enter(port, town.show.room, patient=False, changes=changes, source=source)
    try:
        await viewer.until("welcome")
    except ConnectionClosed:
        return None
    return viewer


async def share_of(port: int, town: Town) -> list[bool]:
    """Which of four come in: three of one network and one of another, as headers tell it."""
    await open_room(port, town.show.room)
    told = ("203.0.113.7", "6.6.6.6, 203.0.113.7", "203.0.113.7", "203.0.113.8")
    came = [await comes_in(port, town, **{"X-Forwarded-For": one}) for one in told]
    return [viewer is not None for viewer in came]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("serve", [room_server, web_server], ids=["apart", "web"])
def test_a_servers_limits_hold_for_each_network_behind_the_proxy(
    serve: Serve, open_town: Town, nats_url: str, tmp_path: Path
) -> None:
    """Two sockets a network: the third of one is sent away, another is not disturbed; untrusted, all are one."""
    proxies = "127.0.0.1 127.0.0.9"
    with serve(
        tmp_path, "trusting", MILLSTREAM_TRUSTED_PROXIES=proxies, MILLSTREAM_ROOM_SOCKETS_PER_NETWORK="2"
    ) as port:
        assert asyncio.run(share_of(port, open_town)) == [True, True, False, True]
    with serve(tmp_path, "open", MILLSTREAM_ROOM_SOCKETS_PER_NETWORK="2") as port:
        assert asyncio.run(share_of(port, open_town)) == [True, True, False, False]


@needs_nginx
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nginx_as_we_configure_it_names_the_viewer(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Through a real nginx: a viewer at 127.0.0.5 who forges the header is still counted as 127.0.0.5."""
    front, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()

    async def play() -> list[bool]:
        await open_room(front, open_town.show.room)
        forged = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(3)]
        came = [await comes_in(front, open_town, "127.0.0.5", **changes) for changes in forged]
        return [viewer is not None for viewer in came]

    with room_server(
        tmp_path, "room", MILLSTREAM_TRUSTED_PROXIES="127.0.0.1", MILLSTREAM_ROOM_SOCKETS_PER_NETWORK="2"
    ) as room:
        place = f"127.0.0.1:{room}"
        text = render(Front(f"127.0.0.1:{front}", "_", place, place, (), folder / "cache", "8m", None, None))
        text = text.replace("/var/log/nginx/millstream.log", str(folder / "access.log"))
        with running(folder, whole(folder, text), front):
            assert asyncio.run(asyncio.wait_for(play(), 3 * PATIENCE)) == [True, True, False]
