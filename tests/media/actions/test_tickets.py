"""A studio's ticket: signed, twelve hours long, for one host and one show; and how a publication is noted."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from millstream.kernel.ids import new_id
from millstream.media.api import admit_publisher, issue_key, studio_ticket
from millstream.media.models import Publication
from millstream.media.ports import plug_streams
from millstream.media.refusals import KeyRefused, TicketOver
from millstream.media.rules import TICKET_FOR, pack_ticket, split_ticket, unpack_ticket
from millstream.media.types import SOURCE_WHIP, ActorId, PublishAsk, StudioTicket
from tests.media.studio import NOW, OneStream, make_camera, make_host


def ask(key: str, slug: str | None = None) -> PublishAsk:
    return PublishAsk(key, slug, address="10.1.1.8", client="whip Chromium", client_id="5", source=SOURCE_WHIP)


@given(st.uuids(), st.text(max_size=80), st.integers(0, 4_000_000_000))
def test_a_ticket_is_read_as_it_was_packed(host: UUID, slug: str, until: int) -> None:
    """Whatever the host, the show's name and the time."""
    try:
        slug.encode()
    except UnicodeEncodeError:
        return
    ticket = StudioTicket(ActorId(host), slug, datetime.fromtimestamp(until, UTC))
    assert unpack_ticket(pack_ticket(ticket)) == ticket


@given(st.text(max_size=300))
def test_letters_that_hold_no_ticket_are_none(text: str) -> None:
    """What a stranger types is read or not, and breaks nothing."""
    unpack_ticket(text)
    parts = split_ticket(text)
    assert parts is None or text == f"t_{parts[0]}.{parts[1]}"


@pytest.mark.django_db
def test_a_ticket_opens_the_show_it_was_made_for() -> None:
    """Dao's page publishes into Dao's stream; the row tells how, and has no key."""
    dao = make_host()
    camera = make_camera(dao)
    streams = OneStream(camera.stream)
    plug_streams(streams)
    ticket = studio_ticket(ActorId(dao), slug="spring-kiln", now=NOW)
    assert ticket.startswith("t_")
    for slug in ("spring-kiln", None):
        assert admit_publisher(ask(ticket, slug), now=NOW + timedelta(hours=11)).stream == camera.stream
    assert streams.asked == [(dao, "spring-kiln")] * 2
    row = Publication.objects.visible_to(dao).first()
    assert row is not None
    assert (row.source, row.key_id) == ("whip", None)


@pytest.mark.django_db
def test_a_ticket_is_over_after_twelve_hours() -> None:
    """And says so, because a page that was left open over night should be loaded again."""
    dao = make_host()
    plug_streams(OneStream(make_camera(dao).stream))
    ticket = studio_ticket(ActorId(dao), slug="spring-kiln", now=NOW)
    with pytest.raises(TicketOver):
        admit_publisher(ask(ticket), now=NOW + TICKET_FOR)


@pytest.mark.django_db
def test_a_ticket_for_another_show_or_touched_by_femi_is_refused() -> None:
    """Each letter counts; the signature of one ticket fits no other."""
    dao, femi = make_host(), make_host()
    plug_streams(OneStream(make_camera(dao).stream))
    good = studio_ticket(ActorId(dao), slug="spring-kiln", now=NOW)
    with pytest.raises(KeyRefused):
        admit_publisher(ask(good, "autumn-kiln"), now=NOW)
    packed, signature = good[2:].split(".")
    forged = pack_ticket(StudioTicket(ActorId(femi), "spring-kiln", NOW + timedelta(days=9)))
    wrong = [f"t_{forged}.{signature}", f"t_{packed}.{'0' * 32}", f"t_{packed}", f"t_{packed}.", "t_.", good[:-1]]
    wrong += [good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :] for place in (2, 20, 30, 40)]
    for text in wrong:
        with pytest.raises(KeyRefused):
            admit_publisher(ask(text), now=NOW)


@pytest.mark.django_db
def test_a_publication_has_a_key_or_came_by_whip() -> None:
    """The database keeps it too: a row by RTMP without its key is refused."""
    dao = make_host()
    camera = make_camera(dao)
    plug_streams(OneStream(camera.stream))
    admit_publisher(ask(issue_key(dao, now=NOW)), now=NOW)
    row = Publication.objects.visible_to(dao).get()
    assert row.source == "whip"
    assert row.key_id is not None
    with pytest.raises(IntegrityError, match="publication_by_key_or_whip_ticket"), transaction.atomic():
        Publication.objects.unscoped("a test").create(
            id=new_id(), stream_id=camera.stream, key=None, address="", client="", client_id="", admitted_at=NOW
        )
