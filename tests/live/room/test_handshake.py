"""The room server's own WebSocket: the handshake and the frames, beside the `websockets` library's."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as LibraryFrame
from websockets.frames import Opcode

from millstream.live.room.bounds import LARGEST_FRAME_BYTES, LARGEST_HANDSHAKE_BYTES
from millstream.live.room.frame import Frame
from millstream.live.room.handshake import (
    CLOSE,
    PING,
    TEXT,
    Broken,
    NotHttp,
    Reader,
    Request,
    accept_key,
    read_request,
)
from tests.live.room.processes import PATIENCE, enter, headers, room_server
from tests.live.town import Town

HEADERS = {
    "upgrade": "websocket",
    "connection": "keep-alive, Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
}


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = True) -> bytes:
    """A client's frame as the library writes it."""
    return LibraryFrame(opcode, payload, fin).serialize(mask=mask)


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 40))
def test_frames_come_whole_however_they_are_cut(payloads: list[bytes], cut: int) -> None:
    """Whatever pieces the network makes of them."""
    stream = b"".join(frame(payload) for payload in payloads)
    reader = Reader()
    found = [told for start in range(0, len(stream), cut) for told in reader.feed(stream[start : start + cut])]
    assert found == [(TEXT, payload) for payload in payloads]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(garbage: bytes) -> None:
    """It understands them, waits for more, or says that they break the protocol."""
    with suppress(Broken):
        list(Reader().feed(garbage))


def test_a_message_in_parts_is_one_and_control_frames_come_between() -> None:
    """As the RFC allows."""
    stream = frame(b"he", fin=False) + frame(b"?", Opcode.PING) + frame(b"llo", Opcode.CONT)
    assert list(Reader().feed(stream)) == [(PING, b"?"), (TEXT, b"hello")]
    assert list(Reader().feed(frame(struct.pack("!H", 1000), Opcode.CLOSE))) == [(CLOSE, b"\x03\xe8")]


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (frame(b"hi", mask=False), 1002),
        (frame(b"x" * (LARGEST_FRAME_BYTES + 1)), 1009),
        (b"\x81\xff" + b"\x7f" + b"\xff" * 7, 1009),
        (frame(b"a", Opcode.CONT), 1002),
        (frame(b"x" * 1500, fin=False) + frame(b"x" * 1500, Opcode.CONT), 1009),
        (b"\xc1\x80\x00\x00\x00\x00", 1002),
    ],
    ids=["not masked", "too big", "impossibly big", "no beginning", "too big in parts", "reserved bits"],
)
def test_what_breaks_the_protocol_closes_the_socket(stream: bytes, code: int) -> None:
    """Not masked, too big, a size that nobody could hold, parts without a beginning, reserved bits."""
    with pytest.raises(Broken) as broken:
        list(Reader().feed(stream))
    assert broken.value.code == code


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_our_frames_have_the_shape_of_the_librarys(size: int) -> None:
    """For every length of the length."""
    assert Frame("x" * size).wire == frame(b"x" * size, mask=False)


def test_the_handshake_is_answered_as_the_rfc_shows() -> None:
    """With its own example; anything else gets an answer in HTTP."""
    assert accept_key(Request("GET", "/", b"", HEADERS)) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    for change in ({"upgrade": ""}, {"sec-websocket-key": "short"}, {"sec-websocket-version": "8"}):
        with pytest.raises(NotHttp):
            accept_key(Request("GET", "/", b"", {**HEADERS, **change}))
    for head in (b"", b"GET /", b"GET / HTTP/2.0", b"GET / HTTP/1.1\r\nnonsense", b"x" * 9_000):
        with pytest.raises(NotHttp):
            read_request(head)
    assert read_request(b"GET /ws/%E4%BD%A0?pass=a HTTP/1.1\r\nHost: a").path == "/ws/你"


@pytest.fixture
def port(open_town: Town, nats_url: str, tmp_path: Path) -> Iterator[int]:
    """A room server."""
    with room_server(tmp_path, "room") as served:
        yield served


def raw(port: int, town: Town, *, receive_bytes: int = 0) -> socket.socket:
    """A socket of the room that is opened by hand, so that it can misbehave."""
    from millstream.kernel.ids import new_id

    wire = socket.socket()
    if receive_bytes:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    wire.settimeout(PATIENCE)
    wire.connect(("127.0.0.1", port))
    lines = [f"GET /ws/rooms/{town.show.room} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in {**HEADERS, **headers(new_id(), port, {})}.items()]
    wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return wire


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_flood_of_garbage_is_answered_and_cut(open_town: Town, port: int) -> None:
    """A head without an end, a broken frame, something that is no HTTP: each is closed, the next viewer is served."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as endless:
        # One byte too many and no more: what a server leaves unread when it hangs up takes its answer along.
        endless.sendall(b"GET / HTTP/1.1\r\nX: ".ljust(LARGEST_HANDSHAKE_BYTES + 1, b"x"))
        assert b"431" in endless.recv(200)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as stranger:
        stranger.sendall(b"\x16\x03\x01\x02\x00\r\n\r\n")
        assert b"400" in stranger.recv(200)
    with raw(port, open_town) as broken:
        assert b"101" in broken.recv(4096)
        broken.sendall(b"\xff" * 64)
        heard = b""
        while piece := broken.recv(4096):
            heard += piece
        assert struct.pack("!H", 1002) in heard

    async def play() -> None:
        bo = await enter(port, open_town.show.room)
        await bo.until("welcome")

    asyncio.run(play())
