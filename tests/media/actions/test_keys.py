"""Keys are shown once, kept as a hash, and the newest one works."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from millstream.kernel.ids import new_id
from millstream.media.api import admit_publisher, apply_events, issue_key, key_of
from millstream.media.models import Publication, StreamKey
from millstream.media.ports import plug_streams
from millstream.media.refusals import AccountLimit, KeyRefused
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
