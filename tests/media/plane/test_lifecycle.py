"""Drops, returns, ends and restarts: viewers stay, numbers rise, nothing recorded is lost."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest

from millstream.media.plane.recording import scan, scan_folder
from tests.media.plane.conftest import Show
from tests.media.plane.decoding import decoded, picture_packets
from tests.media.plane.rig import Hook, NatsServer, PlaneProcess, get, publishing, until
from tests.media.plane.test_publishing import segments

type Media = Callable[..., Path]


def sequences(playlist: str) -> list[int]:
    """Numbers of the closed segments."""
    return [int(number) for number in re.findall(r"^seg-(\d+)\.m4s$", playlist, re.MULTILINE)]


def tag(playlist: str, name: str) -> int:
    """A whole-number tag."""
    found = re.search(rf"#EXT-X-{name}:(\d+)", playlist)
    assert found is not None, playlist
    return int(found[1])


def events_of(nats_url: str, stream: str) -> list[dict[str, Any]]:
    """All events of a stream that are in JetStream by now, in order."""

    async def fetch() -> list[dict[str, Any]]:
        client = await nats.connect(nats_url)
        try:
            subscription = await client.jetstream().subscribe(f"media.{stream}.>", ordered_consumer=True)
            info = await subscription.consumer_info()
            count = (info.num_pending or 0) + (info.delivered.consumer_seq if info.delivered else 0)
            return [json.loads((await subscription.next_msg(timeout=40)).data) for _ in range(count)]
        finally:
            await client.close()

    return asyncio.run(fetch())


@pytest.mark.slow
def test_a_publisher_that_comes_back_is_joined_without_discontinuity(
    plane: PlaneProcess, show: Show, media: Media, own_media_nats: NatsServer
) -> None:
    """Drop, unchanged answers, return: one init, one timeline, and the events tell it in order."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: len(sequences(plane.playlist(show.playback))) >= 2)
    until(lambda: plane.state(show.playback) == "stalled")
    standing = plane.playlist(show.playback)
    newest = sequences(standing)[-1]
    began = time.monotonic()
    assert plane.playlist(show.playback, f"?_HLS_msn={newest + 1}&_HLS_part=0") == standing
    assert time.monotonic() - began > 0.7, "who asks again and again is held for a second"
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: sequences(plane.playlist(show.playback))[-1] >= newest + 2)
        joined = plane.playlist(show.playback)
    assert "#EXT-X-DISCONTINUITY\n" not in joined
    assert set(re.findall(r'URI="init-(\d+)', joined)) == {"1"}
    numbers = sequences(joined)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    until(lambda: plane.state(show.playback) == "ended")
    until(lambda: plane.healthz()["events_waiting"] == 0)
    events = events_of(own_media_nats.url, show.stream)
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["session"] for event in events}) == 1
    told = [event["kind"] for event in events if event["kind"] != "segment"]
    back = ["publishing", "resumed"]
    assert told == ["started", "publishing", "file_opened", "stalled", *back, "stalled", "ended"]
    assert "#EXT-X-ENDLIST" in plane.playlist(show.playback)


@pytest.mark.slow
def test_other_parameters_bring_a_discontinuity_and_a_new_map(
    plane: PlaneProcess, show: Show, media: Media, own_media_nats: NatsServer
) -> None:
    """A publisher with another picture size continues the numbers with a new init segment and a new file."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: len(sequences(plane.playlist(show.playback))) >= 2)
    with publishing(media(size="256x144"), plane.rtmp(show.key)):
        until(lambda: "init-2.mp4" in plane.playlist(show.playback))
        until(lambda: len(sequences(plane.playlist(show.playback).split("init-2.mp4")[1])) >= 2)
        text = plane.playlist(show.playback)
    before, after = text.split("#EXT-X-DISCONTINUITY\n")
    assert "init-1.mp4" in before
    assert after.startswith('#EXT-X-MAP:URI="init-2.mp4"')
    until(lambda: plane.healthz()["events_waiting"] == 0)
    events = events_of(own_media_nats.url, show.stream)
    assert [event["kind"] for event in events].count("file_opened") == 2
    (changed,) = [event["data"] for event in events if event["kind"] == "codec_changed"]
    assert (changed["width"], changed["height"]) == (256, 144)
    replay = get(f"{plane.http}/recordings/{show.playback}/index.m3u8").text
    assert replay.count("#EXT-X-DISCONTINUITY\n") == 1
    assert set(re.findall(r'MAP:URI="(.*?)"', replay)) == {"rec-000001.mp4", "rec-000002.mp4"}


@pytest.mark.slow
def test_the_recording_is_served_in_ranges_that_play(plane: PlaneProcess, show: Show, media: Media) -> None:
    """Every byte range of the replay's playlist is a playable segment; single ranges are answered as they should."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: len(sequences(plane.playlist(show.playback))) >= 3)
    base = f"{plane.http}/recordings/{show.playback}"
    replay = get(f"{base}/index.m3u8").text
    assert replay.endswith("#EXT-X-ENDLIST\n")
    length, file = re.findall(r'BYTERANGE="(\d+)@0"', replay)[0], f"{base}/rec-000001.mp4"
    init = get(file, headers={"range": f"bytes=0-{int(length) - 1}"})
    assert init.status_code == 206
    for size, offset in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", replay):
        answer = get(file, headers={"range": f"bytes={offset}-{int(offset) + int(size) - 1}"})
        assert answer.status_code == 206
        assert decoded(init.content + answer.content)[0] > 0
    whole = get(file)
    assert whole.status_code == 200
    assert whole.headers["accept-ranges"] == "bytes"
    assert get(file, headers={"range": f"bytes={len(whole.content)}-"}).status_code == 416
    other = get(file, headers={"range": "bytes=0-9", "if-range": '"something else"'})
    assert (other.status_code, len(other.content)) == (200, len(whole.content))
    same = get(file, headers={"range": "bytes=0-9", "if-range": whole.headers["etag"]})
    assert (same.status_code, same.content) == (206, whole.content[:10])
    assert httpx.head(file).headers["content-length"] == str(len(whole.content))
    assert get(f"{base}/../../state.json").status_code == 404


@pytest.mark.slow
def test_kill_minus_nine_loses_and_doubles_nothing(
    own_plane: Callable[..., PlaneProcess], show: Show, media: Media, own_media_nats: NatsServer
) -> None:
    """After a kill the playlist stands as it was, the publisher is joined to it, and the recording is whole."""
    plane = own_plane()
    path = plane.folder / "recordings" / show.stream / "rec-000001.mp4"
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: len(sequences(plane.playlist(show.playback))) >= 2)
        before = plane.playlist(show.playback)
        newest = sequences(before)[-1]
        # In the middle of the segment after the last that viewers were told of, once its first parts are written.
        until(lambda: any(each.marker.sequence > newest and each.parts for each in scan(path).segments))
        plane.kill()
    plane.start()
    assert plane.state(show.playback) == "stalled"
    standing = plane.playlist(show.playback)
    assert sequences(standing)[: len(sequences(before))] == sequences(before)
    assert tag(standing, "MEDIA-SEQUENCE") == tag(before, "MEDIA-SEQUENCE")
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: sequences(plane.playlist(show.playback))[-1] >= sequences(standing)[-1] + 2)
        after = plane.playlist(show.playback)
    numbers = sequences(after)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert "#EXT-X-DISCONTINUITY\n" not in after
    until(lambda: plane.healthz()["events_waiting"] == 0)
    told = [e["data"] for e in events_of(own_media_nats.url, show.stream) if e["kind"] == "segment"]
    assert {entry["sequence"] for entry in told} >= set(range(numbers[-1] + 1))
    for entry in scan(path).recorded():
        same = [data for data in told if data["sequence"] == entry.sequence]
        assert all((data["offset"], data["length"]) == (entry.offset, entry.length) for data in same)
    times = [dts for _, dts, _ in picture_packets(path)]
    assert all(one < two for one, two in pairwise(times))
    assert max(two - one for one, two in pairwise(times)) <= 100


def test_a_truncated_recording_is_read_to_its_last_whole_part(plane: PlaneProcess, show: Show, media: Media) -> None:
    """Cut anywhere, the file gives every segment before the cut, and a file of noise gives none."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: len(sequences(plane.playlist(show.playback))) >= 2)
    folder = plane.folder / "recordings" / show.stream
    data = (folder / "rec-000001.mp4").read_bytes()
    whole = scan(folder / "rec-000001.mp4")
    cut_folder = plane.folder / f"cut-{uuid.uuid4()}"
    cut_folder.mkdir()
    target = cut_folder / "rec-000001.mp4"
    for length in range(whole.init_length, len(data), len(data) // 37):
        target.write_bytes(data[:length])
        found = scan(target)
        assert found.whole_length <= length
        parts = [part for segment in found.segments for part in segment.parts]
        all_parts = [part for segment in whole.segments for part in segment.parts]
        assert parts == [part for part in all_parts if part.offset + part.length <= length]
    target.write_bytes(b"\0\0\0\x08nope" + data[:100])
    assert scan_folder(cut_folder) == []


@pytest.mark.slow
def test_events_wait_while_nats_is_away_and_come_in_order(
    own_plane: Callable[..., PlaneProcess], show: Show, media: Media, tmp_path: Path, hook: Hook
) -> None:
    """Video and recording go on without NATS; what happened is told later, once, in order, even over a restart."""
    server = NatsServer(tmp_path / "nats")
    server.start()
    plane = PlaneProcess(tmp_path / "plane", hook.url, server.url, MEDIA_GRACE_SECONDS="30")
    plane.start()
    try:
        with publishing(media(), plane.rtmp(show.key)):
            until(lambda: len(sequences(plane.playlist(show.playback))) >= 1)
            server.stop()
            until(lambda: plane.healthz()["nats"] == "away")
            newest = sequences(plane.playlist(show.playback))[-1]
            until(lambda: sequences(plane.playlist(show.playback))[-1] > newest)
            assert plane.healthz()["events_waiting"] > 0
        plane.stop()
        server.start()
        plane.start()
        until(lambda: plane.healthz()["events_waiting"] == 0)
        events = events_of(server.url, show.stream)
    finally:
        plane.stop()
        server.stop()
    by_session: dict[str, list[int]] = {}
    for event in events:
        by_session.setdefault(event["session"], []).append(event["number"])
    assert len(by_session) == 2
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_session.values())


def test_a_known_key_goes_on_while_the_web_is_away(plane: PlaneProcess, show: Show, hook: Hook, media: Media) -> None:
    """A key admitted before is re-admitted within ten minutes; an unknown one is told to try again."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: plane.state(show.playback) == "live")
    hook.away = True
    try:
        with publishing(media(), plane.rtmp("never-seen")) as refused:
            until(lambda: refused.poll() is not None)
            assert refused.stderr is not None
            assert "the shop does not answer" in refused.stderr.read()
        with publishing(media(), plane.rtmp(show.key)):
            until(lambda: plane.state(show.playback) == "live")
    finally:
        hook.away = False


def test_a_slow_hook_does_not_hold_others_up(plane: PlaneProcess, show: Show, hook: Hook, media: Media) -> None:
    """A hook that does not answer is not waited for: the publisher is told, others go on meanwhile."""
    hook.holds = threading.Event()
    try:
        with publishing(media(), plane.rtmp(f"slow-{uuid.uuid4()}")) as refused:
            assert plane.healthz()["ok"]
            until(lambda: refused.poll() is not None)
            assert refused.stderr is not None
            assert "the shop does not answer" in refused.stderr.read()
        assert not hook.holds.is_set()
    finally:
        hook.holds.set()
        hook.holds = None


@pytest.mark.slow
def test_the_scene_gives_way_and_returns_after_the_grace(
    own_plane: Callable[..., PlaneProcess], show: Show, hook: Hook, media: Media, reel_folder: Path
) -> None:
    """Scene, publisher, drop, grace, scene: the playlist goes on through all of it; a scene off the list ends."""
    hook.scenes = [{"stream": show.stream, "playback": show.playback, "seed": 7, "title": "A potter"}]
    plane = own_plane(MEDIA_DEMO="1", MEDIA_GRACE_SECONDS="3", MEDIA_SCENES_DIR=str(reel_folder))
    state = f"{plane.http}/live/{show.playback}/state.json"
    until(lambda: _source(state) == "scene", 60)
    until(lambda: len(segments(plane.playlist(show.playback))) >= 2)
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: _source(state) == "rtmp")
        until(lambda: "#EXT-X-DISCONTINUITY\n" in plane.playlist(show.playback))
        time.sleep(1)
        dropped = time.monotonic()
    until(lambda: _source(state) == "scene")
    assert time.monotonic() - dropped > 3
    until(lambda: plane.playlist(show.playback).count("#EXT-X-DISCONTINUITY\n") == 2)
    assert "#EXT-X-ENDLIST" not in plane.playlist(show.playback)
    hook.scenes = []
    until(lambda: plane.state(show.playback) == "ended")


def _source(url: str) -> str | None:
    answer = get(url)
    return answer.json()["source"] if answer.is_success else None


def test_a_stop_and_start_in_order_goes_on(own_plane: Callable[..., PlaneProcess], show: Show, media: Media) -> None:
    """SIGTERM cuts and writes what is open; the next process shows the same playlist."""
    plane = own_plane()
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: sequences(plane.playlist(show.playback)))
        plane.stop()
    assert plane.process is not None
    assert plane.process.returncode == 0
    plane.start()
    assert sequences(plane.playlist(show.playback))
    assert "#EXT-X-ENDLIST" not in plane.playlist(show.playback)


@pytest.mark.parametrize("name", ["MEDIA_HOOK_SECRET", "NATS_URL"])
def test_a_missing_setting_is_named(tmp_path: Path, hook: Hook, name: str) -> None:
    """The process ends at once with status 2 and the setting's name."""
    plane = PlaneProcess(tmp_path, hook.url, "nats://127.0.0.1:1", **{name: ""})
    with pytest.raises(AssertionError, match=f"{name} is not set"):
        plane.start()
    assert plane.process is not None
    assert plane.process.returncode == 2
