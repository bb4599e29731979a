"""The room as its viewers have it: lines that can be answered and kept in order, who may talk, what comes after."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.types import OPERATOR, SpokenBy, TalkRole
from millstream.live.types.talk import SwitchKind, Talkers, TalkRulesRecord
from tests.live.town import Town, make_show


def path(town: Town, rest: str = "") -> str:
    return f"/shows/{town.show.slug}/{rest}"


def text(answer: Any) -> str:
    return answer.content.decode()


def say(town: Town, words: str, *, role: TalkRole = TalkRole.GUEST, reply: UUID | None = None) -> UUID:
    return api.say(town.show.id, SpokenBy(new_id(), "Guest 1001", role), words, reply=reply, now=town.now).id


def rule(town: Town, who: Talkers, **more: Any) -> None:
    rules = TalkRulesRecord(0, who, emoji_only=False, off=more.get("off", False))
    api.set_talk_rules(town.show.id, rules, by=OPERATOR, now=town.now)


def test_a_room_tells_every_way_of_playing_and_where_to_go_on_without_a_socket(town: Town, client: Client) -> None:
    """The player finds picture, reserve, sound and stills; the room finds trade, talk and what comes after."""
    town.start()
    page = text(client.get(path(town)))
    for name in ("index.m3u8", "plain.m3u8", "audio.m3u8", "thumb.jpg", "state.json"):
        assert f"/{name}" in page
    assert f'data-talk-url="{path(town)}talk"' in page
    assert f'data-over-url="{path(town)}over/"' in page
    assert 'data-server-now="' in page
    for choice in ("auto", "best", "save", "sound"):
        assert f'name="play" value="{choice}"' in page


def test_a_line_names_products_and_what_it_answers_without_javascript(town: Town, client: Client) -> None:
    """`#1` leads to the buy page of the first of the rundown; an unknown number stays a word."""
    town.start()
    asked = say(town, "how tall is #1, and #9?")
    say(town, "a hand and a half", role=TalkRole.HOST, reply=asked)
    page = text(client.get(path(town)))
    assert f'<a class="chat-chip" data-sheet href="/buy/{town.counter.variant}/?show={town.show.id}">' in page
    assert ", and #9?" in page
    assert f'<a class="chat-quote" href="#line-{asked}">' in page


def test_without_javascript_a_line_is_opened_by_its_own_link(town: Town, client: Client, dao: Client) -> None:
    """Everybody can answer and report it; only who keeps order takes it away, silences or bans."""
    town.start()
    said = say(town, "buy cheap watches")
    link = f"{path(town)}?line={said}"
    assert f"{link}#line" in text(client.get(path(town)))
    guests, hosts = text(client.get(link)), text(dao.get(link))
    for page in (guests, hosts):
        assert f'name="reply" value="{said}"' in page
        assert f'action="{path(town)}report/"' in page
    for act in ("delete", "mute", "ban"):
        action = f"/studio/{town.show.slug}/talk/{said}/{act}/"
        assert action in hosts
        assert action not in guests
    assert 'id="line"' not in text(client.get(f"{path(town)}?line=nonsense"))
    assert 'id="line"' not in text(client.get(f"{path(town)}?line={new_id()}"))


def test_a_line_of_the_crew_cannot_be_silenced(town: Town, dao: Client) -> None:
    """Its sheet takes the line away at most."""
    town.start()
    said = say(town, "welcome", role=TalkRole.HOST)
    page = text(dao.get(f"{path(town)}?line={said}"))
    assert f"/talk/{said}/delete/" in page
    assert f"/talk/{said}/ban/" not in page


def test_an_answer_by_form_keeps_what_it_answers(town: Town, client: Client) -> None:
    """The form of one line says to which line it belongs."""
    town.start()
    said = say(town, "is it glazed?")
    assert client.post(f"{path(town)}say/", {"text": "yes", "reply": str(said)}).status_code == 302
    assert api.talk(town.show.id)[-1].reply == said


def test_the_talk_comes_over_http_after_a_line(town: Town, client: Client) -> None:
    """What was said since, what was taken away, the counters, the clock, and how the reader stands."""
    town.start()
    first = say(town, "one")
    second = say(town, "two #1", reply=first)
    api.delete_message(first, by=OPERATOR, now=town.now)
    told = client.get(f"{path(town)}talk", {"after": str(first)}).json()
    assert [message["id"] for message in told["messages"]] == [str(second)]
    assert told["messages"][0]["mentions"] == [str(town.counter.variant)]
    assert told["messages"][0]["reply"] == str(first)
    assert told["deleted"] == [str(first)]
    assert told["standing"] == {"may_talk": True}
    assert set(told) == {"messages", "deleted", "likes", "viewers", "standing", "now"}
    assert client.get(f"{path(town)}talk", {"after": str(second)}).json()["messages"] == []
    everything = client.get(f"{path(town)}talk", {"after": "nonsense"})
    assert [message["text"] for message in everything.json()["messages"]] == ["two #1"]
    assert everything["Cache-Control"] == "no-store"
    assert client.get("/shows/nothing-here/talk").status_code == 404
    assert client.post(f"{path(town)}talk").status_code == 405


def test_the_talk_over_http_is_asked_within_measure(town: Town, client: Client) -> None:
    """A page asks every three seconds; a program that asks all the time is told to wait."""
    town.start()
    client.get(path(town))
    answers = [client.get(f"{path(town)}talk").status_code for _ in range(25)]
    assert answers[0] == 200
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("who", "way", "words"),
    [
        (Talkers.VERIFIED, "verified", "Guests read along here."),
        (Talkers.FOLLOWERS, "followers", "Only followers talk here."),
        (Talkers.BUYERS, "buyers", "Only who has bought from this host talks here."),
    ],
)
def test_who_may_not_talk_reads_why_and_the_way_out(
    town: Town, client: Client, who: Talkers, way: str, words: str
) -> None:
    """The field is gone, the reason stands in its place, and the one way out that fits is shown."""
    town.start()
    rule(town, who)
    page = text(client.get(path(town)))
    assert words in page
    why = page.split("data-why", 1)[1].split("data-like", 1)[0]
    shown = [part for part in why.split("data-way=")[1:] if " hidden>" not in part.split(">", 1)[0] + ">"]
    assert [part.split('"')[1] for part in shown] == [way]
    told = client.get(f"{path(town)}talk").json()["standing"]
    assert (told["may_talk"], told["way"]) == (False, way)


def test_a_follower_talks_where_followers_talk(town: Town, client: Client) -> None:
    """One press on Follow, without leaving the room, is enough."""
    town.start()
    rule(town, Talkers.FOLLOWERS)
    assert client.get(f"{path(town)}talk").json()["standing"]["may_talk"] is False
    assert client.post(path(town, "follow/"), headers={"HX-Request": "true"}).status_code == 204
    assert client.get(f"{path(town)}talk").json()["standing"]["may_talk"] is True
    page = text(client.get(path(town)))
    assert f'action="{path(town)}unfollow/"' in page
    assert 'aria-pressed="true"' in page


def test_the_host_talks_even_when_the_chat_is_off(town: Town, client: Client, dao: Client) -> None:
    """Who works on the show is never locked out of its talk."""
    town.start()
    rule(town, Talkers.ALL, off=True)
    assert client.get(f"{path(town)}talk").json()["standing"]["code"] == "live.talk_off"
    assert dao.get(f"{path(town)}talk").json()["standing"]["may_talk"] is True


def test_whoever_was_silenced_is_told_so_and_where_to_appeal(town: Town, client: Client) -> None:
    """The page leads to the reason and the appeal."""
    town.start()
    client.post(f"{path(town)}say/", {"text": "first"})
    said = api.talk(town.show.id)[-1].id
    api.time_out_speaker(said, minutes=5, by=OPERATOR, now=town.now)
    page = text(client.get(path(town)))
    assert f'href="/rooms/{town.show.room}/standing/"' in page
    assert "silent for a while" in page
    assert client.get(f"/rooms/{town.show.room}/standing/", follow=True).status_code == 200


def test_the_operators_switches_are_said_clearly(town: Town, client: Client) -> None:
    """A closed counter and a closed picture are said in the page as it comes."""
    town.start()
    page = text(client.get(path(town)))
    assert 'data-sale="open"' in page
    assert 'data-video="open"' in page
    for kind in SwitchKind:
        api.throw_switch(kind, town.show.id, is_open=False, by=OPERATOR, why="a complaint", now=town.now)
    page = text(client.get(path(town)))
    assert 'data-sale="closed"' in page
    assert 'data-video="closed"' in page
    notice = page.split("data-room-sale", 1)[1].split("</p>", 1)[0]
    assert " hidden" not in notice.split(">", 1)[0]


def test_what_to_do_next_is_told_when_the_show_is_over(town: Town, client: Client) -> None:
    """Watch it again, and the host's next show; before the end there is no such part."""
    town.start()
    assert client.get(path(town, "over/")).status_code == 404
    later = make_show(town.dao, town.now, hours=30)
    api.end_show(town.show.id, host=town.dao, now=town.now)
    part = text(client.get(path(town, "over/")))
    assert f'href="{path(town)}replay/"' in part
    assert f'href="/shows/{later.slug}/"' in part
    assert "<html" not in part


def test_the_trade_tells_the_servers_clock(town: Town, client: Client) -> None:
    """So that countdowns do not run by the phone's, also without a socket."""
    town.start()
    assert "now" in client.get(f"{path(town)}trade").json()


def test_a_planned_show_takes_no_part_of_a_room(town: Town, client: Client) -> None:
    """Its talk can be asked for, its end cannot."""
    assert client.get(f"{path(town)}talk").json()["messages"] == []
    assert client.get(path(town, "over/")).status_code == 404
    assert town.show.starts_at <= town.now + timedelta(hours=1)


def test_every_form_of_the_room_proves_that_it_is_ours(town: Town, dao: Client) -> None:
    """Also those in the sheet of a line, which the script sends."""
    town.start()
    said = say(town, "hello")
    forms = text(dao.get(f"{path(town)}?line={said}")).split("<form")[1:]
    posted = [form.split("</form>", 1)[0] for form in forms if 'method="post"' in form.split(">", 1)[0]]
    assert len(posted) > 8
    assert all("csrfmiddlewaretoken" in form for form in posted), [form for form in posted if "csrf" not in form]
