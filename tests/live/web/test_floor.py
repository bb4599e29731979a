"""The operator keeps order in every show, and nobody else does."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.types import ShowState, SpokenBy, TalkRole
from millstream.live.types.talk import ActKind
from millstream.media.api import closed_lately
from millstream.notices.models import Notice
from millstream.people.models import User
from tests.live.town import Town, make_show


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def operator(db: None) -> Client:
    """The platform's operator, who hosts nothing."""
    user = User.objects.create_user(email="operator@example.com", is_staff=True)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_operator_finds_the_show_and_ends_it(town: Town, operator: Client) -> None:
    """Planned, then on, then over: its stream is closed, and a second press is refused clearly."""
    at = f"/desk/shows/{town.show.slug}/"
    assert "Spring kiln" in text(operator.get("/desk/shows/"))
    town.start()
    listed = text(operator.get("/desk/shows/"))
    assert "On now" in listed
    assert "no picture yet" in listed
    page = text(operator.get(at))
    assert "Yes, end it for everybody" in page
    assert 'id="why-end" name="why"' in page
    assert operator.post(f"{at}end/", {"why": " "}).status_code == 422
    assert api.show(town.show.id).state is ShowState.LIVE
    assert operator.post(f"{at}end/", {"why": "the kiln is on fire"})["Location"] == "/desk/shows/"
    assert api.show(town.show.id).state is ShowState.ENDED
    assert town.show.stream in closed_lately(timezone.now())
    assert "Yes, end it" not in text(operator.get(at))
    assert operator.post(f"{at}end/", {"why": "again"}).status_code == 409


def test_whoever_hosts_hears_why_the_operator_ended_the_show(town: Town, operator: Client, dao: Client) -> None:
    """In the log with who did it, on the page after the show, and once by letter; a host who ends it is not told."""
    town.start()
    operator.post(f"/desk/shows/{town.show.slug}/end/", {"why": "the kiln is on fire"})
    (act,) = api.acts(show=town.show.id).items
    assert (act.kind, act.role, act.why) == (ActKind.SHOW_ENDED, "operator", "the kiln is on fire")
    assert act.user == User.objects.get(email="operator@example.com").pk
    for page in ("/desk/reports/log/", f"/studio/{town.show.slug}/after/"):
        assert "the kiln is on fire" in text(dao.get(page))
    (letter,) = Notice.objects.filter(once__startswith="show ended:")
    assert letter.words is not None
    assert letter.words["text"]["en"] == "The operator's reason: the kiln is on fire"
    assert "平台" in letter.words["title"]["zh-hans"]
    own = make_show(town.dao, town.now, hours=2)
    api.end_show(own.id, host=town.dao, now=town.now)
    assert list(api.acts(show=own.id).items) == []
    assert Notice.objects.filter(once__startswith="show ended:").count() == 1


def test_the_operator_takes_messages_away(town: Town, operator: Client) -> None:
    """Delete and mute are buttons on the show's page, and lead back to it."""
    at = f"/desk/shows/{town.show.slug}/"
    said = api.say(town.show.id, SpokenBy(new_id(), "Guest 1001", TalkRole.GUEST), "spam", now=town.now)
    page = text(operator.get(at))
    assert "spam" in page
    for verb in ("mute", "delete"):
        action = f"/studio/{town.show.slug}/talk/{said.id}/{verb}/"
        assert action in page
        assert operator.post(action)["Location"] == at
    fragment = text(operator.get(f"{at}talk/"))
    assert "spam" not in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("rest", ["", "spring/", "spring/talk/", "spring/end/"])
def test_the_floor_is_closed_to_everybody_else(
    town: Town, client: Client, dao: Client, femi: Client, rest: str
) -> None:
    """Not even a host gets in; a guest is sent to sign in."""
    address = "/desk/shows/" + rest.replace("spring", town.show.slug)
    method = "post" if rest.endswith("end/") else "get"
    assert getattr(client, method)(address).status_code == 302
    assert getattr(dao, method)(address).status_code == 403
    assert getattr(femi, method)(address).status_code == 403
    assert api.show(town.show.id).state is ShowState.PLANNED
