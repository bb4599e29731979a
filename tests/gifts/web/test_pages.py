"""Pages of gifts: reach by a form, read the receipt, find one's coupons."""

import json

import pytest
from django.test import Client

from millstream.gifts import api
from millstream.gifts.rules import commitment_of
from millstream.gifts.types import GiftKind
from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.live.api import invite_crew, join_crew
from millstream.live.models import Show
from millstream.live.types.crew import CrewRole
from millstream.people.models import User
from millstream.people.types import Role
from tests.gifts.giving import SEED, make_gift, reach
from tests.live.town import Town, make_host
from tests.live.web.conftest import browser, dao, femi, heard  # noqa: F401 - the cast's browsers

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None) -> Town:
    """A planned show of Dao's."""
    from tests.live.town import make_town

    return make_town()


def test_a_stranger_opens_a_red_packet_with_a_phone_number(client: Client) -> None:
    """Without a contact the form says why; with one the coupon is given, once, and stands under one's coupons."""
    gift = make_gift()
    page = f"/gifts/{gift.id}/"
    assert client.get(page).status_code == 200
    assert client.post(f"{page}grab/").status_code == 422
    answer = client.post(f"{page}grab/", {"contact": "13800138000", "back": page}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    (coupon,) = api.coupons_of(answer.wsgi_request.visitor, None, now=read_now())  # type: ignore[attr-defined]
    assert coupon.code in answer.content.decode()
    assert coupon.code in client.get("/gifts/mine/").content.decode()
    again = client.post(f"{page}grab/", headers={"accept": "application/json"}).json()
    assert (again["won"], again["coupon"]) == (True, coupon.code)


def test_a_form_leads_back_to_this_site_only(client: Client) -> None:
    """An address elsewhere is not gone to."""
    gift = make_gift()
    answer = client.post(f"/gifts/{gift.id}/grab/", {"contact": "13800138000", "back": "https://evil.example/"})
    assert answer.headers["Location"] == f"/gifts/{gift.id}/"


def test_the_receipt_keeps_the_secret_until_the_end(client: Client) -> None:
    """Commitment before, seed after; programs get all it takes to compute again who got what."""
    gift = make_gift()
    api.grab_gifts([reach(gift, 1)], now=read_now())
    before = client.get(f"/gifts/{gift.id}/receipt.json").json()
    assert (before["seed"], before["commitment"]) == (None, commitment_of(SEED))
    assert SEED.hex() not in client.get(f"/gifts/{gift.id}/").content.decode()
    api.end_gift(gift.id, now=read_now())
    after = client.get(f"/gifts/{gift.id}/receipt.json").json()
    assert after["seed"] == SEED.hex()
    assert [line["number"] for line in after["winners"]] == [1]
    page = client.get(f"/gifts/{gift.id}/", headers={"accept-language": "zh-hans"}).content.decode()
    assert SEED.hex() in page
    assert "数字与指纹相符" in page


def test_a_draw_tells_nobody_before_it_is_over(client: Client) -> None:
    """Amounts of a draw are not in the receipt while it runs."""
    gift = make_gift(GiftKind.DRAW, pieces=1, budget_minor=100)
    api.grab_gifts([reach(gift, 1)], now=read_now())
    (line,) = b"".join(client.get(f"/gifts/{gift.id}/entries.jsonl")).splitlines()
    assert json.loads(line)["amount_minor"] is None
    assert client.get(f"/gifts/{gift.id}/receipt.json").json()["entries_sha256"] is None


def test_the_host_announces_and_ends_a_gift(town: Town, dao: Client, femi: Client) -> None:  # noqa: F811 - fixtures
    """Dao announces a red packet and ends it; Femi may do neither; what is no gift is refused by field."""
    town.start()
    path = f"/studio/{town.show.slug}/gifts/"
    told = {
        "gift": "01a200d9-3201-7776-9633-0ee2db53829e",
        "kind": "red_packet",
        "title": "Spring",
        "budget": "50",
        "pieces": "10",
        "opens_in": "0",
        "lasts": "60",
    }
    assert femi.post(path, told).status_code == 403
    assert dao.post(path, {**told, "pieces": "x"}).status_code == 422
    assert dao.post(path, told).status_code == 302
    assert dao.post(path, told).status_code == 302  # a second press changes nothing
    (gift,) = api.gifts_of(town.show.id, read_now())
    assert (gift.budget_minor, gift.pieces, gift.title) == (5_000, 10, "Spring")
    assert femi.post(f"{path}{gift.id}/end/").status_code == 403
    assert dao.post(f"{path}{gift.id}/end/").status_code == 302
    assert api.gift(gift.id, read_now()).seed
    Show.objects.filter(id=town.show.id).update(state="ended", ended_at=read_now())
    assert dao.post(path, {**told, "gift": "01a200d9-3201-7776-9633-0ee2db53829f"}).status_code == 409


def red_packet(**changes: str) -> dict[str, str]:
    """What the studio posts for ten pieces of 50."""
    told = {"kind": "red_packet", "title": "Spring", "budget": "50", "pieces": "10", "opens_in": "0", "lasts": "60"}
    return {"gift": str(new_id()), **told, **changes}


def helper(town: Town, role: CrewRole) -> Client:
    """Somebody who works on Dao's show."""
    name = "Esi" if role is CrewRole.COHOST else "Lin"
    who = make_host(name, "艾西")
    asked = invite_crew(town.dao, role, now=town.now, show_id=town.show.id)
    join_crew(asked.id, actor=who, now=town.now)
    return browser(f"{name.lower()}@example.com", who, Role.OWNER)


def test_a_co_host_gives_in_the_hosts_name_and_a_moderator_gives_nothing(town: Town) -> None:
    """Who may pin may give: the gift is Dao's. Who keeps the talk in order spends nobody's money."""
    town.start()
    path = f"/studio/{town.show.slug}/gifts/"
    esi, lin = helper(town, CrewRole.COHOST), helper(town, CrewRole.MODERATOR)
    assert lin.post(path, red_packet()).status_code == 403
    assert esi.post(path, red_packet()).status_code == 302
    (gift,) = api.gifts_of(town.show.id, read_now())
    assert gift.host == town.dao
    assert lin.post(f"{path}{gift.id}/end/").status_code == 403
    page = esi.post(f"{path}{gift.id}/end/", follow=True)
    assert "The gift is over: 0 of 10 were taken." in page.content.decode()


def test_gifts_are_given_on_the_device_that_directs(town: Town, dao: Client) -> None:  # noqa: F811 - fixtures
    """The co-host's tablet directs: Dao's phone is told so and announces nothing."""
    town.start()
    path = f"/studio/{town.show.slug}/gifts/"
    esi = helper(town, CrewRole.COHOST)
    assert esi.post(path, red_packet()).status_code == 302
    (gift,) = api.gifts_of(town.show.id, read_now())
    for refused in (dao.post(path, red_packet()), dao.post(f"{path}{gift.id}/end/")):
        assert refused.status_code == 409
        assert "live.directed_elsewhere" in refused.content.decode()
    (still,) = api.gifts_of(town.show.id, read_now())
    assert still.seed == ""


def test_shows_that_one_helps_with_stand_under_my_shows(town: Town) -> None:
    """A co-host finds the studio, a moderator the room; Dao's own are no help."""
    title = "Shows that I help with"
    esi, lin = helper(town, CrewRole.COHOST), helper(town, CrewRole.MODERATOR)
    co_hosts, moderators = (one.get("/studio/").content.decode() for one in (esi, lin))
    assert f'href="/studio/{town.show.slug}/live/"' in co_hosts.split(title)[1]
    assert f'href="/shows/{town.show.slug}/"' in moderators.split(title)[1]
    assert f"/studio/{town.show.slug}/" not in moderators
    assert title not in browser("dao@example.com", town.dao, Role.HOST).get("/studio/").content.decode()


def test_a_gift_for_verified_people_sends_a_guest_to_sign_in(client: Client) -> None:
    """A typed number is nobody there; the page and the refusal say how to show who one is."""
    gift = make_gift(verified_only=True)
    page = client.get(f"/gifts/{gift.id}/").content.decode()
    assert f"/accounts/login/code/?next=/gifts/{gift.id}/" in page
    assert 'name="contact"' not in page
    asked = {"contact": "13800138000"}
    refused = client.post(f"/gifts/{gift.id}/grab/", asked, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "gifts.verified_only")
    assert "Sign in" in refused.json()["text"]


def test_an_account_has_one_piece_whatever_it_types_and_wherever(client: Client) -> None:
    """Two browsers of one account, another number typed in each: the same coupon."""
    gift, esi = make_gift(verified_only=True), make_host("Esi", "艾西")
    told, first, second = [], browser("esi@example.com", esi, Role.OWNER), Client()
    second.force_login(User.objects.get(email="esi@example.com"), backend="django.contrib.auth.backends.ModelBackend")
    for here, number in ((first, "13800138000"), (second, "13900139000")):
        asked = {"contact": number}
        told.append(here.post(f"/gifts/{gift.id}/grab/", asked, headers={"accept": "application/json"}).json())
    assert told[0]["won"]
    assert told[0] == told[1]
    assert api.gift(gift.id, read_now()).taken == 1


def test_the_host_says_who_may_reach(town: Town, dao: Client) -> None:  # noqa: F811 - fixtures
    """The box of the form is ticked and counts; the room shows a guest the way to sign in, for other gifts a form."""
    town.start()
    path = f"/studio/{town.show.slug}/gifts/"
    studio = dao.get(f"/studio/{town.show.slug}/live/").content.decode()
    assert 'name="verified_only" value="yes" checked' in studio
    assert dao.post(path, red_packet(verified_only="yes")).status_code == 302
    (gift,) = api.gifts_of(town.show.id, read_now())
    assert gift.verified_only
    room = f"/shows/{town.show.slug}/"
    assert "data-gift-sign-in" in Client().get(room).content.decode()
    assert "data-gift-sign-in" not in dao.get(room).content.decode()
    assert dao.post(path, red_packet(title="For all")).status_code == 302
    assert not api.gifts_of(town.show.id, read_now())[0].verified_only
