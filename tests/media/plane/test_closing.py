"""A show that the web process closed is over on the wire as well, whoever still sends."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from millstream.media.plane.admission import UNAVAILABLE, Admissions, Refused
from millstream.media.plane.identity import StreamId
from millstream.media.plane.recording import scan_folder
from tests.media.plane.conftest import Show
from tests.media.plane.rig import SECRET, Hook, NatsServer, PlaneProcess, get, publishing, until
from tests.media.plane.test_admission import asking
from tests.media.plane.test_lifecycle import events_of, sequences

type Media = Callable[..., Path]


@pytest.fixture(autouse=True)
def nothing_closed(hook: Hook) -> Iterator[None]:
    """Each test closes its own shows."""
    yield
    hook.closed, hook.scenes = [], []


@pytest.mark.slow
def test_a_closed_show_ends_and_its_publisher_is_told(
    plane: PlaneProcess, show: Show, hook: Hook, media: Media, own_media_nats: NatsServer
) -> None:
    """The encoder prints why and leaves, the playlist ends, the recording is whole, and nobody begins again."""
    with publishing(media(), plane.rtmp(show.key)) as encoder:
        until(lambda: len(sequences(plane.playlist(show.playback))) >= 2)
        hook.closed = [show.stream]
        until(lambda: encoder.poll() is not None, what="the encoder leaves")
        assert encoder.stderr is not None
        assert "this show is over" in encoder.stderr.read()
    assert plane.state(show.playback) == "ended"
    live = plane.playlist(show.playback)
    assert live.endswith("#EXT-X-ENDLIST\n")
    until(lambda: plane.healthz()["events_waiting"] == 0)
    events = events_of(own_media_nats.url, show.stream)
    assert [event["data"] for event in events if event["kind"] == "ended"] == [{"reason": "closed"}]
    assert "stalled" not in [event["kind"] for event in events]
    recorded = [entry.sequence for entry in scan_folder(plane.folder / "recordings" / show.stream)]
    assert recorded == list(range(max(sequences(live)) + 1))
    replay = get(f"{plane.http}/recordings/{show.playback}/index.m3u8").text
    assert replay.count("#EXTINF") == len(recorded)
    with publishing(media(), plane.rtmp(show.key)) as again:
        until(lambda: again.poll() is not None, what="a second encoder is refused")
        assert again.stderr is not None
        assert "this show is over" in again.stderr.read()
    assert plane.state(show.playback) == "ended"
    assert plane.playlist(show.playback) == live


@pytest.mark.slow
def test_a_show_closed_while_the_plane_was_away_ends_at_its_start(
    own_plane: Callable[..., PlaneProcess], show: Show, hook: Hook, media: Media
) -> None:
    """A stream taken up from its recording is ended at the first answer, not after the grace."""
    plane = own_plane(MEDIA_GRACE_SECONDS="600")
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: len(sequences(plane.playlist(show.playback))) >= 1)
        plane.kill()
    hook.closed = [show.stream]
    plane.start()
    until(lambda: plane.state(show.playback) == "ended")


@pytest.mark.slow
def test_a_closed_scene_ends_and_stays_ended(
    own_plane: Callable[..., PlaneProcess], show: Show, hook: Hook, reel_folder: Path
) -> None:
    """Even a scene that is still listed does not play in a closed show."""
    hook.scenes = [{"stream": show.stream, "playback": show.playback, "seed": 7, "title": "A potter"}]
    plane = own_plane(MEDIA_DEMO="1", MEDIA_SCENES_DIR=str(reel_folder))
    until(lambda: plane.state(show.playback) == "live", 60)
    hook.closed = [show.stream]
    until(lambda: plane.state(show.playback) == "ended")
    with pytest.raises(AssertionError, match="comes back"):
        until(lambda: plane.state(show.playback) != "ended", 2, "comes back")
    hook.scenes = []


def test_a_key_of_a_closed_show_is_forgotten(hook: Hook, tmp_path: Path) -> None:
    """While the web process is away, keys of open shows go on and those of closed ones do not, also after `done`."""
    stream = StreamId(uuid.uuid4())
    hook.grant("over", str(stream), "playback-of-closed")
    hook.grant("open", str(uuid.uuid4()), "playback-of-open")

    async def play() -> None:
        gate = Admissions(hook.url, SECRET, tmp_path / "m.json")
        granted = await gate.ask(asking("over"))
        await gate.ask(asking("open"))
        hook.closed = [str(stream)]
        assert await gate.closed() == frozenset([stream])
        await gate.done(asking("over"), granted)
        hook.away = True
        assert (await gate.ask(asking("open"))).playback == "playback-of-open"
        assert await gate.closed() is None
        with pytest.raises(Refused, match=UNAVAILABLE):
            await gate.ask(asking("over"))
        await gate.close()

    try:
        asyncio.run(play())
    finally:
        hook.away = False


@pytest.mark.parametrize("closed", [["not-an-id"], "x", None])
def test_a_list_of_closed_streams_that_makes_no_sense_is_no_list(hook: Hook, tmp_path: Path, closed: object) -> None:
    """Nothing is ended on a garbled answer."""
    hook.closed = closed  # type: ignore[assignment]

    async def ask() -> object:
        gate = Admissions(hook.url, SECRET, tmp_path / "m.json")
        try:
            return await gate.closed()
        finally:
            await gate.close()

    assert asyncio.run(ask()) is None
