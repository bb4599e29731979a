"""Keys are shown once, kept as a hash, and the newest one works."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from millstream.kernel.ids import new_id
from millstream.kernel.settings import MediaPlaces
from millstream.media.api import (
    admit_publisher,
    apply_events,
    ingest_for,
    ingest_of,
    issue_key,
    key_of,
    playback_of,
    stream,
)
from millstream.media.models import Publication, StreamKey
from millstream.media.ports import plug_streams
from millstream.media.refusals import AccountLimit, KeyRefused, TooManyPictures, WrongServer
from millstream.media.rules import shard_of
from millstream.media.types import MOST_HOURS_A_DAY, EventKind, PublishAsk
from tests.media.studio import NOW, OneStream, make_camera, make_host

pytestmark = pytest.mark.django_db


def ask(key: str, slug: str | None = None) -> PublishAsk:
    return PublishAsk(key=key, slug=slug, address="10.1.1.7", client="OBS", client_id="4")


def test_a_key_opens_the_stream_of_its_host() -> None:
    """Whoever holds the key publishes into the stream that the host's show has now."""
    dao = make_host()
    camera = make_camera(dao)
    streams = OneStream(camera.stream)
    plug_streams(streams)
    admitted = admit_publisher(ask(issue_key(dao, now=NOW), "spring-kiln"), now=NOW)
    assert admitted.stream == camera.stream
    assert streams.asked == [(dao, "spring-kiln")]
    assert Publication.objects.visible_to(dao).get().address == "10.1.1.7"


def test_the_key_itself_is_kept_nowhere() -> None:
    """The row has a hash of 32 bytes and the first four letters."""
    dao = make_host()
    key = issue_key(dao, now=NOW)
    row = StreamKey.objects.visible_to(dao).get()
    assert len(bytes(row.key_hash)) == 32
    assert key not in repr(row.__dict__)
    known = key_of(dao)
    assert known is not None
    assert known.hint == key[:4]


def test_a_new_key_revokes_the_one_before() -> None:
    """The old key is refused from then on."""
    dao = make_host()
    plug_streams(OneStream(make_camera(dao).stream))
    old = issue_key(dao, now=NOW)
    new = issue_key(dao, now=NOW + timedelta(minutes=1))
    with pytest.raises(KeyRefused):
        admit_publisher(ask(old), now=NOW)
    assert admit_publisher(ask(new), now=NOW).max_hours > 0


def test_a_strangers_key_is_refused() -> None:
    """Femi guesses."""
    plug_streams(OneStream(make_camera(make_host()).stream))
    for guess in ("", "abc", "a" * 24, "x" * 4_000, "' OR 1=1"):
        with pytest.raises(KeyRefused):
            admit_publisher(ask(guess), now=NOW)


def test_an_account_over_its_hours_is_refused() -> None:
    """Hours that a publisher sent count; hours of a drawn scene do not."""
    dao = make_host()
    camera = make_camera(dao)
    plug_streams(OneStream(camera.stream))
    key = issue_key(dao, now=NOW)
    apply_events([camera.tell(EventKind.STARTED, source="scene")], now=NOW)
    long_ago = NOW - timedelta(hours=1)
    hours = MOST_HOURS_A_DAY * 3_600_000
    scene = camera.segment(0, at=long_ago)
    scene.data["duration_ms"] = hours  # type: ignore[index]
    apply_events([scene], now=NOW)
    assert admit_publisher(ask(key), now=NOW).max_hours == 12
    apply_events([camera.tell(EventKind.PUBLISHING, source="rtmp", peer="10.1.1.7")], now=NOW)
    sent = camera.segment(1, at=long_ago)
    sent.data["duration_ms"] = hours  # type: ignore[index]
    apply_events([sent], now=NOW)
    with pytest.raises(AccountLimit) as refused:
        admit_publisher(ask(key), now=NOW)
    assert refused.value.facts == {"hours": MOST_HOURS_A_DAY}


def test_the_database_keeps_one_working_key_per_host() -> None:
    """The promise holds without the action, too."""
    dao = make_host()
    issue_key(dao, now=NOW)
    with pytest.raises(IntegrityError, match="one_working_key_per_host"), transaction.atomic():
        StreamKey.objects.unscoped("a test of the constraint").create(
            id=new_id(), host_id=dao, key_hash=b"x" * 32, hint="x", issued_at=NOW
        )


def test_an_account_sends_into_two_streams_at_once_and_no_more() -> None:
    """The third picture is refused while two are live; a redial into one of them is not."""
    dao = make_host()
    key = issue_key(dao, now=NOW)
    cameras = [make_camera(dao) for _ in range(3)]
    for camera in cameras[:2]:
        plug_streams(OneStream(camera.stream))
        admit_publisher(ask(key), now=NOW)
        apply_events([camera.tell(EventKind.STARTED, source="rtmp")], now=NOW)
    admit_publisher(ask(key), now=NOW)
    plug_streams(OneStream(cameras[2].stream))
    with pytest.raises(TooManyPictures) as refused:
        admit_publisher(ask(key), now=NOW)
    assert refused.value.facts["most"] == 2
    apply_events([cameras[0].tell(EventKind.ENDED, reason="closed")], now=NOW)
    admit_publisher(ask(key), now=NOW)


def test_the_wrong_media_process_is_told_the_right_address() -> None:
    """A stream has one process; a publisher at another one learns where to go, one that does not say is let in."""
    dao = make_host()
    before = settings.MILLSTREAM
    places = MediaPlaces(
        origins=("http://a.example", "http://b.example"),
        rtmp_origins=("rtmp://a.example/live", "rtmp://b.example/live"),
    )
    settings.MILLSTREAM = replace(before, media=places)
    try:
        camera = make_camera(dao)
        plug_streams(OneStream(camera.stream))
        key, right = issue_key(dao, now=NOW), shard_of(dao, 2)
        with pytest.raises(WrongServer) as refused:
            admit_publisher(replace(ask(key), shard=1 - right), now=NOW)
        assert refused.value.facts["address"] == places.rtmp_origins[right]
        assert admit_publisher(replace(ask(key), shard=right), now=NOW).stream == camera.stream
        assert ingest_of(stream(camera.stream)).rtmp == ingest_for(dao).rtmp == places.rtmp_origins[right]
        assert playback_of(stream(camera.stream)).src.startswith(f"{places.origins[right]}/live/")
    finally:
        settings.MILLSTREAM = before
