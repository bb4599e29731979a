"""Pages of shows: they work without JavaScript, refuse strangers, and ask the database a fixed number of questions."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.room.admission import read_pass
from millstream.live.room.bounds import SAY_BURST
from millstream.live.room.pace import Pace
from millstream.live.types import SpokenBy, TalkRole
from millstream.live.web import talk as talk_views
from millstream.media import api as media
from millstream.media.types import EventKind
from millstream.shops.api import withdraw_product
from tests.live.town import Town, make_show
from tests.media.studio import Camera

ROOM_QUERIES = 20


def go_live(town: Town) -> None:
    town.start()
    api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now)


def path(town: Town, rest: str = "") -> str:
    return f"/shows/{town.show.slug}/{rest}"


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_list_tells_what_is_on_what_comes_and_what_was(town: Town, client: Client) -> None:
    """One page, three shelves."""
    assert "Nobody is live right now" in text(client.get("/shows/"))
    go_live(town)
    later = make_show(town.dao, town.now, hours=5)
    page = text(client.get("/shows/"))
    assert path(town) in page
    assert later.slug in page
    api.end_show(town.show.id, host=town.dao, now=town.now)
    page = text(client.get("/shows/"))
    assert "Watch again" in page
    assert "春窑" in text(client.get("/shows/", headers={"accept-language": "zh-hans"}))


def test_the_room_is_whole_without_javascript(
    town: Town, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Video, pinned product with a link to buy, talk and a form to take part are in the page as it comes."""
    go_live(town)
    town.another_product()
    api.say(town.show.id, SpokenBy(new_id(), "Guest 1001", TalkRole.GUEST), "is it glazed?", now=town.now)
    client.get(path(town))
    with django_assert_num_queries(ROOM_QUERIES):
        answer = client.get(path(town))
    page = text(answer)
    assert answer.status_code == 200
    assert "Celadon tea bowl" in page
    assert f"/buy/{town.counter.variant}/?show={town.show.id}" in page
    assert f"/live/{media.stream(town.show.stream).playback}/index.m3u8" in page
    assert "is it glazed?" in page
    assert 'method="post"' in page
    assert path(town, "say/") in page
    assert "style=" not in page
    assert "<script>" not in page


def test_a_bigger_rundown_asks_no_more_questions(
    town: Town, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The number of questions does not grow with the goods or the talk."""
    go_live(town)
    for number in range(6):
        town.another_product()
        api.say(town.show.id, SpokenBy(new_id(), "Guest", TalkRole.GUEST), f"line {number}", now=town.now)
    client.get(path(town))
    with django_assert_num_queries(ROOM_QUERIES):
        client.get(path(town))


def test_the_page_gives_its_reader_a_pass(town: Town, dao: Client, client: Client) -> None:
    """The host's pass says host; a guest's says guest; each is bound to the reader's visitor."""
    from urllib.parse import parse_qs, unquote

    go_live(town)

    def role(browser: Client) -> str:
        page = text(browser.get(path(town)))
        socket = page.split('data-socket="')[1].split('"')[0].replace("&amp;", "&")
        told = parse_qs(unquote(socket).split("?")[1])["pass"][0]
        known = read_pass(told, now=0)
        assert known is not None
        assert known.room == town.show.room
        assert browser.cookies["visitor"].value.startswith(known.visitor.hex)
        return known.role

    assert role(dao) == "host"
    assert role(client) == "guest"


def test_talking_by_form_brings_one_back_to_the_room(town: Town, client: Client) -> None:
    """No JavaScript, no socket: the line is there after the refresh."""
    go_live(town)
    answer = client.post(path(town, "say/"), {"text": "hello from an old phone"})
    assert answer.status_code == 302
    assert "hello from an old phone" in text(client.get(path(town)))
    assert client.get(path(town, "say/")).status_code == 405


def test_talking_too_fast_by_form_is_refused(town: Town, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal says how long to wait."""
    monkeypatch.setattr(talk_views, "PACE", Pace(clock=lambda: 0.0))
    go_live(town)
    client.get(path(town))
    answers = [client.post(path(town, "say/"), {"text": f"m{number}"}) for number in range(SAY_BURST + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [302] * SAY_BURST
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"]


def test_liking_by_form_counts(town: Town, client: Client) -> None:
    """Once a press."""
    go_live(town)
    assert client.post(path(town, "like/")).status_code == 302
    assert api.show(town.show.id).likes == 1


def test_a_planned_show_counts_down_and_goes_into_a_calendar(town: Town, client: Client) -> None:
    """Its page has the time, the goods and an appointment."""
    show = make_show(town.dao, town.now, hours=5)
    api.add_to_rundown(show.id, town.counter.variant, host=town.dao, now=town.now)
    page = text(client.get(f"/shows/{show.slug}/"))
    assert "ms-clock" in page
    assert "Celadon tea bowl" in page
    entry = client.get(f"/shows/{show.slug}/calendar.ics")
    assert entry["Content-Type"].startswith("text/calendar")
    assert f"DTSTART:{show.starts_at:%Y%m%dT%H%M%SZ}" in text(entry)
    assert text(entry).count("\r\n") == text(entry).count("\n")


def test_a_replay_has_chapters_and_goes_on_selling(town: Town, client: Client) -> None:
    """The chapter lies where the pin was in the recording; the ended show's address leads to it."""
    camera = Camera(media.stream(town.show.stream).id, new_id())
    go_live(town)
    media.apply_events(
        [
            camera.tell(EventKind.STARTED, town.now, source="rtmp", width=720, height=1280),
            *[camera.segment(n, at=town.now + timedelta(seconds=2 * n - 10)) for n in range(60)],
        ],
        now=town.now,
    )
    other = town.another_product()
    api.pin_product(town.show.id, other, host=town.dao, now=town.now + timedelta(seconds=65))
    api.end_show(town.show.id, host=town.dao, now=town.now + timedelta(seconds=120))
    assert client.get(path(town))["Location"] == path(town, "replay/")
    page = text(client.get(path(town, "replay/") + "?t=75"))
    assert 'data-seek="10"' in page
    assert 'data-seek="75"' in page
    assert "/recordings/" in page
    assert f"/buy/{other}/?show={town.show.id}" in page


def test_a_show_without_a_picture_has_a_replay_page_that_says_so(town: Town, client: Client) -> None:
    """Nothing is pretended."""
    town.start()
    api.end_show(town.show.id, host=town.dao, now=town.now)
    assert "Nothing was recorded" in text(client.get(path(town, "replay/")))


def test_goods_that_were_withdrawn_are_not_shown(town: Town, client: Client) -> None:
    """The room stays, the product does not."""
    go_live(town)
    withdraw_product(town.counter.product, by=town.counter.amina, now=town.now)
    page = text(client.get(path(town)))
    assert "Celadon tea bowl" not in page


def test_an_unknown_show_is_not_there(client: Client, db: None) -> None:
    """404 in the reader's words."""
    for rest in ("", "replay/", "trade", "calendar.ics"):
        answer = client.get(f"/shows/nowhere/{rest}")
        assert answer.status_code == 404
        assert "There is no show at this address" in text(answer)


@pytest.mark.parametrize("after", ["", "0", "-1", "x", "9" * 30, "１２"])
def test_catching_up_takes_whatever_it_is_asked(town: Town, client: Client, after: str) -> None:
    """Nonsense counts as nothing seen."""
    answer = client.get(path(town, f"trade?after={after}"))
    assert answer.status_code == 200
    assert answer.json()["items"] == []


def test_the_api_lists_shows_and_tells_one(town: Town, client: Client) -> None:
    """REST: list by state, one show with its rundown, its trade."""
    go_live(town)
    listed = client.get("/api/v1/shows?state=live").json()
    assert [show["slug"] for show in listed["items"]] == [town.show.slug]
    assert listed["next_after"] is None
    one = client.get(f"/api/v1/shows/{town.show.slug}").json()
    assert one["rundown"][0]["price_minor"] == 12_800
    assert one["pin"]["variant"] == str(town.counter.variant)
    assert client.get(f"/api/v1/shows/{town.show.slug}/trade").json() == {"items": [], "last": 0}
    missing = client.get("/api/v1/shows/nowhere")
    assert (missing.status_code, missing.json()["code"]) == (404, "live.no_such_show")
    assert client.get("/api/v1/shows?after=x").status_code == 422


def test_shows_are_paged_by_key(town: Town, client: Client) -> None:
    """Two pages of one, then the end."""
    make_show(town.dao, town.now, hours=1)
    first = client.get("/api/v1/shows?state=planned&size=1").json()
    second = client.get(f"/api/v1/shows?state=planned&size=1&after={first['next_after']}").json()
    assert second["next_after"] is None
    assert first["items"][0]["id"] > second["items"][0]["id"]
