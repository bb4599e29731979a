"""The words of the wire: what viewers may send, what rooms send. Also what forgers try."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from millstream.live.room.bounds import LARGEST_FRAME_BYTES, LONGEST_TALK
from millstream.live.room.outbox import TradeOutbox
from millstream.live.room.wire import (
    BadFrame,
    Bid,
    Buy,
    FrameTooBig,
    Grab,
    Hello,
    Like,
    Say,
    is_too_long,
    read_frame,
    read_message,
    shown,
    talk_frame,
    tidy_words,
)

ASKED: dict[str, dict[str, object]] = {
    "buy": {"variant": str(UUID(int=1)), "quantity": 1, "seen_minor": 12_800},
    "bid": {"auction": str(UUID(int=2)), "max_minor": 5_000},
    "grab": {"gift": str(UUID(int=3))},
}


def test_asks_are_read() -> None:
    """A buy with a coupon or without, a bid, a grab: each under its key."""
    first = Buy("a-good-key", UUID(int=1), 1, 12_800)
    assert read_frame(json.dumps({"t": "buy", "key": "a-good-key", **ASKED["buy"]})) == first
    used = read_frame(json.dumps({"t": "buy", "key": "a-good-key", **ASKED["buy"], "coupon": " AB-12 "}))
    assert used == replace(first, coupon="AB-12")
    assert read_frame(json.dumps({"t": "bid", "key": "a-good-key", **ASKED["bid"]})) == Bid(
        "a-good-key", UUID(int=2), 5_000
    )
    assert read_frame(json.dumps({"t": "grab", "key": "a-good-key", **ASKED["grab"]})) == Grab(
        "a-good-key", UUID(int=3)
    )


def test_the_three_messages_are_read() -> None:
    """Hello, say, like; nothing else."""
    assert read_frame('{"t":"hello","last":12}') == Hello(12)
    assert read_frame('{"t":"say","text":"  你好  there "}') == Say("你好 there")
    assert read_frame('{"t":"like"}') == Like()


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "x",
        "[]",
        "null",
        '"like"',
        "{}",
        '{"t":"pin","variant":"x"}',
        '{"t":"trade","items":[{"n":1,"kind":"price","data":{"price_minor":1}}]}',
        '{"t":"say"}',
        '{"t":"say","text":7}',
        '{"t":"say","text":""}',
        '{"t":"say","text":"\\u200b\\u202e"}',
        '{"t":"say","text":"hi","role":"host"}',
        '{"t":"say","text":"hi","name":"Dao"}',
        '{"t":"like","n":100}',
        '{"t":"hello"}',
        '{"t":"hello","last":-1}',
        '{"t":"hello","last":true}',
        '{"t":"hello","last":1.5}',
        '{"t":"hello","last":9007199254740993}',
        '{"t":"hello","last":1,"role":"host"}',
        *(
            json.dumps({"t": kind, "key": key, **told})
            for kind, told in ASKED.items()
            for key in (
                "\0aaaaaaaaa",
                "aaaaaaaaa\0",
                "a-key\nof two",
                "\ud800-half-a-letter",
                "钥匙钥匙钥匙钥匙",
                "short",
                7,
            )
        ),
        json.dumps({"t": "buy", "key": "a-good-key", **ASKED["buy"], "coupon": "\0"}),
        json.dumps({"t": "buy", "key": "a-good-key", **ASKED["buy"], "coupon": "AB\0CD"}),
        json.dumps({"t": "buy", "key": "a-good-key", **ASKED["buy"], "coupon": "\ud800"}),
        "[" * 2000,
    ],
)
def test_forged_frames_are_refused(text: str | None) -> None:
    """Names, roles, prices and anything unknown are never taken from a viewer."""
    with pytest.raises(BadFrame):
        read_frame(text)


def test_frames_have_a_size() -> None:
    """Counted in bytes, not letters."""
    with pytest.raises(FrameTooBig):
        read_frame(json.dumps({"t": "say", "text": "x" * LARGEST_FRAME_BYTES}))
    with pytest.raises(FrameTooBig):
        read_frame(json.dumps({"t": "say", "text": "陶" * (LARGEST_FRAME_BYTES // 2)}, ensure_ascii=False))


@given(some.text(max_size=400))
def test_words_are_one_line_without_tricks(words: str) -> None:
    """Tidying twice changes nothing more; no control character, line break or direction mark is left."""
    try:
        tidy = tidy_words(words)
    except BadFrame:
        return
    assert tidy == tidy_words(tidy)
    assert tidy.strip() == tidy != ""
    assert not set(tidy) & set("\n\r\t\x00\x1b\u200b\u2028\u202e\u2066")


@given(some.text(max_size=3000))
def test_noise_is_refused_or_read_but_never_a_crash(noise: str) -> None:
    """Whatever a socket brings, the reader answers with a message or its own error."""
    try:
        read_frame(noise)
    except BadFrame:
        return


def test_length_counts_letters() -> None:
    """Two hundred, in any script."""
    assert not is_too_long("陶" * LONGEST_TALK)
    assert is_too_long("陶" * (LONGEST_TALK + 1))


def message(**changes: str) -> dict[str, str]:
    return {"id": "1", "name": "Bo", "role": "guest", "text": "hi", "at": "2026", "visitor": "v", **changes}


def test_viewers_never_see_who_a_visitor_is() -> None:
    """The visitor's id stays among the servers."""
    assert "visitor" not in shown(message())
    assert "visitor" not in talk_frame([message()], [], 0, 1)


@pytest.mark.parametrize("told", [None, [], {}, message(role="king"), message(text="x" * 201), {**message(), "id": 7}])
def test_strange_messages_of_other_processes_are_left_out(told: object) -> None:
    """What does not have the shape of a message is none."""
    assert read_message(told) is None


def item(number: int, kind: str, variant: str = "a", **data: int) -> dict[str, object]:
    return {"n": number, "kind": kind, "at": "", "data": {"variant": variant, **data}}


def test_a_pin_goes_out_at_once_and_takes_along_what_waits() -> None:
    """Numbers never go back: stock that waits goes in the same frame, before the pin."""
    box = TradeOutbox()
    box.add([item(1, "stock", left=9)])
    assert box.is_due(0.0)
    assert box.take(0.0) == ([item(1, "stock", left=9)], 0, 1)
    box.add([item(2, "stock", left=8)])
    assert not box.is_due(0.1)
    box.add([item(3, "pin", "b")])
    assert box.is_due(0.1)
    items, after, last = box.take(0.1)
    assert ([one["n"] for one in items], after, last) == ([2, 3], 1, 3)


def test_stock_of_a_product_goes_out_four_times_a_second_at_most() -> None:
    """A thousand changes in a second become four or five frames, the last of them with the newest figure."""
    box = TradeOutbox()
    frames = []
    for number in range(1, 1001):
        box.add([item(number, "stock", left=1000 - number), item(number, "price", price_minor=number)])
        at = number / 1000
        if box.is_due(at):
            frames.append(box.take(at))
    frames.append(box.take(2.0))
    assert len(frames) <= 6
    assert frames[-1][0][0]["data"]["left"] == 0
    assert [after for _, after, _ in frames[1:]] == [last for _, _, last in frames[:-1]]


def test_a_frame_says_what_it_follows_on_after_a_catch_up() -> None:
    """A room that was seeded at 40 tells that its first frame follows on 40."""
    box = TradeOutbox()
    box.add([item(41, "pin")])
    assert box.take(0.0)[1:] == (40, 41)
