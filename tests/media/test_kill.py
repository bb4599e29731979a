"""`kill -9` of the media process in the middle of a show: its rows, replay and clips are as if nothing had been."""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import av
import nats
import pytest
from django.db import connection
from django.test import override_settings

from millstream.kernel.settings import conf
from millstream.media import api, consumer
from millstream.media.actions.cut_waiting import cut_next
from millstream.media.adapters import clip_files
from millstream.media.models import Clip, Recording, RecordingFile, Segment, Stream
from millstream.media.plane.recording import scan
from millstream.media.types import ClipPurpose, ClipSpec
from tests.media.plane.decoding import decoded, picture_packets
from tests.media.plane.rig import Hook, PlaneProcess, get, make_media, publishing, until
from tests.media.studio import make_camera, make_host

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KEY = "dao-s-key-of-the-killed-plane"


@pytest.fixture
def plane(tmp_path: Path, nats_url: str) -> Iterator[PlaneProcess]:
    """A media process that records where the installation looks for recordings, and lets Dao publish."""
    hook = Hook()
    hook.start()
    with override_settings(MILLSTREAM=replace(conf(), var=tmp_path)):
        camera = make_camera(make_host())
        row = Stream.objects.get(id=camera.stream)
        hook.grant(KEY, str(row.id), row.playback)
        process = PlaneProcess(tmp_path, hook.url, nats_url, MEDIA_GRACE_SECONDS="600")
        process.start()
        try:
            yield process
        finally:
            process.stop()
            hook.stop()


def newest(plane: PlaneProcess, playback: str) -> int:
    """The number of the last whole segment that viewers know of; -1 for none."""
    numbers = re.findall(r"^seg-(\d+)\.m4s$", plane.playlist(playback), re.MULTILINE)
    return int(numbers[-1]) if numbers else -1


def told(nats_url: str, segments: int) -> None:
    """Run the worker's consumer until so many segments are rows."""

    async def consume() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(consumer.run(stop))
        try:
            for _ in range(400):
                if await asyncio.to_thread(count) >= segments:
                    break
                await asyncio.sleep(0.1)
        finally:
            stop.set()
            await asyncio.wait_for(running, 40)

    def count() -> int:
        try:
            return Segment.objects.count()
        finally:
            connection.close()

    assert os.environ["NATS_URL"] == nats_url
    asyncio.run(consume())


@pytest.fixture
def nobody_listens(nats_url: str) -> Iterator[None]:
    """The stream of media events is there, empty, and is taken away again."""

    async def keep() -> None:
        client = await nats.connect(nats_url)
        await consumer.keep_stream(client.jetstream())
        await client.jetstream().purge_stream(consumer.STREAM)
        await client.close()

    async def forget() -> None:
        client = await nats.connect(nats_url)
        await client.jetstream().delete_stream(consumer.STREAM)
        await client.close()

    asyncio.run(keep())
    yield
    asyncio.run(forget())


@pytest.mark.usefixtures("nobody_listens")
def test_a_show_whose_media_process_is_killed_is_one_recording(
    plane: PlaneProcess, nats_url: str, tmp_path: Path
) -> None:
    """All that was written plays; rows, file and replay agree to the byte; a clip over the gap plays; nothing twice."""
    row = Stream.objects.get()
    film = make_media(tmp_path / "film.mp4", seconds=8, gop_seconds=1, more={})
    path = clip_files.recording_folder(row.id) / "rec-000001.mp4"
    with publishing(film, plane.rtmp(KEY)):
        until(lambda: newest(plane, row.playback) >= 1)
        at = newest(plane, row.playback)
        until(lambda: any(each.marker.sequence > at and each.parts for each in scan(path).segments))
        plane.kill()
    left, killed_at = path.read_bytes(), datetime.now(UTC)
    whole = scan(path)
    flushed = sum(part.length for segment in whole.segments for part in segment.parts)
    assert decoded(left[: whole.whole_length])[0] > 30 * 2 * (at + 1)
    plane.start()
    with publishing(film, plane.rtmp(KEY)):
        until(lambda: newest(plane, row.playback) >= at + 3)
    until(lambda: plane.healthz()["events_waiting"] == 0)
    assert path.read_bytes()[: whole.whole_length] == left[: whole.whole_length], "what was written stays as it is"
    assert list(path.parent.glob("rec-*.mp4")) == [path], "the same recording goes on"
    until(lambda: plane.state(row.playback) == "stalled")
    agrees_with_the_file(plane, row, path, nats_url, flushed)
    clip_over_the_gap(row, killed_at)


def agrees_with_the_file(plane: PlaneProcess, row: Stream, path: Path, nats_url: str, flushed: int) -> None:
    """The rows and the replay's byte ranges are the file's segments, each once, and every range plays."""
    lying = {entry.sequence: (entry.offset, entry.length) for entry in scan(path).recorded()}
    told(nats_url, len(lying))
    rows = list(Segment.objects.order_by("sequence"))
    assert [segment.sequence for segment in rows] == list(range(len(lying)))
    assert {segment.sequence: (segment.offset, segment.length) for segment in rows} == lying
    assert (Recording.objects.count(), RecordingFile.objects.count()) == (1, 1)
    assert sum(segment.length for segment in rows) > flushed
    assert all(
        one.starts_at + timedelta(milliseconds=one.duration_ms - 400) <= two.starts_at for one, two in pairwise(rows)
    ), "no moment was filmed twice"
    replay = get(f"{plane.http}/recordings/{row.playback}/index.m3u8").text
    ranges = [(int(offset), int(length)) for length, offset in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", replay)]
    assert ranges == [lying[sequence] for sequence in sorted(lying)]
    data = path.read_bytes()
    init = data[: scan(path).init_length]
    assert all(decoded(init + data[offset : offset + length])[0] > 0 for offset, length in ranges)
    times = [dts for _, dts, _ in picture_packets(path)]
    assert all(one < two for one, two in pairwise(times))


def clip_over_the_gap(row: Stream, killed_at: datetime) -> None:
    """What was sold around the crash can be kept: pictures of before and after, without a hole."""
    now = datetime.now(UTC) + timedelta(minutes=10)
    last = Segment.objects.order_by("sequence").last()
    assert last is not None
    to_at = last.starts_at + timedelta(milliseconds=last.duration_ms)
    assert to_at > killed_at
    wish = ClipSpec(row.id, killed_at - timedelta(seconds=3), to_at, ClipPurpose.PROMISE, f"clip-{uuid.uuid4()}")
    wished = api.cut_clip(wish, now=now)
    assert cut_next(now=now)
    clip = api.clip(wished)
    assert clip.ready, clip.failure
    assert api.verify_clip(wished).matches
    with av.open(str(clip_files.clip_path(Clip.objects.get(id=wished).token)), "r") as container:
        times = [float(frame.time or 0) for frame in container.decode(video=0)]
    assert times[0] == pytest.approx(0, abs=0.01)
    assert max(two - one for one, two in pairwise(times)) < 0.5
    assert clip.duration_ms > 4_000
