"""Talking and liking without a socket obeys the measures of the socket: a fresh cookie for each word helps nobody."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from millstream.kernel.ids import new_id
from millstream.kernel.web.middleware import VISITOR_COOKIE
from millstream.live import api
from millstream.live.room.bounds import GUEST_SAY_BURST_NETWORK, LIKES_BURST_NETWORK
from millstream.live.room.pace import Pace
from millstream.live.web import talk
from tests.live.town import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Pace:
    """The measures of a web process that has just started; its clock stands still, however slow the machine is."""
    fresh = Pace(clock=lambda: 0.0)
    monkeypatch.setattr(talk, "PACE", fresh)
    return fresh


def post(name: str, town: Town, address: str, text: str = "") -> Any:
    """A form sent by a browser that nobody has seen before."""
    url = reverse(f"live:{name}", args=[town.show.slug])
    answer = Client(REMOTE_ADDR=address).post(url, {"text": text}, headers={"HX-Request": "true"})
    assert VISITOR_COOKIE in answer.cookies
    return answer


def test_fresh_visitors_of_one_network_talk_no_more_than_by_socket(town: Town, pace: Pace) -> None:
    """Whatever they say; who is refused hears when to come again, and another network talks as before."""
    for network, address in (("198.51.100.11", "198.51.100.11"), ("2001:db8:7:7::/64", "2001:db8:7:7::abc")):
        for _ in range(GUEST_SAY_BURST_NETWORK - 2):
            assert not pace.say(str(new_id()), network, role="guest", verified=False)
        answers = [post("say", town, address, f"{number} from {address}") for number in range(4)]
        assert [answer.status_code for answer in answers] == [204, 204, 429, 429]
        assert answers[2]["Retry-After"] == "1"
    assert post("say", town, "198.51.100.12", "good evening").status_code == 204


def test_the_third_of_a_network_does_not_say_the_same(town: Town, pace: Pace) -> None:
    """In any spelling; short greetings are everybody's, and other networks may."""
    address = "198.51.100.13"
    said = ["Buy at my shop!", "buy at my shop!", "BUY  AT MY SHOP!", "Buy at my shop!"]
    assert [post("say", town, address, text).status_code for text in said] == [204, 204, 409, 409]
    assert post("say", town, "198.51.100.14", said[0]).status_code == 204
    assert [post("say", town, address, "hello").status_code for _ in range(3)] == [204] * 3
    assert Counter(line.text for line in api.talk(town.show.id))[said[0]] == 2


def test_fresh_visitors_of_one_network_like_no_more_than_by_socket(town: Town, pace: Pace) -> None:
    """Too many are left out without a word; another network likes as before."""
    town.start()
    for _ in range(LIKES_BURST_NETWORK - 2):
        assert pace.like(str(new_id()), "198.51.100.15")
    assert {post("like", town, "198.51.100.15").status_code for _ in range(4)} == {204}
    assert api.show(town.show.id).likes == 2
    post("like", town, "198.51.100.16")
    assert api.show(town.show.id).likes == 3
