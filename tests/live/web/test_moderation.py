"""Pages of those who keep order, and of those whom it concerns: all of them work without JavaScript."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from millstream.kernel.ids import new_id
from millstream.kernel.models import FactRow
from millstream.live import api
from millstream.live.models.talk import Report
from millstream.live.types import SpokenBy, TalkRole
from millstream.live.types.talk import ActKind, Talkers
from millstream.people.models import User
from millstream.shops.api import for_sale
from tests.live.town import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    """The operator, signed in."""
    user = User.objects.create_superuser(email="op@example.com", password="not used")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def said(town: Town, text: str = "buy elsewhere") -> object:
    spoken = SpokenBy(visitor=new_id(), name="Guest 1234", role=TalkRole.GUEST)
    return api.say(town.show.id, spoken, text, now=town.now).id


def at(name: str, *words: object) -> str:
    return reverse(f"live:{name}", args=words)


def test_the_host_keeps_order_by_form(town: Town, dao: Client, femi: Client, client: Client) -> None:
    """Timeout, ban, rules and words; strangers are refused, and sent to sign in."""
    slug = town.show.slug
    first, second = said(town), said(town, "and again")
    for url, told in (
        (at("mute_speaker", slug, first), {"minutes": "5", "why": "advertising"}),
        (at("ban_speaker", slug, second), {"network": "1"}),
        (at("talk_rules", slug), {"who": "buyers", "slow_seconds": "10", "emoji_only": "1"}),
        (at("blocked_words", slug), {"words": "scam\n假货"}),
    ):
        assert client.post(url, told).status_code == 302
        assert femi.post(url, told).status_code == 403
        answer = dao.post(url, {**told, "back": "keeping"})
        assert (answer.status_code, answer["Location"]) == (302, at("keeping", slug))
    rules = api.talk_rules(town.show.id)
    assert (rules.who, rules.slow_seconds, rules.emoji_only) == (Talkers.BUYERS, 10, True)
    page = dao.get(at("keeping", slug))
    text = page.content.decode()
    assert page.status_code == 200
    assert "scam" in text
    assert "and again" in text
    assert "advertising" in text
    assert femi.get(at("keeping", slug)).status_code == 403
    log = dao.get(at("keeping_log")).content.decode()
    assert "advertising" in log
    assert "advertising" not in femi.get(at("keeping_log")).content.decode()


def test_a_viewer_reports_and_the_host_decides(town: Town, client: Client, dao: Client, femi: Client) -> None:
    """A message, once; upheld with a ban, it is gone, and the queue is empty."""
    slug, line = town.show.slug, said(town)
    page = client.get(at("report", slug) + f"?message={line}")
    assert 'name="message"' in page.content.decode()
    told = {"reason": "spam", "message": str(line), "text": "the third time"}
    assert client.post(at("report", slug), told).status_code == 302
    assert client.post(at("report", slug), told).status_code == 409
    queue = dao.get(at("reports")).content.decode()
    assert "the third time" in queue
    assert "the third time" not in femi.get(at("reports")).content.decode()
    report = Report.objects.get()
    decided = dao.post(at("decide_reports"), {"report": str(report.id), "what": "ban", "why": "spam"})
    assert decided.status_code == 302
    assert api.talk(town.show.id) == []
    assert api.open_reports() == []
    kinds = [record.kind for record in api.acts(show=town.show.id).items]
    assert kinds == [ActKind.BAN, ActKind.UPHELD]


def test_somebody_silenced_sees_why_and_appeals_once(town: Town, client: Client, dao: Client) -> None:
    """The answer stands on the same page."""
    slug = town.show.slug
    assert client.post(at("say", slug), {"text": "the glaze has lead!"}).status_code == 302
    line = api.talk(town.show.id)[0].id
    dao.post(at("mute_speaker", slug, line), {"minutes": "60", "why": "no proof"})
    assert client.post(at("say", slug), {"text": "really"}).status_code == 403
    page = client.get(at("standing", slug)).content.decode()
    assert "no proof" in page
    assert "the glaze has lead!" in page
    moved = client.get(f"/rooms/{town.show.room}/standing/")
    assert moved["Location"] == at("standing", slug)
    assert client.post(at("standing", slug), {"text": "here it is"}).status_code == 302
    assert client.post(at("standing", slug), {"text": "please"}).status_code == 409
    assert "here it is" in dao.get(at("reports")).content.decode()
    (waiting,) = api.open_appeals()
    dao.post(at("decide_appeal", waiting.id), {"grant": "1", "answer": "You were right."})
    assert "You were right." in client.get(at("standing", slug)).content.decode()
    assert client.post(at("say", slug), {"text": "thank you all"}).status_code == 302


def test_somebody_silenced_with_a_network_appeals_by_the_same_page(town: Town, dao: Client) -> None:
    """It says why, takes the appeal, and lets the network talk again when that is granted."""
    slug, femi, bo = town.show.slug, Client(REMOTE_ADDR="198.51.100.31"), Client(REMOTE_ADDR="198.51.100.31")
    assert femi.post(at("say", slug), {"text": "buy elsewhere"}).status_code == 302
    line = api.talk(town.show.id)[0].id
    dao.post(at("ban_speaker", slug, line), {"network": "1", "why": "spam"})
    page = bo.get(at("standing", slug)).content.decode()
    assert "Somebody of your network was banned" in page
    assert "You can appeal once" in page
    assert bo.post(at("standing", slug), {"text": "I only live here"}).status_code == 302
    assert "Your appeal waits" in bo.get(at("standing", slug)).content.decode()
    assert bo.post(at("standing", slug), {"text": "please"}).status_code == 409
    queue = dao.get(at("reports")).content.decode()
    assert "I only live here" in queue
    assert "Let the network talk again" in queue
    (waiting,) = api.open_appeals()
    dao.post(at("decide_appeal", waiting.id), {"grant": "1", "answer": "You were right."})
    assert "You were right." in bo.get(at("standing", slug)).content.decode()
    assert bo.post(at("say", slug), {"text": "thank you all"}).status_code == 302
    assert femi.post(at("say", slug), {"text": "me too"}).status_code == 403


def test_the_operator_closes_counter_and_picture(town: Town, operator: Client, dao: Client) -> None:
    """Of one show, or of all, saying why; hosts may not; the page says what is closed."""
    slug = town.show.slug
    told = {"what": "sale", "open": "0", "why": "recall of the glaze"}
    assert dao.post(at("floor_switch", slug), told).status_code == 403
    assert operator.post(at("floor_switch", slug), {**told, "why": ""}).status_code == 422
    assert operator.post(at("floor_switch", slug), told).status_code == 302
    assert api.sale_is_open([town.show.id]) == {town.show.id: False}
    assert "recall of the glaze" in operator.get(at("floor_show", slug)).content.decode()
    assert operator.post(at("floor_switch_all"), {**told, "what": "video"}).status_code == 302
    assert api.video_is_open([town.show.id]) == {town.show.id: False}
    page = operator.get(at("floor"))
    assert page.status_code == 200
    assert "recall of the glaze" in page.content.decode()
    assert operator.post(at("house_rules"), {"who": "verified", "slow_seconds": "5"}).status_code == 302
    assert api.talk_rules(None).who is Talkers.VERIFIED
    assert operator.get(at("keeping", slug)).status_code == 200


def test_a_viewer_follows_and_stops(town: Town, client: Client) -> None:
    """Without signing in, by form."""
    slug = town.show.slug
    client.get(at("shows"))
    assert client.post(at("follow", slug)).status_code == 302
    assert api.follower_count(town.dao) == 1
    assert client.post(at("unfollow", slug)).status_code == 302
    assert api.follower_count(town.dao) == 0


def test_captions_are_the_hosts(town: Town, dao: Client, femi: Client, client: Client) -> None:
    """Whoever directs writes them; everybody reads the track."""
    town.start()
    slug = town.show.slug
    assert femi.post(at("caption", slug), {"text": "mine"}).status_code == 403
    assert dao.post(at("caption", slug), {"text": "This is celadon"}).status_code == 302
    track = client.get(at("captions", slug))
    assert track["Content-Type"].startswith("text/vtt")
    assert "This is celadon" in track.content.decode()


def test_a_product_of_a_show_is_reported_from_its_row(
    town: Town, client: Client, dao: Client, operator: Client
) -> None:
    """The form names the product, the queue of host and operator too; in the sheet the thanks stand at once."""
    town.start()
    slug, variant = town.show.slug, town.counter.variant
    room = client.get(at("show", slug)).content.decode()
    address = f"{at('report', slug)}?variant={variant}"
    assert f'href="{address}"' in room
    form = client.get(address).content.decode()
    assert "Report a product" in form
    assert f'value="{variant}"' in form
    title = next(iter(for_sale([variant]).values())).title["en"]
    assert title in form
    told = {"reason": "fraud", "variant": str(variant), "text": "not celadon at all"}
    thanks = client.post(at("report", slug), told, headers={"HX-Request": "true", "HX-Target": "sheet"})
    assert (thanks.status_code, "Somebody will look at it" in thanks.content.decode()) == (200, True)
    for keeper in (dao, operator):
        queue = keeper.get(at("reports")).content.decode()
        assert title in queue
        assert "not celadon at all" in queue


def test_the_host_has_no_button_against_reports_of_itself(
    town: Town, client: Client, dao: Client, operator: Client
) -> None:
    """It reads that a product was reported, not that it was itself; only the operator decides, and then once more."""
    slug, viewers = town.show.slug, said(town, "a line of Bo's")
    about: dict[str, dict[str, str]] = {
        "show": {},
        "product": {"variant": str(town.counter.variant)},
        "line": {"message": str(viewers)},
    }
    for text, thing in about.items():
        told = {"reason": "fraud", "text": f"harm of the {text}", **thing}
        assert client.post(at("report", slug), told).status_code == 302
    reports = {report.text.removeprefix("harm of the "): report.id for report in Report.objects.all()}
    for page in (at("reports"), at("keeping", slug)):
        queue = dao.get(page).content.decode()
        assert "harm of the show" not in queue
        assert "harm of the product" in queue
        assert f'value="{reports["product"]}"' not in queue
        assert "operator decides about this" in queue
        assert f'value="{reports["line"]}"' in queue
        queue = operator.get(page).content.decode()
        assert all(f'value="{report}"' in queue for report in reports.values())
    for own in ("show", "product"):
        assert dao.post(at("decide_reports"), {"report": str(reports[own]), "what": "dismiss"}).status_code == 403
    assert dao.post(at("decide_reports"), {"report": str(reports["line"]), "what": "dismiss"}).status_code == 302
    assert 'name="what"' not in dao.get(at("reports")).content.decode()
    assert operator.post(at("decide_reports"), {"report": str(reports["show"]), "what": "dismiss"}).status_code == 302
    again = {"reason": "fraud", "text": "it goes on"}
    assert [client.post(at("report", slug), again).status_code for _ in range(2)] == [302, 409]
    assert "it goes on" in operator.get(at("reports")).content.decode()


def test_a_product_is_reported_on_its_own_page_and_taken_off_sale(
    town: Town, client: Client, dao: Client, operator: Client
) -> None:
    """Without a show and without a script it goes to the operator alone, once, and not without end."""
    goods = for_sale([town.counter.variant])[town.counter.variant]
    page = client.get(f"/products/{goods.product_slug}/").content.decode()
    url = at("report_product", goods.product_slug)
    assert f'href="{url}"' in page
    assert goods.title["en"] in client.get(url).content.decode()
    answer = client.post(url, {"reason": "unsafe", "text": "the glaze has lead"})
    assert (answer.status_code, answer["Location"]) == (302, f"/products/{goods.product_slug}/")
    assert [client.post(url, {"reason": "unsafe"}).status_code for _ in range(6)] == [409] * 5 + [429]
    assert "the glaze has lead" not in dao.get(at("reports")).content.decode()
    assert "the glaze has lead" in operator.get(at("reports")).content.decode()
    report = Report.objects.get()
    told = {"report": str(report.id), "what": "withdraw", "why": "no certificate"}
    assert dao.post(at("decide_reports"), told).status_code == 403
    assert operator.post(at("decide_reports"), told).status_code == 302
    assert client.get(f"/products/{goods.product_slug}/").status_code == 404
    assert api.open_reports() == []
    assert api.sale_is_open([town.show.id]) == {town.show.id: True}
    assert "no certificate" in operator.get(at("keeping_log")).content.decode()
    told = FactRow.objects.get(kind="shops.taken_off_sale").body
    assert (told["seller"], told["why"]) == (str(town.counter.amina), "no certificate")


def test_a_report_is_about_something() -> None:
    """The database holds it too: neither show nor product is nothing."""
    row = {"id": new_id(), "visitor": new_id(), "reason": "spam", "at": datetime.now(UTC)}
    with pytest.raises(IntegrityError, match="report_is_about_something"):
        Report.objects.create(**row)


def test_a_timeout_and_a_ban_are_undone_from_the_log(town: Town, dao: Client, femi: Client, client: Client) -> None:
    """One press where it stands, by host or moderator; then it is offered no more, and the log says who undid it."""
    slug, keeping = town.show.slug, at("keeping", town.show.slug)
    for silence in ("mute_speaker", "ban_speaker"):
        words = f"said before {silence}"
        assert client.post(at("say", slug), {"text": words}).status_code == 302
        line = api.talk(town.show.id)[-1].id
        undo = at("let_talk", slug, line)
        assert undo not in dao.get(keeping).content.decode()
        assert dao.post(undo).status_code == 409
        dao.post(at(silence, slug, line), {"minutes": "60"})
        assert "You may not talk here" in client.get(at("standing", slug)).content.decode()
        for page in (keeping, at("keeping_log")):
            assert f'action="{undo}"' in dao.get(page).content.decode()
        assert femi.post(undo).status_code == 403
        assert client.post(undo)["Location"].startswith("/accounts/login/")
        assert "You may not talk here" in client.get(at("standing", slug)).content.decode()
        undone = dao.post(undo, {"back": "keeping", "why": "a mistake"})
        assert (undone.status_code, undone["Location"]) == (302, keeping)
        assert client.post(at("say", slug), {"text": f"thanks after {silence}"}).status_code == 302
        assert undo not in dao.get(keeping).content.decode()
    kinds = [record.kind for record in api.acts(show=town.show.id).items]
    assert kinds == [ActKind.UNBAN, ActKind.BAN, ActKind.TIMEOUT_LIFTED, ActKind.TIMEOUT]
    assert "a mistake" in dao.get(at("keeping_log")).content.decode()
