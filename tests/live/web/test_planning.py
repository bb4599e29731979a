"""Planning pages: by ordinary forms, closed to strangers, with few questions."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.live import api
from millstream.live.models import Preview, Show, ShowCrew
from millstream.live.types import ShowState
from millstream.live.types.crew import CrewRole
from millstream.pacts.api import agree_floor_price
from millstream.pacts.types import FloorPriceSpec
from millstream.people.models import User
from millstream.people.types import Role
from tests.live.town import Town, make_host, make_show
from tests.live.web.conftest import browser


def text(answer) -> str:
    return answer.content.decode()


def at(show, rest="") -> str:
    return f"/studio/{show.slug}/{rest}"


FORM = {"title_en": "Indigo day", "starts_at": "2099-07-01T20:00", "zone": "Europe/Berlin", "lasts_minutes": "45"}


def test_the_time_is_that_of_the_place_that_was_chosen(town: Town, dao: Client) -> None:
    """Eight in the evening in Berlin in summer is six in UTC; the length is kept."""
    page = text(dao.get("/studio/plan/"))
    assert "Shanghai (UTC+08:00)" in page
    assert dao.post("/studio/plan/", FORM).status_code == 302
    show = next(show for show in api.shows_of(town.dao) if show.title["en"] == "Indigo day")
    assert show.starts_at.isoformat() == "2099-07-01T18:00:00+00:00"
    assert show.lasts_minutes == 45
    assert dao.post("/studio/plan/", {**FORM, "zone": "Mars/Olympus"}).status_code == 422
    assert dao.post("/studio/plan/", {**FORM, "lasts_minutes": "100000"}).status_code == 422


@pytest.mark.parametrize(
    "rest",
    ["details/", "crew/", "paper/", "notes/", "preview/", ""],
)
def test_planning_pages_are_closed_to_strangers(town: Town, dao: Client, femi: Client, client: Client, rest) -> None:
    """Somebody else's host is refused, and whoever is not signed in is sent to sign in."""
    assert dao.get(at(town.show, rest)).status_code == 200
    assert femi.get(at(town.show, rest)).status_code == 403
    assert client.get(at(town.show, rest)).status_code == 302


@pytest.mark.parametrize(
    "rest", ["details/", "order/", "repeat/", "repeat/stop/", "call-off/", "preview/upload/", "preview/drop/", "copy/"]
)
def test_nothing_of_somebody_elses_show_is_changed(town: Town, femi: Client, rest) -> None:
    """403, and the show is what it was."""
    before = api.show(town.show.id)
    assert femi.post(at(town.show, rest), FORM).status_code == 403
    assert api.show(town.show.id) == before


def test_the_rundown_is_saved_by_form_and_by_the_page_itself(town: Town, dao: Client) -> None:
    """The form leads back with a word; the page's own script gets JSON for the same address."""
    second = town.another_product()
    sent = {
        f"position-{second}": "1",
        f"position-{town.counter.variant}": "2",
        f"note-{second}": "say “kiln”",
        f"price-{second}": "",
        f"size-{second}": "",
    }
    answer = dao.post(at(town.show, "order/"), sent, headers={"Accept": "application/json"})
    assert answer.json() == {"saved": True, "refused": {}}
    assert [item.variant for item in api.rundown(town.show.id)] == [second, town.counter.variant]
    assert api.rundown(town.show.id)[0].note == "say “kiln”"
    assert dao.post(at(town.show, "order/"), sent).status_code == 302


def test_a_price_in_the_room_is_promised_and_a_bad_one_is_told(town: Town, dao: Client) -> None:
    """Lower than in the shop, for some units; what cannot be is refused by the name of the goods, the rest is kept."""
    variant, show = town.counter.variant, town.show
    sent = {f"price-{variant}": "40.50", f"size-{variant}": "4", f"note-{variant}": "kept"}
    answer = dao.post(at(show, "order/"), sent, headers={"Accept": "application/json"})
    refused = answer.json()["refused"][str(variant)]
    assert "agreed to no lower price" in refused
    assert "the maker writes it under Pacts, Floor prices" in refused
    agree_floor_price(FloorPriceSpec(variant, town.counter.amina, show.host, 4_000, "CNY"), now=town.now)
    assert dao.post(at(show, "order/"), sent).status_code == 302
    assert dict(api.promises_of(show.id, town.now)) == {variant: (4050, 4)}
    page = text(dao.get(at(show)))
    assert 'value="40.50"' in page
    for wrong in ({f"price-{variant}": "100000"}, {f"price-{variant}": "cheap"}):
        answer = dao.post(at(show, "order/"), {**sent, **wrong}, headers={"Accept": "application/json"})
        assert answer.json()["saved"] is False
        assert list(answer.json()["refused"]) == [str(variant)]
        assert dict(api.promises_of(show.id, town.now)) == {variant: (4050, 4)}
    dao.post(at(show, "order/"), {f"price-{variant}": "", f"size-{variant}": ""})
    assert dict(api.promises_of(show.id, town.now)) == {}


def test_a_show_repeats_by_form_and_is_stopped(town: Town, dao: Client) -> None:
    """The rule stands on the page as a sentence; a rule that makes no sense is shown again."""
    show = make_show(town.dao, town.now, hours=24)
    wrong = dao.post(at(show, "repeat/"), {"every": "0", "step": "weeks"})
    assert wrong.status_code == 422
    past = dao.post(at(show, "repeat/"), {"every": "1", "step": "weeks", "until": "2020-01-01"})
    assert past.status_code == 422
    assert dao.post(at(show, "repeat/"), {"every": "2", "step": "days", "times": "3"}).status_code == 302
    assert Show.objects.filter(series__isnull=False).count() == 3
    page = text(dao.get(at(show, "details/")))
    assert "Every 2 days" in page
    assert "3 times" in page
    dao.post(at(show, "repeat/stop/"), {"which": "all"})
    assert Show.objects.filter(series__isnull=False, state="planned").count() == 0


def test_calling_off_needs_a_planned_show(town: Town, dao: Client) -> None:
    """A show that is on is ended in the studio, not by this form."""
    show = make_show(town.dao, town.now, hours=24)
    dao.post(at(show, "call-off/"))
    assert api.show(show.id).state is ShowState.CANCELLED
    town.start()
    dao.post(at(town.show, "call-off/"))
    assert api.show(town.show.id).state is ShowState.LIVE


def test_a_preview_is_taken_and_queued(town: Town, dao: Client, django_capture_on_commit_callbacks) -> None:
    """The page says so; what is no video is said too, and not kept."""
    head = b"\0\0\0\x18ftypmp42" + bytes(100)
    dao.post(at(town.show, "preview/upload/"), {"clip": SimpleUploadedFile("clip.mp4", b"<html>")})
    assert not Preview.objects.exists()
    answer = dao.post(at(town.show, "preview/upload/"), {"clip": SimpleUploadedFile("clip.mp4", head)}, follow=True)
    assert "making it ready" in text(answer)
    assert "Making it ready" in text(dao.get(at(town.show, "preview/")))
    with django_capture_on_commit_callbacks(execute=True):
        dao.post(at(town.show, "preview/drop/"))
    assert not Preview.objects.exists()


def link_of(page: str) -> str:
    found = re.search(r"/crew/[0-9a-f]{32}\.[0-9a-f]{32}/", page)
    assert found
    return found.group()


def test_somebody_is_asked_joins_directs_and_leaves(town: Town, dao: Client, client: Client) -> None:
    """By link; who is not signed in is sent to sign in first; afterwards the studio opens for the co-host."""
    dao.post(at(town.show, "crew/"), {"role": "cohost"})
    path = link_of(text(dao.get(at(town.show, "crew/"))))
    assert "Sign in first" in text(client.get(path))
    assert client.post(path).status_code == 302
    assert ShowCrew.objects.count() == 0
    esi = User.objects.create_user(email="esi@example.com", name="Esi")
    client.force_login(esi, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(at(town.show)).status_code in (302, 403)
    assert client.post(path, {"name": "Esi"}).status_code == 302
    assert client.get(at(town.show)).status_code == 200
    assert client.get(at(town.show, "live/")).status_code == 200
    assert client.get(at(town.show, "crew/")).status_code == 403
    assert "Spring kiln" in text(client.get("/studio/helping/"))
    assert client.get(path).status_code == 410
    assert "Esi" in text(dao.get(at(town.show, "crew/")))
    client.post(at(town.show, "crew/leave/"))
    assert client.get(at(town.show)).status_code == 403


def test_a_moderator_does_not_open_the_rundown(town: Town, femi: Client) -> None:
    """Minding the chat is not directing."""
    actor = make_host("Esi", "艾西")
    asked = api.invite_crew(town.dao, CrewRole.MODERATOR, now=town.now, show_id=town.show.id)
    api.join_crew(asked.id, actor=actor, now=town.now)
    esi = browser("esi@example.com", actor, Role.HOST)
    assert esi.get(at(town.show)).status_code == 403
    assert esi.post(at(town.show, "order/")).status_code == 403


def test_a_forged_invitation_is_no_invitation(town: Town, dao: Client) -> None:
    """Another signature, or another id with it."""
    dao.post(at(town.show, "crew/"), {"role": "moderator"})
    path = link_of(text(dao.get(at(town.show, "crew/"))))
    forged = path.replace(path[7], "0" if path[7] != "0" else "1", 1)
    assert dao.get(forged).status_code == 410
    assert dao.get("/crew/x.y/").status_code == 410


def test_a_planned_page_reminds_without_a_script(town: Town, client: Client) -> None:
    """By e-mail, twice pressed once counted; what was asked for stands on the page with a way out of it."""
    show = make_show(town.dao, town.now, hours=24)
    page = text(client.get(f"/shows/{show.slug}/"))
    assert f"/shows/{show.slug}/remind/" in page
    assert "webcal://" in page
    client.post(f"/shows/{show.slug}/remind/", {"address": "bo@example.com"})
    answer = client.post(f"/shows/{show.slug}/remind/", {"address": "Bo@Example.com"}, follow=True)
    assert "b***@example.com" in text(answer)
    wish = re.search(r'name="wish" value="([0-9a-f-]{36})"', text(answer))
    assert wish
    client.post(f"/shows/{show.slug}/remind/forget/", {"wish": wish.group(1)})
    assert 'name="wish"' not in text(client.get(f"/shows/{show.slug}/"))


def test_a_stranger_ends_nobody_elses_reminder(town: Town, client: Client) -> None:
    """Another browser's wish is not touched."""
    show = make_show(town.dao, town.now, hours=24)
    page = client.post(f"/shows/{show.slug}/remind/", {"address": "bo@example.com"}, follow=True)
    wish = re.search(r'name="wish" value="([0-9a-f-]{36})"', text(page))
    assert wish
    Client().post(f"/shows/{show.slug}/remind/forget/", {"wish": wish.group(1)})
    assert wish.group(1) in text(client.get(f"/shows/{show.slug}/"))


@pytest.mark.parametrize(
    "sent", [{"address": "bo"}, {}, {"endpoint": "http://169.254.169.254/", "p256dh": "a", "auth": "b"}]
)
def test_what_cannot_be_reminded_is_told_in_words(town: Town, client: Client, sent) -> None:
    """As JSON for the page's script, with a sentence; nothing of it ends in an error."""
    show = make_show(town.dao, town.now, hours=24)
    answer = client.post(f"/shows/{show.slug}/remind/", sent, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["what"]


def test_reminders_are_for_what_comes(town: Town, client: Client) -> None:
    """A show that is on has no reminder."""
    town.start()
    assert client.post(f"/shows/{town.show.slug}/remind/", {"address": "bo@example.com"}).status_code == 409


def test_asking_too_often_is_refused(town: Town, client: Client) -> None:
    """Ten in a minute are enough."""
    show = make_show(town.dao, town.now, hours=24)
    codes = [client.post(f"/shows/{show.slug}/remind/", {"address": "x"}).status_code for _ in range(12)]
    assert codes.count(429) >= 1


def test_a_calendar_entry_keeps_its_id_and_counts_changes(town: Town, client: Client) -> None:
    """Moved, it has the same UID and a higher SEQUENCE; called off, the feed says so; no line is too long."""
    show = make_show(town.dao, town.now, hours=24)
    host = re.search(r"/hosts/[^/]+/shows.ics", text(client.get(f"/shows/{show.slug}/")))
    assert host
    api.change_show(
        show.id,
        host=town.dao,
        title={"en": "Kiln; day, 1\\2", "zh-hans": "窑" * 60},
        story=show.story,
        starts_at=show.starts_at + timedelta(hours=1),
        now=town.now,
        lasts_minutes=90,
    )
    entry = client.get(f"/shows/{show.slug}/calendar.ics", headers={"Accept-Language": "zh-hans"})
    body = entry.content
    assert f"UID:{show.id}@millstream".encode() in body
    assert b"SEQUENCE:1\r\n" in body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert "窑" * 60 in body.replace(b"\r\n ", b"").decode()
    assert b"SUMMARY:Kiln\\; day\\, 1\\\\2" in client.get(f"/shows/{show.slug}/calendar.ics").content
    api.end_show(show.id, host=town.dao, now=town.now)
    feed = text(client.get(host.group()))
    assert "STATUS:CANCELLED" in feed
    assert "SEQUENCE:2" in feed
    assert feed.startswith("BEGIN:VCALENDAR\r\n")
    assert feed.endswith("END:VCALENDAR\r\n")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_posters_are_made_in_both_languages(town: Town, client: Client, language) -> None:
    """A PDF with its letters embedded, a PNG of 1080 by 1920, the code alone."""
    head = {"Accept-Language": language}
    pdf = client.get(f"/shows/{town.show.slug}/poster.pdf", headers=head)
    assert pdf.content.startswith(b"%PDF")
    assert b"/FontFile2" in pdf.content
    png = client.get(f"/shows/{town.show.slug}/poster.png", headers=head)
    assert png.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png.content[16:20]), int.from_bytes(png.content[20:24])) == (1080, 1920)
    assert b"<svg" in client.get(f"/shows/{town.show.slug}/code.svg").content
    assert client.get("/shows/nothing/poster.pdf").status_code == 404


def test_the_agenda_is_narrowed_by_host_and_day(town: Town, client: Client) -> None:
    """By address; a day that is none is no matter."""
    femi = make_host("Femi", "费米")
    make_show(femi, town.now, hours=72)
    slug = api.shows_of(femi)[0]
    day = (slug.starts_at + timedelta(hours=8)).date().isoformat()
    assert (
        text(client.get("/shows/")).count("show-card") > text(client.get(f"/shows/?day={day}")).count("show-card") > 0
    )
    assert client.get("/shows/?day=soon").status_code == 200
    assert client.get("/shows/?host=nobody").status_code == 404
    assert "Nothing is planned here" in text(client.get("/shows/?day=2001-01-01"))


def test_a_longer_rundown_asks_no_more_questions(town: Town, dao: Client, django_assert_max_num_queries) -> None:
    """The plan of many goods costs what the plan of one costs."""
    for _ in range(3):
        town.another_product()
    with django_assert_max_num_queries(16):
        dao.get(at(town.show))
    assert read_now() > town.now


def test_the_planned_page_asks_few_questions(town: Town, client: Client, django_assert_max_num_queries) -> None:
    """However many goods it shows."""
    for _ in range(3):
        town.another_product()
    with django_assert_max_num_queries(12):
        client.get(f"/shows/{town.show.slug}/")
