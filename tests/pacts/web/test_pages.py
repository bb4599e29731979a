"""Pages of the pacts: what is agreed with me, where a hundred goes; not for strangers; a fixed number of queries."""

import re
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.pacts.api import agree_pact
from millstream.pacts.types import PactSpec, Part
from millstream.pacts.web.shares import PARTS
from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.pacts.cast import Town, open_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    """A town with the demo's pacts."""
    return open_town()


def _signed_in(owner: UUID, role: Role = Role.OWNER) -> Client:
    user = User.objects.create_user(email=f"{new_id().hex}@example.com")
    join_actor(user.id, owner, role)
    client = Client()
    client.force_login(user)
    return client


def test_a_maker_reads_what_is_agreed_and_where_a_hundred_goes(town: Town) -> None:
    """Five parts in a show, four outside one, each with its name and amount."""
    page = _signed_in(town.amina).get("/pacts/").content.decode()
    for told in ("Where your ¥100.00 goes", "Bought outside a show", "¥70.00", "¥90.00", "Kiln Park", "Esi", "20 %"):
        assert told in page, told
    assert "style=" not in page
    assert "<script>" not in page


def test_a_station_sees_its_pact_as_its_own(town: Town) -> None:
    """What goes to me is marked; there is no hundred for somebody who sells nothing."""
    page = _signed_in(town.esi, Role.KEEPER).get("/pacts/").content.decode()
    assert page.count("to you") == 1
    assert "Amina" in page
    assert "Where your" not in page


def test_strangers_do_not_see_pacts_between_others(town: Town) -> None:
    """Femi sees the general terms, not Amina's with her station; a visitor signs in; a buyer is refused."""
    page = _signed_in(town.femi, Role.STAFF).get("/pacts/").content.decode()
    assert "Amina" not in page
    assert Client().get("/pacts/").status_code == 302
    assert _signed_in(town.femi, Role.BUYER).get("/pacts/").status_code == 403


def test_pacts_of_the_past_and_the_future_stand_apart(town: Town) -> None:
    """A changed part is shown as ended and as in force; one for later as later."""
    from datetime import timedelta

    agree_pact(PactSpec(Part.PARK, 40, town.park), now=read_now())
    later = read_now() + timedelta(days=30)
    agree_pact(PactSpec(Part.STATION, 30, town.esi, seller=town.amina, valid_from=later), now=read_now())
    page = _signed_in(town.amina).get("/pacts/").content.decode()
    in_force, rest = page.split("Agreed for later")
    coming, ended = rest.split("Ended")
    assert "4 %" in in_force
    assert "3 %" in coming
    assert "3 %" in ended


def test_anybody_reads_where_a_hundred_paid_to_a_seller_goes(town: Town) -> None:
    """As a page, and as a fragment for htmx; a host's own pact is named."""
    agree_pact(PactSpec(Part.HOST, 150, town.dao, host=town.dao), now=read_now())
    page = Client().get(f"/pacts/where/{town.amina}/").content.decode()
    assert "<html" in page
    assert "whoever hosts the show" in page
    fragment = Client().get(f"/pacts/where/{town.amina}/?host={town.dao}", headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "Dao" in fragment.content.decode()
    assert "15 %" in fragment.content.decode()


@pytest.mark.parametrize("host", ["x", "00000000-0000-0000-0000-000000000009", ""])
def test_an_unknown_host_means_any_host(town: Town, host: str) -> None:
    """A mistyped address is not an error page; an unknown seller is not found."""
    assert Client().get(f"/pacts/where/{town.amina}/?host={host}").status_code == 200
    assert Client().get(f"/pacts/where/{new_id()}/").status_code == 404


def test_the_bar_covers_the_whole(town: Town) -> None:
    """Its pieces touch and end at a thousand."""
    page = Client().get(f"/pacts/where/{town.amina}/", headers={"HX-Request": "true"}).content.decode()
    bar = page.split("</svg>")[0]
    pieces = [(int(x), int(width)) for x, width in re.findall(r'x="(\d+)" y="0" width="(\d+)"', bar)]
    assert len(pieces) == 5
    for (start, width), (following, _) in pairwise(pieces):
        assert start + width == following
    assert sum(width for _, width in pieces) == 1000


def test_the_tag_for_product_pages_takes_two_queries(town: Town) -> None:
    """Pacts and names, and nothing for the clock of the request."""
    request = RequestFactory().get("/")
    now = read_now()
    request.now = lambda: now  # type: ignore[attr-defined]
    drawn = Template("{% load pacts_shares %}{% where_it_goes seller in_room=True %}")
    with CaptureQueriesContext(connection) as told:
        page = drawn.render(Context({"seller": town.amina, "request": request}))
    assert len(told) == 2
    assert "¥70.00" in page


def test_the_page_takes_as_many_queries_for_many_pacts(town: Town) -> None:
    """Names are read at once."""
    client = _signed_in(town.amina)
    client.get("/pacts/")
    with CaptureQueriesContext(connection) as few:
        client.get("/pacts/")
    for permille in (21, 22, 23, 24):
        agree_pact(PactSpec(Part.STATION, permille, town.esi, seller=town.amina), now=read_now())
    with CaptureQueriesContext(connection) as many:
        client.get("/pacts/")
    assert len(few) == len(many)


def test_every_part_has_a_name_in_both_languages(town: Town) -> None:
    """And the page speaks Chinese."""
    assert set(PARTS) == set(Part)
    for told in PARTS.values():
        with translation.override("en"):
            english = str(told)
        with translation.override("zh-hans"):
            assert str(told) != english
    page = Client().get(f"/pacts/where/{town.amina}/", headers={"accept-language": "zh-hans"}).content.decode()
    for told in ("手艺人", "钱去了哪里", "主持该场直播的主播"):
        assert told in page, told
