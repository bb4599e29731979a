"""The studio's screen: who does what on which device, what comes next, how the line is, the quick form."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import RundownItem
from millstream.live.rules import device_kind, is_price_the_hosts
from millstream.live.types import ShowState
from millstream.live.types.studio import DeviceKind, FilmMode, FilmNote, Seat, SeatRecord
from millstream.live.web.screen import Light, Part, following, light_of, part_of
from millstream.media.types import StreamHealth, StreamState
from millstream.people.types import Role
from tests.live.town import Town, agree
from tests.live.web.conftest import browser
from tests.shops.counter import make_counter
from tests.shops.pictures import drawn

ME, OTHER = uuid4(), uuid4()
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"


def text(answer: Any) -> str:
    return answer.content.decode()


def at(town: Town, rest: str = "") -> str:
    return f"/studio/{town.show.slug}/{rest}"


def seat(which: Seat, device: UUID, note: FilmNote | None = None) -> SeatRecord:
    now = datetime.now().astimezone()
    told = note or FilmNote(FilmMode.VIDEO, 900, away=False)
    return SeatRecord(which, device, DeviceKind.ANDROID, uuid4(), now, now, 1, told)


@pytest.mark.parametrize(
    ("camera", "direction", "part"),
    [
        (None, None, Part.ALL),
        (ME, None, Part.ALL),
        (ME, ME, Part.ALL),
        (None, ME, Part.ALL),
        (ME, OTHER, Part.FILM),
        (OTHER, ME, Part.DIRECT),
        (OTHER, None, Part.CHOOSE),
        (OTHER, OTHER, Part.CHOOSE),
        (None, OTHER, Part.CHOOSE),
    ],
)
def test_what_a_device_does(camera: UUID | None, direction: UUID | None, part: Part) -> None:
    """Who films while another directs only films; who comes second chooses."""
    held = (camera and seat(Seat.CAMERA, camera), direction and seat(Seat.DIRECTION, direction))
    assert part_of(held[0] or None, held[1] or None, ME) is part


def test_a_device_is_known_by_what_its_browser_says() -> None:
    """People read which phone is meant."""
    assert device_kind(IPHONE) is DeviceKind.IPHONE
    assert device_kind("Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile Safari") is DeviceKind.ANDROID
    assert device_kind("Mozilla/5.0 (Linux; Android 14; SM-X910) Safari") is DeviceKind.TABLET
    assert device_kind("curl/8") is DeviceKind.COMPUTER


def test_the_next_product_is_the_first_fresh_one_after_the_table_that_can_be_sold() -> None:
    """Shown ones come again when there is no other; sold out ones never; on the way the order is the rundown's."""
    rows = [
        {"variant": name, "state": state, "left": left}
        for name, state, left in (
            ("a", "done", 3),
            ("b", "now", 3),
            ("c", "done", 2),
            ("d", "next", 0),
            ("e", "next", 1),
        )
    ]
    assert (following(rows) or {})["variant"] == "e"
    rows[4]["left"] = 0
    assert (following(rows) or {})["variant"] == "c"
    assert following([rows[1]]) is None
    assert following([]) is None


def health(**changes: Any) -> StreamHealth:
    told: dict[str, Any] = {
        "state": StreamState.LIVE,
        "source": "whip",
        "peer": "",
        "kbit": 1800,
        "segment_ms": 2000,
        "gop_ms": None,
        "clock_jumps": 0,
        "last_segment_at": None,
    }
    return StreamHealth(**{**told, **changes})


def test_the_light_tells_what_viewers_see() -> None:
    """Green for a good picture, yellow for a worse one, red for none, dark before the first."""
    assert light_of(health(), None) is Light.GOOD
    assert light_of(health(gop_ms=8000), None) is Light.CAUTION
    assert light_of(health(clock_jumps=2), None) is Light.CAUTION
    assert light_of(health(kbit=60), None) is Light.GOOD
    photo = seat(Seat.CAMERA, ME, FilmNote(FilmMode.PHOTO, 90, away=False))
    away = seat(Seat.CAMERA, ME, FilmNote(FilmMode.VIDEO, 900, away=True))
    assert [light_of(health(), told) for told in (photo, away)] == [Light.CAUTION, Light.CAUTION]
    assert light_of(health(state=StreamState.STALLED), None) is Light.BAD
    assert light_of(health(state=StreamState.IDLE), None) is Light.OFF


def test_the_screen_carries_all_that_the_camera_needs(town: Town, dao: Client) -> None:
    """Ticket and addresses are on the page, a stream key is not; everything is a form as well."""
    page = text(dao.get(at(town, "live/")))
    assert 'data-ticket="t_' in page
    assert f"/whip?slug={town.show.slug}" in page
    for form in ("start", "quick", "end"):
        assert f'action="{at(town, form)}/"' in page
    assert "<script>" not in page
    assert " style=" not in page


def test_an_update_says_nothing_when_nothing_changed(town: Town, dao: Client) -> None:
    """The page tells which state it shows; only another one is written."""
    town.start()
    answer = dao.get(at(town, "now/"))
    mark = text(answer).split('name="seen" value="')[1].split('"')[0]
    assert dao.get(at(town, f"now/?seen={mark}")).status_code == 204
    dao.post(at(town, "pin/"), {"variant": str(town.counter.variant)})
    changed = dao.get(at(town, f"now/?seen={mark}"))
    assert changed.status_code == 200
    for part in ("now-head", "now-light", "now-goods", "now-talk", "now-health"):
        assert f'id="{part}"' in text(changed)


def test_pages_ask_a_fixed_number_of_questions(town: Town, dao: Client, django_assert_max_num_queries: Any) -> None:
    """However long the rundown is."""
    town.start()
    dao.get(at(town, "now/"))
    with django_assert_max_num_queries(40) as first:
        dao.get(at(town, "now/"))
    for _ in range(5):
        town.another_product()
    with django_assert_max_num_queries(len(first.captured_queries)):
        dao.get(at(town, "now/"))


def test_a_second_phone_takes_the_direction_over_and_the_first_takes_it_back(town: Town, dao: Client) -> None:
    """The phone that films shows one line; a press from it is refused until the direction is back."""
    town.start()
    second = browser("dao-too@example.com", town.dao, Role.HOST)
    assert dao.post(at(town, "beat/"), {"mode": "video", "kbit": "1200", "away": "0"}).status_code == 204
    assert 'data-part="choose"' in text(second.get(at(town, "live/")))
    second.post(at(town, "sit/"), {"seat": "direction", "turn": "0"}, headers={"user-agent": IPHONE})
    assert 'data-part="direct"' in text(second.get(at(town, "now/")))
    filming = text(dao.get(at(town, "now/")))
    assert 'data-part="film"' in filming
    assert "an iPhone" in filming
    variant = {"variant": str(town.counter.variant)}
    refused = dao.post(at(town, "pin/"), variant, headers={"hx-request": "true"})
    assert refused.status_code == 409
    assert "Another device directs this show." in text(refused)
    assert api.pinned(town.show.id) is None
    turn = api.seats(town.show.id, read_now())[Seat.DIRECTION].turn
    dao.post(at(town, "sit/"), {"seat": "direction", "turn": str(turn)})
    dao.post(at(town, "pin/"), variant)
    assert api.pinned(town.show.id) is not None
    assert second.post(at(town, "pin/"), variant, headers={"hx-request": "true"}).status_code == 409


def test_a_phone_that_films_no_more_is_told_to_stop(town: Town, dao: Client) -> None:
    """It does not dial against the one that took over."""
    second = browser("dao-too@example.com", town.dao, Role.HOST)
    assert dao.post(at(town, "beat/"), {"mode": "video"}).status_code == 204
    assert second.post(at(town, "beat/"), {"mode": "video"}).status_code == 409
    turn = api.seats(town.show.id, read_now())[Seat.CAMERA].turn
    second.post(at(town, "sit/"), {"seat": "camera", "turn": str(turn)})
    assert dao.post(at(town, "beat/"), {"mode": "video"}).status_code == 409
    assert second.post(at(town, "beat/"), {"mode": "photo", "kbit": "70", "away": "1"}).status_code == 204
    note = api.seats(town.show.id, read_now())[Seat.CAMERA].note
    assert note == FilmNote(FilmMode.PHOTO, 70, away=True)


def listing(town: Town, **changes: Any) -> dict[str, Any]:
    return {
        "key": new_id().hex,
        "shop": str(town.counter.shop),
        "price": "68",
        "quantity": "4",
        "title": "",
        "photo": SimpleUploadedFile("photo.jpg", drawn()),
        **changes,
    }


def test_the_quick_form_works_without_a_script(town: Town, dao: Client) -> None:
    """Photo, price, quantity: it stands in the rundown, and the studio says so."""
    town.start()
    assert "Sell it" in text(dao.get(at(town, "quick/")))
    answer = dao.post(at(town, "quick/"), listing(town, pin="1"))
    assert answer["Location"] == at(town, "live/")
    assert len(api.rundown(town.show.id)) == 2
    assert "No. 2" in text(dao.get(at(town, "live/")))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"price": "0"}, 422),
        ({"price": "6.805"}, 422),
        ({"price": "cheap"}, 422),
        ({"quantity": "0"}, 422),
        ({"quantity": "many"}, 422),
        ({"photo": ""}, 422),
        ({"photo": SimpleUploadedFile("x.jpg", b"no photo")}, 422),
        ({"shop": "nobody"}, 404),
        ({"shop": str(uuid4())}, 403),
    ],
)
def test_a_refused_listing_keeps_what_was_typed(town: Town, dao: Client, changes: dict[str, Any], status: int) -> None:
    """With a sentence about what is wrong; nothing is listed."""
    answer = dao.post(at(town, "quick/"), {**listing(town, title="Goose eggs"), **changes})
    assert answer.status_code == status
    page = text(answer)
    assert "Goose eggs" in page
    assert 'role="alert"' in page
    assert len(api.rundown(town.show.id)) == 1
    part = dao.post(
        at(town, "quick/"), {**listing(town, title="Goose eggs"), **changes}, headers={"hx-request": "true"}
    )
    assert "<html" not in text(part)
    assert 'role="alert"' in text(part)


def test_a_price_is_changed_where_it_is_the_hosts(town: Town, dao: Client) -> None:
    """A refusal stands on the screen; the page goes on."""
    town.start()
    dao.post(at(town, "quick/"), listing(town))
    quick = api.rundown(town.show.id)[-1].variant
    assert dao.post(at(town, "price/"), {"variant": str(quick), "price": "70"}).status_code == 302
    assert "70" in text(dao.get(at(town, "now/")))
    sellers = {"variant": str(town.counter.variant), "price": "1"}
    refused = dao.post(at(town, "price/"), sellers, headers={"hx-request": "true"})
    assert refused.status_code == 403
    assert "This price belongs to its maker." in text(refused)


def test_go_live_now_is_one_press(town: Town, dao: Client) -> None:
    """A host without a plan stands in front of the camera at once."""
    page = text(dao.get("/studio/"))
    assert 'action="/studio/now/"' in page
    answer = dao.post("/studio/now/")
    slug = answer["Location"].split("/")[2]
    assert api.show_by_slug(slug).state is ShowState.PLANNED
    assert dao.post(f"/studio/{slug}/start/", headers={"hx-request": "true"}).status_code == 200
    assert api.show_by_slug(slug).state is ShowState.LIVE


@pytest.mark.parametrize("rest", ["sit/", "rise/", "beat/", "price/", "quick/"])
def test_strangers_neither_sit_nor_list(town: Town, client: Client, femi: Client, rest: str) -> None:
    """A guest is sent to sign in, another host is refused."""
    form = {"seat": "direction", "turn": "0", "variant": str(town.counter.variant), "price": "1"}
    assert client.post(at(town, rest), form).status_code == 302
    assert femi.post(at(town, rest), form).status_code == 403
    assert api.seats(town.show.id, read_now()) == {}


def test_the_offers_are_asked_for_anew_by_who_directs(town: Town, dao: Client, client: Client, femi: Client) -> None:
    """The part has the product that is on the table by now, and only the part; strangers do not see it."""
    town.start()
    town.another_product()
    pinned = town.another_product()
    before = text(dao.get(at(town, "offers/")))
    assert "data-pinned" not in before
    dao.post(at(town, "pin/"), {"variant": str(pinned)})
    part = text(dao.get(at(town, "offers/")))
    first = part.split('<details class="deal-maker"')[1]
    assert first.startswith(" data-pinned")
    assert f'value="{pinned}"' in first
    assert f'action="{at(town, "gifts/")}"' in part
    assert "<html" not in part
    assert " style=" not in part
    assert client.get(at(town, "offers/")).status_code == 302
    assert femi.get(at(town, "offers/")).status_code == 403
    assert dao.post(at(town, "offers/")).status_code == 405


def test_the_sheets_post_without_a_script_as_well(town: Town, dao: Client) -> None:
    """The page that a press leads to says what the press did, since its messages stand on it."""
    town.start()
    gift = {
        "gift": str(uuid4()),
        "kind": "red_packet",
        "title": "A little something",
        "budget": "50",
        "pieces": "10",
        "opens_in": "10",
        "lasts": "120",
        "minimum": "0",
    }
    for headers in ({}, {"hx-request": "true"}):
        answer = dao.post(at(town, "gifts/"), {**gift, "gift": str(uuid4())}, headers=headers, follow=True)
        assert answer.redirect_chain[-1][0] == at(town, "live/")
        told = text(answer).split('<div class="notices">')[1]
        assert "Announced. The room counts down." in told.split("studio-bar")[0]
    refused = dao.post(at(town, "gifts/"), {**gift, "pieces": "many"}, headers={"hx-request": "true"})
    assert refused.status_code == 422
    assert '<div class="refusal"' in text(refused)
    assert "<html" not in text(refused)


def test_a_price_field_stands_where_the_price_is_the_hosts(town: Town, dao: Client) -> None:
    """At a quick listing until something of it is paid for; not at what a maker prices."""
    town.start()
    dao.post(at(town, "quick/"), listing(town))
    quick = api.rundown(town.show.id)[-1].variant
    page = text(dao.get(at(town, "live/")))
    assert f'id="price-{quick}"' in page
    assert f'id="price-{town.counter.variant}"' not in page
    RundownItem.objects.filter(variant_id=quick).update(sold=1)
    assert f'id="price-{quick}"' not in text(dao.get(at(town, "live/")))
    api.end_show(town.show.id, host=town.dao, now=read_now())
    assert 'id="price-' not in text(dao.get(at(town, "live/")))


def test_whose_price_it_is() -> None:
    """Own goods always, a quick listing while it can still be corrected, a maker's goods never."""
    assert is_price_the_hosts(ME, ME, quick=False, sold=3)
    assert is_price_the_hosts(OTHER, ME, quick=True, sold=0)
    assert not is_price_the_hosts(OTHER, ME, quick=True, sold=1)
    assert not is_price_the_hosts(OTHER, ME, quick=False, sold=0)


def test_of_many_households_none_is_guessed(town: Town, dao: Client) -> None:
    """The first listing asks whose it is; the next one of the same show remembers."""
    agree(town.dao, None, town.now)
    chosen = f'<option value="{town.counter.shop}" selected>'
    make_counter()
    first = text(dao.get(at(town, "quick/")))
    assert "Choose the household" in first
    assert chosen not in first
    assert dao.post(at(town, "quick/"), {**listing(town), "shop": ""}).status_code == 404
    dao.post(at(town, "quick/"), listing(town))
    assert chosen in text(dao.get(at(town, "quick/")))
