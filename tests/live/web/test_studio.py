"""The studio: everything by ordinary forms, and closed to everybody else."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.types import ShowState, SpokenBy, TalkRole
from millstream.media.api import key_of
from tests.live.town import Town
from tests.shops.pictures import drawn


def text(answer: Any) -> str:
    return answer.content.decode()


def at(town: Town, rest: str = "") -> str:
    return f"/studio/{town.show.slug}/{rest}"


def test_a_show_is_planned_by_form(town: Town, dao: Client) -> None:
    """The plan leads to its rundown; the time is the place's."""
    assert dao.get("/studio/plan/").status_code == 200
    answer = dao.post(
        "/studio/plan/",
        {
            "title_en": "Indigo day",
            "title_zh": "蓝染日",
            "starts_at": "2099-05-01T10:00",
            "story_en": "",
            "story_zh": "",
        },
    )
    assert answer.status_code == 302
    show = next(show for show in api.shows_of(town.dao) if show.title["en"] == "Indigo day")
    assert answer["Location"] == f"/studio/{show.slug}/"
    assert show.starts_at.isoformat() == "2099-05-01T02:00:00+00:00"


@pytest.mark.parametrize(
    "wrong", [{"title_en": "", "title_zh": ""}, {"starts_at": "2001-05-01T10:00"}, {"starts_at": "soon"}]
)
def test_a_plan_that_cannot_be_is_shown_again(town: Town, dao: Client, wrong: dict[str, str]) -> None:
    """What was typed is still there, with a sentence beside the field."""
    form = {"title_en": "Indigo day", "title_zh": "", "starts_at": "2099-05-01T10:00", "story_en": "kept words"}
    answer = dao.post("/studio/plan/", {**form, **wrong})
    assert answer.status_code == 422
    assert "kept words" in text(answer)
    assert len(api.shows_of(town.dao)) == 1


def test_a_poster_is_drawn_anew_and_what_is_no_photo_is_refused(town: Town, dao: Client) -> None:
    """The refusal stands beside the field; nothing is planned."""
    form = {"title_en": "Indigo day", "title_zh": "", "starts_at": "2099-05-01T10:00"}
    wrong = dao.post(
        "/studio/plan/", {**form, "poster": SimpleUploadedFile("poster.jpg", b"<script>alert(1)</script>")}
    )
    assert wrong.status_code == 422
    assert len(api.shows_of(town.dao)) == 1
    assert dao.post("/studio/plan/", {**form, "poster": SimpleUploadedFile("poster.jpg", drawn())}).status_code == 302
    assert any(show.poster.startswith("/files/") for show in api.shows_of(town.dao))


def test_goods_are_found_added_and_ordered(town: Town, dao: Client) -> None:
    """Only goods of sellers who agreed are offered; a product with two forms asks which one."""
    second = town.counter.another_variant()
    town.counter.stock(3, second)
    page = text(dao.get(at(town, "goods/") + "?words=bowl"))
    assert "Celadon tea bowl" in page
    asked = dao.post(at(town, "goods/"), {"product": town.counter.slug})
    assert "Which one?" in text(asked)
    dao.post(at(town, "goods/"), {"product": town.counter.slug, "variant": str(second)})
    assert [item.variant for item in api.rundown(town.show.id)] == [town.counter.variant, second]
    dao.post(
        at(town, "order/"),
        {f"position-{second}": "1", f"position-{town.counter.variant}": "2", f"note-{second}": "hold it to the light"},
    )
    items = api.rundown(town.show.id)
    assert [item.variant for item in items] == [second, town.counter.variant]
    assert items[0].note == "hold it to the light"
    dao.post(at(town, "take/"), {"variant": str(second)})
    assert [item.variant for item in api.rundown(town.show.id)] == [town.counter.variant]


def test_title_and_time_can_be_changed(town: Town, dao: Client) -> None:
    """The address stays."""
    answer = dao.post(
        at(town, "details/"), {"title_en": "Autumn kiln", "title_zh": "", "starts_at": "2099-05-01T10:00"}
    )
    assert answer.status_code == 302
    changed = api.show(town.show.id)
    assert (changed.slug, changed.title) == (town.show.slug, {"en": "Autumn kiln"})


def test_a_whole_show_by_buttons(town: Town, dao: Client) -> None:
    """Open, pin, clear, end: ordinary forms, each leading back."""
    assert f'action="{at(town, "start/")}"' in text(dao.get(at(town, "live/")))
    dao.post(at(town, "start/"))
    assert api.show(town.show.id).state is ShowState.LIVE
    answer = dao.post(at(town, "pin/"), {"variant": str(town.counter.variant)})
    assert answer["Location"] == at(town, "live/")
    fragment = dao.post(at(town, "pin/"), {"variant": str(town.counter.variant)}, headers={"hx-request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in text(fragment)
    assert "Celadon tea bowl" in text(dao.get(at(town, "now/")))
    dao.post(at(town, "unpin/"))
    assert api.pinned(town.show.id) is None
    dao.post(at(town, "end/"))
    assert api.show(town.show.id).state is ShowState.ENDED
    assert "Past shows" in text(dao.get("/studio/"))


def test_a_key_is_shown_once(town: Town, dao: Client) -> None:
    """On the page that answers the press; afterwards only its first letters."""
    answer = dao.post("/studio/key/", {"show": town.show.slug})
    assert answer["Cache-Control"] == "no-store"
    known = key_of(town.dao)
    assert known is not None
    key = text(answer).split("/live/")[-1].split("<")[0].strip()
    page = text(answer)
    shown = [word for word in page.replace("<", " ").replace('"', " ").split() if word.startswith(known.hint)]
    assert shown
    assert any(len(word) == 24 for word in shown), key
    later = text(dao.get(at(town, "live/")))
    assert known.hint in later
    assert not any(word in later for word in shown if len(word) == 24)


def test_the_host_moderates_from_the_studio(town: Town, dao: Client, femi: Client) -> None:
    """Delete and mute are buttons; another host's press is refused."""
    said = api.say(town.show.id, SpokenBy(new_id(), "Guest 1001", TalkRole.GUEST), "spam", now=town.now)
    for verb in ("delete", "mute"):
        assert femi.post(at(town, f"talk/{said.id}/{verb}/")).status_code == 403
    assert "spam" in text(dao.get(at(town, "now/")))
    assert dao.post(at(town, f"talk/{said.id}/mute/")).status_code == 302
    assert dao.post(at(town, f"talk/{said.id}/delete/")).status_code == 302
    assert "spam" not in text(dao.get(at(town, "now/")))


@pytest.mark.parametrize("rest", ["", "goods/", "live/", "now/"])
def test_the_studio_is_closed_to_strangers(town: Town, client: Client, femi: Client, rest: str) -> None:
    """A guest is sent to sign in, another host is refused."""
    assert client.get(at(town, rest)).status_code == 302
    assert femi.get(at(town, rest)).status_code == 403


@pytest.mark.parametrize("rest", ["start/", "end/", "pin/", "unpin/", "order/", "take/", "details/", "goods/"])
def test_nobody_presses_anothers_buttons(town: Town, client: Client, femi: Client, rest: str) -> None:
    """Nothing changes by a stranger's form."""
    form = {"variant": str(town.counter.variant), "product": town.counter.slug}
    assert client.post(at(town, rest), form).status_code == 302
    assert femi.post(at(town, rest), form).status_code == 403
    assert api.show(town.show.id).state is ShowState.PLANNED
    assert len(api.rundown(town.show.id)) == 1


def test_the_studio_of_a_show_that_is_over_leads_to_what_remains(town: Town, dao: Client) -> None:
    """Whoever reloads, or comes by an old link, finds the replay and the slips, no dark stage."""
    town.start()
    api.end_show(town.show.id, host=town.dao, now=town.now)
    assert dao.get(at(town, "live/"))["Location"] == at(town, "after/")
