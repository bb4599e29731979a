"""Who may publish: what is asked, what is remembered, and that keys stay secret."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from millstream.media.plane.admission import REMEMBER_SECONDS, Admissions, Admitted, Asking, Refused
from millstream.media.plane.asking import read_asking
from tests.media.plane.rig import SECRET, Hook


class Clock:
    """A wall clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def asking(key: str, **query: str) -> Asking:
    """A publisher with a key."""
    return Asking("live", key, "", query, "127.0.0.1", "rtmp://127.0.0.1/live?secret=x", "OBS", 4)


def run[T](hook_url: str, memory: Path, clock: Clock, work: Callable[[Admissions], Awaitable[T]]) -> T:
    """Do something with admissions on a loop."""

    async def inside() -> T:
        gate = Admissions(hook_url, SECRET, memory, wall_seconds=clock)
        try:
            return await work(gate)
        finally:
            await gate.close()

    return asyncio.run(inside())


@pytest.fixture
def key(hook: Hook) -> str:
    """A granted key."""
    name = f"key-{uuid.uuid4()}"
    hook.grant(name, str(uuid.uuid4()), "playback-of-a-test", max_kbit=4000)
    return name


def test_the_hook_is_asked_with_nginx_rtmps_names(hook: Hook, key: str, tmp_path: Path) -> None:
    """Name is the key, own fields cannot be overridden by the query, tcurl carries no secrets."""
    wanted = asking(key, slug="x", name="other", extra="1")
    granted = run(hook.url, tmp_path / "m.json", Clock(), lambda gate: gate.ask(wanted))
    assert granted.max_kbit == 4000
    fields = hook.asked[-1]
    assert fields["call"] == "publish"
    assert fields["name"] == key
    assert fields["extra"] == "1"
    assert fields["tcurl"] == "rtmp://127.0.0.1/live"
    assert (fields["app"], fields["addr"], fields["flashver"], fields["clientid"]) == ("live", "127.0.0.1", "OBS", "4")


@pytest.mark.parametrize(("minutes", "welcome"), [(9, True), (11, False)])
def test_an_admitted_key_is_remembered_for_ten_minutes(
    hook: Hook, key: str, tmp_path: Path, minutes: int, welcome: bool
) -> None:
    """Without an answer a key goes on if it was admitted lately, even by an earlier process."""
    memory, clock = tmp_path / "m.json", Clock()
    granted = run(hook.url, memory, clock, lambda gate: gate.ask(asking(key)))
    clock.now += minutes * 60
    assert REMEMBER_SECONDS == 600
    away = "http://127.0.0.1:9"
    if welcome:
        assert run(away, memory, clock, lambda gate: gate.ask(asking(key))) == granted
    else:
        with pytest.raises(Refused, match="does not answer"):
            run(away, memory, clock, lambda gate: gate.ask(asking(key)))


def test_a_refused_key_is_forgotten(hook: Hook, key: str, tmp_path: Path) -> None:
    """Once the web says no, the memory does not say yes."""
    memory, clock = tmp_path / "m.json", Clock()
    run(hook.url, memory, clock, lambda gate: gate.ask(asking(key)))
    del hook.grants[key]
    with pytest.raises(Refused, match="look it up"):
        run(hook.url, memory, clock, lambda gate: gate.ask(asking(key)))
    with pytest.raises(Refused, match="does not answer"):
        run("http://127.0.0.1:9", memory, clock, lambda gate: gate.ask(asking(key)))


def test_leaving_keeps_the_key_welcome(hook: Hook, key: str, tmp_path: Path) -> None:
    """The ten minutes count from the last moment the publisher was there."""
    memory, clock = tmp_path / "m.json", Clock()

    async def show(gate: Admissions) -> Admitted:
        granted = await gate.ask(asking(key))
        clock.now += 3600
        await gate.done(asking(key), granted)
        return granted

    granted = run(hook.url, memory, clock, show)
    assert hook.asked[-1]["call"] == "publish_done"
    clock.now += 300
    assert run("http://127.0.0.1:9", memory, clock, lambda gate: gate.ask(asking(key))) == granted


def test_keys_stand_nowhere_in_the_clear(hook: Hook, key: str, tmp_path: Path) -> None:
    """Neither on disk nor in what is printed of a request."""
    run(hook.url, tmp_path / "m.json", Clock(), lambda gate: gate.ask(asking(key)))
    assert key.encode() not in (tmp_path / "m.json").read_bytes()
    assert key not in repr(asking(key))


@pytest.mark.parametrize(
    "answer",
    [
        {"stream": "no uuid", "playback": "long-enough-token"},
        {"stream": str(uuid.uuid4()), "playback": "../../etc"},
        {},
    ],
)
def test_a_grant_that_makes_no_sense_is_no_grant(hook: Hook, tmp_path: Path, answer: dict[str, str]) -> None:
    """A playback token is a path segment: anything else is not taken."""
    hook.grants["broken"] = answer
    with pytest.raises(Refused):
        run(hook.url, tmp_path / "m.json", Clock(), lambda gate: gate.ask(asking("broken")))


@pytest.mark.parametrize(
    ("app", "name", "expected"),
    [
        ("live", "KEY", ("live", "KEY", "")),
        ("live/", "slug?key=KEY&x=1", ("live", "KEY", "slug")),
        ("live?key=KEY", "slug", ("live", "KEY", "slug")),
        ("live", "", None),
        ("live", "k" * 300, None),
        ("live", "a\nb", None),
        ("live", None, None),
    ],
)
def test_the_key_is_found_where_encoders_put_it(
    app: str, name: str | None, expected: tuple[str, str, str] | None
) -> None:
    """`live/KEY`, `live/slug?key=KEY`, and nothing that is no key."""
    found = read_asking({"app": app}, name, "127.0.0.1", 1)
    assert (None if found is None else (found.app, found.key, found.slug)) == expected
