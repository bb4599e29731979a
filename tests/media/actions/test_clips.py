"""Clips from wish to file: cut once, whole or not at all, and gone when their time is over."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from pytest_django.fixtures import DjangoAssertNumQueries

from millstream.kernel.settings import conf
from millstream.media import api
from millstream.media.actions.cut_waiting import MOST_TRIES, cut_next
from millstream.media.adapters import clip_files
from millstream.media.models import Clip, Recording, Segment
from millstream.media.ports import plug_clip_users
from millstream.media.refusals import ClipsNotCut, ClipTooLong, NoSuchClip, NoSuchStream, NothingRecorded, RecordingGone
from millstream.media.types import ClipPurpose, ClipShape, ClipSpec, ClipState, EventKind
from tests.media.plane.rig import make_media, until
from tests.media.recordings import AT_MS, record, shot
from tests.media.studio import Camera, make_camera, make_host

START = datetime.fromtimestamp(AT_MS / 1000, tz=UTC)
LATER = START + timedelta(minutes=5)


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """An installation's folder of this test's own."""
    with override_settings(MILLSTREAM=replace(conf(), var=tmp_path)):
        yield tmp_path


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds with a key frame every second."""
    return make_media(tmp_path_factory.mktemp("clips") / "a.mp4", seconds=12, gop_seconds=1, more={})


@pytest.fixture(scope="session")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of a phone that was turned upright."""
    folder = tmp_path_factory.mktemp("turned")
    return make_media(folder / "b.mp4", seconds=6, gop_seconds=1, more={"size": "180x320"})


def recorded(*filmed: Path, **more: Any) -> Camera:
    """A stream with a real recording, and the rows that the media plane's events make of it."""
    camera = make_camera(make_host())
    made = record(clip_files.recording_folder(camera.stream), [shot(each) for each in filmed], **more)
    events = []
    for sequence, (name, segment, offset, wall) in enumerate(made.segments):
        at = datetime.fromtimestamp(wall / 1000, tz=UTC)
        told = {
            "file": name,
            "sequence": sequence,
            "offset": offset,
            "length": sum(len(part.data) for part in segment.parts),
            "starts_at": at.isoformat(),
            "duration_ms": round(segment.duration_ticks / 90),
            "key": True,
        }
        events.append(camera.tell(EventKind.SEGMENT, at, **told))
    api.apply_events(events, now=LATER)
    return camera


def spec(camera: Camera, first: float = 3.3, last: float = 7, **more: Any) -> ClipSpec:
    """A wish for some seconds."""
    asked: dict[str, Any] = {"purpose": ClipPurpose.PRODUCT, "name": "spring-kiln-bowl", **more}
    return ClipSpec(camera.stream, START + timedelta(seconds=first), START + timedelta(seconds=last), **asked)


def test_a_wish_becomes_a_file_with_hash_and_poster(transactional_db: None, var: Path, filmed: Path) -> None:
    """Cut on key frames, hashed, measured, with a poster; nothing is left to do then."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera), now=LATER)
    assert api.clip(wished).state is ClipState.WISHED
    assert cut_next(now=LATER)
    clip = api.clip(wished)
    assert clip.ready
    assert clip.starts_at is not None
    assert abs((clip.starts_at - START).total_seconds() - 3.02) < 0.1
    assert 3_900 < clip.duration_ms < 5_100
    assert (clip.width, clip.height, clip.permille) == (320, 180, 1000)
    assert api.verify_clip(wished).matches
    assert not cut_next(now=LATER)
    assert list((var / "files" / "clips" / "drafts").iterdir()) == []


def test_the_same_wish_is_the_same_clip(transactional_db: None, var: Path, filmed: Path) -> None:
    """However often it is asked, also within one batch."""
    camera = recorded(filmed)
    first = api.cut_clip(spec(camera), now=LATER)
    assert api.cut_clips([spec(camera), spec(camera)], now=LATER) == [first, first]
    assert Clip.objects.count() == 1


def test_many_wishes_cost_as_much_as_one(
    transactional_db: None, var: Path, filmed: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The statements do not grow with the batch."""
    camera = recorded(filmed)
    with django_assert_num_queries(6):
        api.cut_clips([spec(camera, first=number / 10, last=9) for number in range(20)], now=LATER)


def test_what_was_never_recorded_is_refused(transactional_db: None, var: Path, filmed: Path) -> None:
    """Before the show, another stream, and more than a clip may hold."""
    camera = recorded(filmed)
    with pytest.raises(NothingRecorded):
        api.cut_clip(spec(camera, first=-60, last=-30), now=LATER)
    with pytest.raises(ClipTooLong):
        api.cut_clip(spec(camera, last=200), now=LATER)
    with pytest.raises(NoSuchStream):
        api.cut_clip(replace(spec(camera), stream=camera.session), now=LATER)


def test_a_clip_of_what_is_still_to_come_waits_for_it(transactional_db: None, var: Path, filmed: Path) -> None:
    """While the stream runs and is not recorded so far, the wish waits without counting tries."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera, first=6, last=30), now=START + timedelta(seconds=12))
    assert not cut_next(now=START + timedelta(seconds=20))
    assert cut_next(now=START + timedelta(seconds=40))
    row = Clip.objects.get(id=wished)
    assert (row.state, row.tries) == (ClipState.WISHED.value, 0)
    api.close_stream(camera.stream, now=START + timedelta(seconds=41))
    assert cut_next(now=LATER)
    assert api.clip(wished).ready


def test_a_killed_cut_leaves_no_half_file(
    transactional_db: None, var: Path, filmed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that is killed at work leaves a wish, which is cut on the next try; no file is there before."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera, shape=ClipShape.STANDING), now=LATER)
    real = subprocess.Popen

    def kill_at_work(child: Any) -> None:
        drafts = var / "files" / "clips" / "drafts"
        until(lambda: list(drafts.glob("*.lying")))
        os.kill(child.pid, signal.SIGKILL)

    def shot_down(*args: Any, **more: Any) -> Any:
        child = real(*args, **more)
        threading.Thread(target=kill_at_work, args=(child,)).start()
        return child

    monkeypatch.setattr(subprocess, "Popen", shot_down)
    assert cut_next(now=LATER)
    row = Clip.objects.get(id=wished)
    assert row.state == ClipState.WISHED.value
    assert "-9" in row.failure
    assert not clip_files.clip_path(row.token).exists()
    monkeypatch.undo()
    assert not cut_next(now=LATER)
    assert cut_next(now=LATER + timedelta(minutes=2))
    clip = api.clip(wished)
    assert clip.ready
    assert (clip.width, clip.height) == (540, 960)
    assert api.verify_clip(wished).matches


def test_a_worker_that_died_over_a_clip_is_followed_by_another(transactional_db: None, var: Path, filmed: Path) -> None:
    """A claim runs out, and the clip is taken again."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera), now=LATER)
    Clip.objects.filter(id=wished).update(due_at=LATER + timedelta(minutes=35), tries=1)
    assert not cut_next(now=LATER)
    assert cut_next(now=LATER + timedelta(minutes=36))
    assert api.clip(wished).ready


def test_what_cannot_be_cut_says_why_and_stops(transactional_db: None, var: Path, filmed: Path) -> None:
    """After five tries the clip has failed, with the reason."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera), now=LATER)
    for path in clip_files.recording_folder(camera.stream).glob("rec-*.mp4"):
        path.unlink()
    for number in range(MOST_TRIES):
        assert cut_next(now=LATER + timedelta(hours=number + 1))
    assert not cut_next(now=LATER + timedelta(days=1))
    clip = api.clip(wished)
    assert (clip.state, clip.failure) == (ClipState.FAILED, "nothing_there")


def test_a_whole_recording_is_one_file(transactional_db: None, var: Path, filmed: Path) -> None:
    """A download begins with the first picture and ends with the last."""
    camera = recorded(filmed)
    between = api.recorded_between(camera.stream)
    assert between is not None
    wish = ClipSpec(camera.stream, *between, purpose=ClipPurpose.DOWNLOAD, name="spring-kiln")
    api.cut_clip(wish, now=LATER)
    assert cut_next(now=LATER)
    found = api.downloads_of(camera.stream)
    assert found is not None
    assert 11_800 < found.duration_ms < 12_200


@pytest.mark.parametrize("purpose", [ClipPurpose.PROMISE, ClipPurpose.PRODUCT])
def test_a_clip_over_a_turned_phone_is_one_file(
    transactional_db: None, var: Path, filmed: Path, turned: Path, purpose: ClipPurpose
) -> None:
    """What was bought when the phone was turned is in the promise, and its fingerprint is of all of it."""
    camera = recorded(filmed, turned)
    wished = api.cut_clip(spec(camera, first=8, last=16, purpose=purpose, most_ms=40_000), now=LATER)
    standing = api.cut_clip(spec(camera, first=8, last=16, purpose=purpose, shape=ClipShape.STANDING), now=LATER)
    while cut_next(now=LATER):
        pass
    assert Clip.objects.count() == 2
    clip, upright = api.clip(wished), api.clip(standing)
    assert (clip.state, clip.more, upright.more) == (ClipState.READY, (), ())
    assert (clip.width, clip.height) in ((320, 180), (180, 320))
    assert upright.height > upright.width
    for made in (clip, upright):
        assert made.duration_ms == pytest.approx(8_000, abs=200)
        assert api.verify_clip(made.id).matches
    path = clip_files.clip_path(Clip.objects.get(id=wished).token)
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == pytest.approx(240, abs=6)
    assert (
        clip_files.clip_path(Clip.objects.get(id=wished).token, clip_files.POSTER).read_bytes()[:3] == b"\xff\xd8\xff"
    )


def test_a_download_over_a_turned_phone_is_a_file_for_each_shape(
    transactional_db: None, var: Path, filmed: Path, turned: Path
) -> None:
    """A whole show is copied, however long it is, and the host is offered all of its files."""
    camera = recorded(filmed, turned)
    between = api.recorded_between(camera.stream)
    assert between is not None
    api.cut_clip(ClipSpec(camera.stream, *between, purpose=ClipPurpose.DOWNLOAD, name="spring-kiln"), now=LATER)
    while cut_next(now=LATER):
        pass
    found = api.downloads_of(camera.stream)
    assert found is not None
    (second,) = found.more
    assert [(each.width, each.height) for each in (found, second)] == [(320, 180), (180, 320)]
    assert found.ready
    assert second.ready


def test_a_ready_clip_is_whole_and_never_cut_again(transactional_db: None, var: Path, filmed: Path) -> None:
    """The database refuses a ready clip without a hash, and another hash for one that is ready."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera), now=LATER)
    with pytest.raises(IntegrityError, match="ready_clip_is_whole"), transaction.atomic():
        Clip.objects.filter(id=wished).update(state=ClipState.READY.value)
    assert cut_next(now=LATER)
    with pytest.raises(IntegrityError, match="clip_is_never_cut_again"), transaction.atomic():
        Clip.objects.filter(id=wished).update(sha256="0" * 64)


def test_a_file_that_was_changed_does_not_verify(transactional_db: None, var: Path, filmed: Path) -> None:
    """One flipped byte is enough."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera), now=LATER)
    cut_next(now=LATER)
    path = clip_files.clip_path(Clip.objects.get(id=wished).token)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert not api.verify_clip(wished).matches
    path.unlink()
    assert api.verify_clip(wished).found == ""


def test_clips_are_served_with_ranges_under_their_name(
    transactional_db: None, var: Path, filmed: Path, client: Client
) -> None:
    """Whole, a range, an impossible range, a download, a poster; a stranger's guess finds nothing."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera, name="春窑-茶碗"), now=LATER)
    cut_next(now=LATER)
    clip = api.clip(wished)
    whole = client.get(clip.url)
    content = b"".join(whole)
    assert (whole.status_code, len(content), whole["Accept-Ranges"]) == (200, clip.size_bytes, "bytes")
    part = client.get(clip.url, headers={"range": "bytes=100-199"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-199/{clip.size_bytes}")
    assert b"".join(part) == content[100:200]
    assert client.get(clip.url, headers={"range": f"bytes={clip.size_bytes}-"}).status_code == 416
    assert client.head(clip.url)["Content-Length"] == str(clip.size_bytes)
    saved = client.get(clip.download_url)
    assert "filename*=UTF-8''%E6%98%A5" in saved["Content-Disposition"]
    poster = client.get(clip.poster)
    assert b"".join(poster)[:3] == b"\xff\xd8\xff"
    assert client.get("/files/clips/abcdefghijklmnopqrstuvwx.mp4").status_code == 404
    api.remove_clip(wished, now=LATER)
    assert client.get(clip.url).status_code == 404
    with pytest.raises(NoSuchClip):
        api.clip(wished)


def test_a_deleted_recording_takes_its_clips_but_not_what_was_promised(
    transactional_db: None, var: Path, filmed: Path
) -> None:
    """Segments, files and product clips go; the promised clip stays until nobody holds it any more."""
    camera = recorded(filmed)
    made = api.cut_clip(spec(camera), now=LATER)
    promised = api.cut_clip(spec(camera, purpose=ClipPurpose.PROMISE), now=LATER)
    api.close_stream(camera.stream, now=LATER)
    with pytest.raises(ClipsNotCut):
        api.delete_recording(camera.stream, now=LATER)
    while cut_next(now=LATER):
        pass
    api.delete_recording(camera.stream, now=LATER)
    assert not list(clip_files.recording_folder(camera.stream).glob("rec-*.mp4"))
    assert Segment.objects.count() == 0
    assert api.recording_of(camera.stream) is None
    assert set(api.clips([made, promised])) == {promised}
    assert api.verify_clip(promised).matches
    with pytest.raises(NoSuchClip):
        api.remove_clip(promised, now=LATER)
    with pytest.raises(RecordingGone):
        api.delete_recording(camera.stream, now=LATER)
    held = {promised}
    plug_clip_users(lambda clips, _now: set(clips) & held)
    try:
        api.sweep_recordings(now=LATER)
        assert promised in api.clips([promised])
        held.clear()
        api.sweep_recordings(now=LATER)
        assert api.clips([promised]) == {}
    finally:
        plug_clip_users(lambda clips, _now: set(clips))


def test_the_sweep_takes_what_is_past_its_time_and_leaves_what_is_kept(
    transactional_db: None, var: Path, filmed: Path
) -> None:
    """Three years after the end, unless the host keeps it."""
    old, kept = recorded(filmed), recorded(filmed)
    for camera in (old, kept):
        api.close_stream(camera.stream, now=LATER)
    api.keep_recording(kept.stream, for_ever=True)
    assert api.sweep_recordings(now=LATER + timedelta(days=1_094)) == 0
    assert api.sweep_recordings(now=LATER + timedelta(days=1_096)) == 1
    assert api.recording_of(old.stream) is None
    assert api.recording_of(kept.stream) is not None
    told = api.kept(kept.stream)
    assert told is not None
    assert told.for_ever
    assert Recording.objects.get(stream_id=old.stream).deleted_at is not None


def test_disk_use_is_what_lies_there(transactional_db: None, var: Path, filmed: Path) -> None:
    """Recording and clips are counted apart."""
    camera = recorded(filmed)
    api.cut_clip(spec(camera), now=LATER)
    cut_next(now=LATER)
    use = api.disk_use(camera.stream)
    lying = sum(path.stat().st_size for path in clip_files.recording_folder(camera.stream).glob("rec-*.mp4"))
    assert 0 < use.recording_bytes <= lying
    assert use.clip_bytes == sum(path.stat().st_size for path in (var / "files" / "clips").glob("*.mp4"))
    assert use.free_bytes > 0


def test_two_workers_cut_a_clip_once(transactional_db: None, var: Path, filmed: Path) -> None:
    """On two connections at once, one of them finds nothing to do."""
    camera = recorded(filmed)
    wished = api.cut_clip(spec(camera), now=LATER)
    did: list[bool] = []

    def work() -> None:
        try:
            did.append(cut_next(now=LATER))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(did) == [False, True]
    assert Clip.objects.get(id=wished).tries == 1
    assert api.verify_clip(wished).matches
