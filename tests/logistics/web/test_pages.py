"""The pages: the whole way up without JavaScript, strangers refused, a fixed number of queries."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from millstream.kernel.ids import new_id
from millstream.logistics import api
from millstream.logistics.ports import plug_carrier
from millstream.logistics.types import (
    BagState,
    CaseKind,
    HolderKind,
    ParcelState,
    RunState,
    ScanPurpose,
    TrackEvent,
    TrackStatus,
)
from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.logistics.town import Town


def sign_in(actor: UUID, role: Role) -> Client:
    """Somebody with this role in this actor, signed in."""
    user = User.objects.create_user(email=f"{new_id().hex}@example.com")
    join_actor(user.id, actor, role)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def scan(client: Client, path: str, code: str, **more: str) -> str:
    """Send a scan form as a browser without JavaScript does, hidden fields and all."""
    shown = client.get(path).content.decode()
    hidden = re.search(r'name="scan" value="([0-9a-f-]{36})"', shown)
    assert hidden, "the form carries the id of its scan"
    return client.post(path, {"code": code, "scan": hidden[1], **more}).content.decode()


def test_the_whole_way_up_by_forms_alone(town: Town) -> None:
    """Amina packs, Esi takes in and bags, Chen drives, the centre receives, checks and hands to the carrier."""
    plug_carrier(town.carrier)
    (one,) = town.open()
    amina, esi = sign_in(town.amina, Role.MAKER), sign_in(town.esi, Role.KEEPER)
    chen, centre = sign_in(town.chen, Role.DRIVER), sign_in(town.centre, Role.STAFF)
    assert town.label(one) in amina.get("/desk/parcels/").content.decode()
    assert amina.post(f"/desk/parcels/{one.id}/pack/", {"weight_grams": "950"}).status_code == 302
    label = amina.get(f"/desk/parcels/{one.id}/label.pdf")
    assert (label["Content-Type"], label.content[:5]) == ("application/pdf", b"%PDF-")
    assert 'data-outcome="ok"' in scan(esi, "/station/take-in/", one.code)
    bag_url = esi.post("/station/bags/open/").headers["Location"]
    assert 'data-outcome="ok"' in scan(esi, bag_url, one.code)
    assert esi.post(f"{bag_url}seal/", {"seal": "S-42"}).status_code == 302
    planned = centre.post("/centre/runs/plan/")
    run_url = planned.headers["Location"]
    assert "<svg" in centre.get(run_url).content.decode()
    assert centre.post(f"{run_url}release/").status_code == 302
    (run,) = api.runs(reader=town.chen, states=[RunState.RELEASED])
    assert chen.post(f"/runs/{run.id}/depart/").status_code == 302
    stop = f"/runs/{run.id}/stops/{run.stops[0].id}/"
    assert chen.post(f"{stop}arrive/").status_code == 302
    assert "The van is here" in esi.get("/station/van/").content.decode()
    offered = esi.post(f"/station/van/{run.stops[0].id}/offer/").headers["Location"]
    bag_code = api.handovers(reader=town.esi)[0].items[0].label
    assert 'data-outcome="ok"' in scan(chen, offered, bag_code)
    assert chen.post(f"{offered}accept/").status_code == 302
    assert chen.post(f"{stop}finish/").status_code == 302
    back = chen.post(f"/runs/{run.id}/back/").headers["Location"]
    assert back.split("/")[2] in centre.get("/centre/dock/").content.decode()
    assert 'data-outcome="ok"' in scan(centre, back, bag_code)
    assert centre.post(f"{back}accept/").status_code == 302
    (bag,) = api.bags_held(town.centre, reader=town.centre, states=[BagState.SEALED])
    assert centre.post(f"/centre/bags/{bag.id}/open/", {"seal": "S-42"}).status_code == 302
    assert 'data-outcome="ok"' in scan(centre, "/centre/check/", one.code)
    api.book_wanted(town.carrier, now=town.later(60))
    assert centre.post("/centre/carrier/").status_code == 302
    assert town.look(one).holder.kind is HolderKind.CARRIER
    assert town.label(one) in Client().get(f"/track/{one.code}/").content.decode()
    assert api.check_custody() == []


def test_a_page_sent_twice_scans_once(town: Town) -> None:
    """The browser's reload of a form is a replay."""
    (one,) = town.packed()
    esi = sign_in(town.esi, Role.KEEPER)
    told = {"code": one.code, "scan": str(new_id())}
    first, again = (esi.post("/station/take-in/", told).content.decode() for _ in range(2))
    assert 'data-outcome="ok"' in first
    assert "Taken in." in again
    assert [step.kind.value for step in api.parcel_timeline(one.id)].count("TAKE_IN") == 1


def test_a_refused_scan_is_said_on_the_page(town: Town) -> None:
    """Unknown labels and wrong stations have their words."""
    esi, yunci = sign_in(town.esi, Role.KEEPER), sign_in(town.yunci, Role.KEEPER)
    assert "is not a parcel or bag of ours" in scan(esi, "/station/take-in/", "XYZ-1")
    (one,) = town.packed()
    assert "meant for another station" in scan(yunci, "/station/take-in/", one.code)
    assert "Another station already has" in scan(esi, "/station/take-in/", one.code)


def test_a_second_accept_says_how_the_first_ended(town: Town) -> None:
    """Refused with the result, not an error page."""
    town.taken_in()
    offered = town.offered_up(town.departed_run())
    town.accept(offered, town.chen)
    answer = sign_in(town.chen, Role.DRIVER).post(f"/handovers/{offered.id}/accept/")
    assert answer.status_code == 409
    assert "accepted before: 1 fine" in answer.content.decode()


def test_a_wrong_code_is_counted_and_said(town: Town) -> None:
    """The count survives the refusal."""
    town.taken_in()
    run = town.departed_run()
    offered = town.offered_up(run)
    esi = sign_in(town.esi, Role.KEEPER)
    wrong = "000000" if run.driver_code != "000000" else "111111"
    first = esi.post(f"/handovers/{offered.id}/accept/", {"side_code": wrong})
    assert first.status_code == 403
    assert "4 tries left" in first.content.decode()
    assert "3 tries left" in esi.post(f"/handovers/{offered.id}/accept/", {"side_code": wrong}).content.decode()


def test_the_differences_desk_settles_a_case(town: Town) -> None:
    """With its value and deadline, by a form."""
    (one,) = town.packed()
    town.scan(one.code, ScanPurpose.TAKE_IN, town.yunci)
    (case,) = api.cases(reader=town.centre)
    centre = sign_in(town.centre, Role.STAFF)
    shown = centre.get("/centre/differences/").content.decode()
    assert "Brought to the wrong station" in shown
    assert "¥128.00" in shown
    settled = centre.post(f"/centre/differences/{case.id}/", {"resolution": "carry_on", "note": "called"})
    assert settled.status_code == 302
    assert api.cases(reader=town.centre) == ()
    assert api.case(case.id, reader=town.centre).kind is CaseKind.MISROUTED


PAGES = {
    "maker": ["/desk/parcels/"],
    "station": ["/station/", "/station/take-in/", "/station/bags/", "/station/van/", "/station/hand-out/"],
    "driver": ["/runs/"],
    "centre": [
        "/centre/",
        "/centre/dock/",
        "/centre/check/",
        "/centre/runs/",
        "/centre/roads/",
        "/centre/carrier/",
        "/centre/differences/",
    ],
}


@pytest.mark.parametrize(("who", "page"), [(who, page) for who, pages in PAGES.items() for page in pages])
def test_strangers_are_sent_to_sign_in_or_refused(town: Town, who: str, page: str) -> None:
    """A visitor signs in first; Femi, a buyer, is refused; whoever works there sees it, in both languages."""
    assert Client().get(page).status_code == 302
    assert sign_in(town.femi, Role.BUYER).get(page).status_code == 403
    actor, role = {
        "maker": (town.amina, Role.MAKER),
        "station": (town.esi, Role.KEEPER),
        "driver": (town.chen, Role.DRIVER),
        "centre": (town.centre, Role.STAFF),
    }[who]
    client = sign_in(actor, role)
    for language in ("en", "zh-hans"):
        shown = client.get(page, headers={"Accept-Language": language})
        assert shown.status_code == 200
        assert "style=" not in shown.content.decode()


@pytest.mark.parametrize(
    ("who", "page"), [("station", "/station/"), ("station", "/station/take-in/"), ("centre", "/centre/")]
)
def test_a_page_costs_the_same_however_much_is_there(town: Town, who: str, page: str) -> None:
    """A fixed number of queries."""
    actor, role = {"station": (town.esi, Role.KEEPER), "centre": (town.centre, Role.STAFF)}[who]
    client = sign_in(actor, role)
    counts = []
    for _ in range(2):
        town.packed(2)
        town.taken_in(2)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 30


def test_the_public_page_tells_where_not_whose(town: Town) -> None:
    """No name, phone or address of the buyer; typed codes find the page; unknown ones are said."""
    (one,) = town.with_carrier()
    shown = Client().get(f"/track/{one.code}/")
    text = shown.content.decode()
    assert shown.status_code == 200
    for private in ("Bo Li", "Bo ", "13800138000", "Canal", "运河街"):
        assert private not in text
    assert Client().get("/track/", {"code": town.label(one).lower()}).headers["Location"] == f"/track/{one.code}/"
    assert Client().get("/track/", {"code": "P123"}).status_code == 404
    assert Client().get("/track/P00000000000/").status_code == 404


def test_another_maker_does_not_see_the_parcel(town: Town) -> None:
    """Not found is said, not *forbidden*."""
    (one,) = town.open()
    femi = sign_in(town.femi, Role.MAKER)
    assert femi.get(f"/desk/parcels/{one.id}/").status_code == 404
    assert femi.post(f"/desk/parcels/{one.id}/pack/", {"weight_grams": "5"}).status_code == 404
    assert (
        sign_in(town.amina, Role.MAKER).post(f"/desk/parcels/{one.id}/pack/", {"weight_grams": "x"}).status_code == 422
    )
    assert town.look(one).state is ParcelState.ANNOUNCED


def test_the_keeper_sees_what_was_called_off_and_gives_it_back(town: Town) -> None:
    """On the list of what is handed out, with where it goes; the form needs no code for it."""
    (one,) = town.taken_in()
    assert api.cancel_parcel(one.order_id, now=town.later())
    esi = sign_in(town.esi, Role.KEEPER)
    shown = esi.get("/station/hand-out/").content.decode()
    assert town.label(one) in shown
    assert "called off: back to its maker" in shown
    assert 'data-outcome="ok"' in scan(esi, "/station/hand-out/", one.code)
    assert town.look(one).holder.kind is HolderKind.MAKER
    assert town.label(one) not in esi.get("/station/").content.decode()


def test_the_centre_is_offered_only_ways_that_lead_on(town: Town) -> None:
    """What the carrier brings back is scanned, not clicked away."""
    (one,) = town.with_carrier()
    back = TrackEvent("back-1", one.carrier_number, 9, TrackStatus.RETURNED, "", town.now)
    api.apply_tracking([back], came_by="push", now=town.later())
    (case,) = api.cases(reader=town.centre)
    centre = sign_in(town.centre, Role.STAFF)
    shown = centre.get("/centre/differences/").content.decode()
    assert re.findall(r'<option value="([a-z_]+)"', shown) == ["written_off"]
    refused = centre.post(f"/centre/differences/{case.id}/", {"resolution": "carry_on"})
    assert "This case cannot be settled like that" in refused.content.decode()
    assert api.cases(reader=town.centre)[0].resolved_at is None
