"""RTMP chunks in every legal shape give the same messages, and illegal ones are refused."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.media.plane import chunks
from millstream.media.plane.chunks import ChunkError, ChunkReader, Message, write_message
from tests.media.plane.wire import Style, chunked, fragments

STARTS = (0, 16_776_000, (1 << 24) + 5, (1 << 32) - 700)
LANES = {1: {8: 4, 9: 6}, 2: {8: 64, 9: 200}, 3: {8: 321, 9: 65_000}}


def show(start_ms: int, seed: int) -> list[Message]:
    """A second and a half of sound and picture; sizes repeat now and then, so that short headers occur."""
    chance = random.Random(seed)
    messages: list[Message] = []
    sizes = [chance.choice((90, 90, 128, 4000, 70_000)) for _ in range(6)]
    for frame in range(36):
        at = (start_ms + frame * 40) & 0xFFFFFFFF
        size = sizes[frame // 6]
        messages.append(Message(9, at, 1, bytes([frame]) * size))
        messages += [Message(8, (at + step * 20) & 0xFFFFFFFF, 1, bytes([step]) * 33) for step in range(2)]
    return messages


def read(data: bytes, sizes: list[int]) -> list[Message]:
    """All messages of the bytes, pushed in pieces."""
    reader, found = ChunkReader(), []
    for piece in fragments(data, itertools.cycle(sizes)):
        reader.push(piece)
        while (message := reader.next_message()) is not None:
            found.append(message)
    return found


@pytest.mark.parametrize("lane_bytes", [1, 2, 3])
@pytest.mark.parametrize("start_ms", STARTS)
@pytest.mark.parametrize("chunk_size", [128, 4096, 60_000])
@pytest.mark.parametrize("formats", [(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)])
def test_every_wire_shape_gives_the_same_messages(
    chunk_size: int, start_ms: int, lane_bytes: int, formats: tuple[int, ...]
) -> None:
    """Chunk size, clock start, id length and header formats change nothing of bytes and times."""
    sent = show(start_ms, chunk_size)
    style = Style(chunk_size, lane_bytes, formats)
    announce = write_message(Message(chunks.SET_CHUNK_SIZE, 0, 0, chunk_size.to_bytes(4)), lane_id=2)
    wire = announce + chunked(sent, style, lanes=LANES[lane_bytes])
    chance = random.Random(start_ms)
    assert read(wire, [len(wire)]) == sent
    assert read(wire, [chance.randint(1, 1500) for _ in range(50)]) == sent


def test_messages_of_two_lanes_may_interleave() -> None:
    """Chunks of sound stand between chunks of a picture."""
    picture, sound = Message(9, 40, 1, b"p" * 300), Message(8, 40, 1, b"s" * 200)
    one, two = write_message(picture, lane_id=6), write_message(sound, lane_id=4)
    cut_one, cut_two = 12 + 128, 12 + 128
    wire = one[:cut_one] + two[:cut_two] + one[cut_one:] + two[cut_two:]
    assert read(wire, [7]) == [picture, sound]


def test_an_encoder_may_leave_out_the_repeated_extended_time() -> None:
    """Continuation chunks without the four bytes are told apart by their value."""
    late = Message(9, 0x01000123, 1, b"x" * 300)
    full = write_message(late, lane_id=6)
    stamp = (0x01000123).to_bytes(4)
    lean = full[:16] + full[16:].replace(b"\xc6" + stamp, b"\xc6")
    assert len(lean) == len(full) - 8
    assert read(lean, [11]) == [late]


def test_an_abort_drops_the_unfinished_message() -> None:
    """What was begun on the aborted lane is forgotten, the next message is whole."""
    broken = write_message(Message(9, 0, 1, b"b" * 300), lane_id=6)[:140]
    abort = write_message(Message(chunks.ABORT, 0, 0, (6).to_bytes(4)), lane_id=2)
    whole = Message(9, 40, 1, b"w" * 10)
    assert read(broken + abort + write_message(whole, lane_id=6), [1000]) == [whole]


def test_too_large_a_message_is_refused_at_its_header() -> None:
    """Five megabytes are not waited for."""
    reader = ChunkReader()
    reader.push(b"\x06\0\0\0" + (5 << 20).to_bytes(3) + b"\x09\1\0\0\0")
    with pytest.raises(ChunkError):
        reader.next_message()


def test_too_many_lanes_are_refused() -> None:
    """Memory does not grow with the ids a peer invents."""
    begun = (bytes([0, lane]) + bytes(3) + (300).to_bytes(3) + b"\x09\1\0\0\0" + bytes(128) for lane in range(2, 70))
    with pytest.raises(ChunkError, match="too many chunk streams"):
        read(b"".join(begun), [1000])


def test_unfinished_messages_together_are_bounded() -> None:
    """Many lanes with almost whole messages do not pile up."""
    size = 1 << 20
    wire = write_message(Message(chunks.SET_CHUNK_SIZE, 0, 0, size.to_bytes(4)), lane_id=2)
    for lane in range(3, 8):
        head = bytes([lane]) + bytes(3) + (4 << 20).to_bytes(3) + b"\x09\1\0\0\0"
        wire += head + bytes(size) + (bytes([0xC0 | lane]) + bytes(size)) * 2
    with pytest.raises(ChunkError, match="unfinished"):
        read(wire, [1 << 16])


@given(st.binary(max_size=2000), st.lists(st.integers(1, 200), min_size=1, max_size=9))
def test_garbage_is_messages_or_refused(data: bytes, sizes: list[int]) -> None:
    """No byte soup breaks the reader in another way."""
    try:
        read(data, sizes)
    except ChunkError:
        return
