"""Pages of a show that is over: they work without JavaScript, refuse strangers, and ask a fixed number of questions."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from pytest_django.fixtures import DjangoAssertNumQueries

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.live import api
from millstream.live.models import Opening, Promise
from millstream.live.types import ShowRecord
from millstream.media import api as media
from millstream.media.actions.cut_waiting import cut_next
from millstream.media.adapters import clip_files
from millstream.media.types import EventKind
from millstream.orders.api import order_path, place_order
from millstream.orders.types import OrderPlaced
from millstream.people.models import User
from millstream.people.types import Role
from tests.live.town import agree, make_host, make_show
from tests.live.web.conftest import browser
from tests.media.plane.rig import make_media
from tests.media.recordings import record, shot
from tests.media.studio import Camera
from tests.orders.market import Market, make_market, pay, wish

BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


class Evening:
    """Dao's ended show with a real recording, one paid order, its clips cut."""

    def __init__(self, market: Market, show: ShowRecord, placed: OrderPlaced) -> None:
        self.market, self.show, self.placed = market, show, placed

    def path(self, rest: str) -> str:
        """An address below the show's studio."""
        return f"/studio/{self.show.slug}/{rest}"


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds with a key frame every second, standing."""
    more = {"size": "180x320"}
    return make_media(tmp_path_factory.mktemp("evening") / "a.mp4", seconds=40, gop_seconds=1, more=more)


@pytest.fixture
def evening(transactional_db: None, tmp_path: Path, filmed: Path) -> Iterator[Evening]:
    """An evening that is over."""
    with override_settings(MILLSTREAM=replace(conf(), var=tmp_path)):
        market = make_market(stock=50)
        agree(market.dao, market.counter.amina, read_now())
        now = read_now()
        started = now - timedelta(seconds=40)
        show = make_show(market.dao, started)
        api.add_to_rundown(show.id, market.counter.variant, host=market.dao, now=now)
        show = api.start_show(show.id, host=market.dao, now=started)
        made = record(clip_files.recording_folder(show.stream), [shot(filmed)], at_ms=round(started.timestamp() * 1000))
        camera = Camera(show.stream, new_id())  # type: ignore[arg-type] # the stream's id
        events = [camera.tell(EventKind.STARTED, started, source="rtmp", width=180, height=320)]
        for sequence, (name, segment, offset, wall) in enumerate(made.segments):
            at = started + timedelta(milliseconds=wall - round(started.timestamp() * 1000))
            told = {"file": name, "sequence": sequence, "offset": offset, "starts_at": at.isoformat(), "key": True}
            told |= {"length": sum(len(part.data) for part in segment.parts)}
            told |= {"duration_ms": round(segment.duration_ticks / 90)}
            events.append(camera.tell(EventKind.SEGMENT, at, **told))
        media.apply_events(events, now=now)
        api.pin_product(show.id, market.counter.variant, host=market.dao, now=started + timedelta(seconds=3))
        placed = place_order(replace(wish(market), show_id=show.id), now=read_now())
        pay(placed)
        show = api.end_show(show.id, host=market.dao, now=read_now())
        hear_all()
        while cut_next(now=read_now() + timedelta(minutes=1)):
            pass
        yield Evening(market, show, placed)


@pytest.fixture
def host(evening: Evening) -> Client:
    """Dao."""
    return browser("dao@example.com", evening.market.dao, Role.HOST)


@pytest.fixture
def maker(evening: Evening) -> Client:
    """Amina."""
    return browser("amina@example.com", evening.market.counter.amina, Role.MAKER)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_buyer_and_a_seller_see_the_same_promise(evening: Evening, maker: Client, client: Client) -> None:
    """The order's page and the desk's show the clip, its fingerprint, and a way to check it."""
    (promise,) = api.promises_of_order(evening.placed.order_id)
    assert promise.clip.ready
    assert 18_000 < promise.clip.duration_ms < 41_000
    path = order_path(evening.placed.order_id, evening.placed.code)
    for page in (text(client.get(path)), text(maker.get(f"/desk/orders/{evening.placed.code}/"))):
        assert promise.clip.url in page
        assert promise.clip.sha256[:12] in page
        assert f"/promises/{promise.id}/" in page
    page = text(client.get(f"/promises/{promise.id}/?check=1"))
    assert "It is the same file." in page
    assert promise.clip.sha256 in page
    told = client.get(f"/promises/{promise.id}/verify").json()
    assert told["matches"]
    assert told["sha256"] == promise.clip.sha256
    assert client.get(f"/promises/{new_id()}/").status_code == 404


def test_the_replay_has_chapters_with_stills_and_sells_on(
    evening: Evening, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Stills from the clips, a shelf of clips, a link to buy; the picture stands."""
    path = f"/shows/{evening.show.slug}/replay/"
    (clip,) = api.product_clips(evening.show.id)
    client.get(path, headers={"user-agent": BROWSER})
    with django_assert_num_queries(18):
        page = text(client.get(path, headers={"user-agent": BROWSER}))
    assert clip.clip.poster in page
    assert re.search(r'data-seek="[23]"', page)
    assert f"/buy/{evening.market.counter.variant}/?show={evening.show.id}" in page
    assert 'data-shape="portrait"' in page
    assert "Download and clips" not in page
    assert "style=" not in page
    assert clip.standing is not None
    assert clip.standing.id == clip.clip.id


def test_a_product_shows_what_was_said_of_it(evening: Evening, client: Client) -> None:
    """Its page has the clip of the show."""
    (clip,) = api.product_clips(evening.show.id)
    page = text(client.get(f"/products/{evening.market.counter.slug}/"))
    assert clip.clip.url in page


def test_opening_the_buy_sheet_counts_and_posting_does_not(evening: Evening, client: Client) -> None:
    """From the show once, from the shelf never."""
    path = f"/buy/{evening.market.counter.variant}/"
    client.get(f"{path}?show={evening.show.id}")
    client.get(path)
    assert sum(Opening.objects.values_list("opened", flat=True)) == 1


def test_the_host_makes_keeps_deletes_without_javascript(evening: Evening, host: Client) -> None:
    """Clips, one file of it all, keeping, deleting: forms and redirects; afterwards the replay says so."""
    page = text(host.get(evening.path("after/")))
    (clip,) = api.product_clips(evening.show.id)
    assert clip.clip.url in page
    assert host.post(evening.path("after/clips/")).status_code == 302
    host.post(evening.path("after/download/"))
    assert "The file is being made" in text(host.get(evening.path("after/")))
    while cut_next(now=read_now() + timedelta(minutes=1)):
        pass
    assert "Download the whole show" in text(host.get(evening.path("after/")))
    host.post(evening.path("after/keep/"), {"keep": "1"})
    kept = media.kept(evening.show.stream)
    assert kept is not None
    assert kept.for_ever
    host.post(evening.path(f"after/clips/{clip.id}/remove/"))
    assert api.product_clips(evening.show.id) == []
    host.post(evening.path("after/delete/"))
    assert "no recording of this show" in text(host.get(evening.path("after/")))
    assert "not kept any more" in text(host.get(f"/shows/{evening.show.slug}/replay/"))
    (promise,) = api.promises_of_order(evening.placed.order_id)
    assert media.verify_clip(promise.clip.id).matches
    assert Promise.objects.count() == 1


def test_the_report_tells_and_ties(
    evening: Evening, host: Client, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Figures, a table, the ledger beside it; the same as a file; each figure is explained on a page for all."""
    host.get(evening.path("report/"))
    with django_assert_num_queries(16):
        page = text(host.get(evening.path("report/")))
    assert "Still held until delivery is settled" in page
    assert "The figures and the ledger differ" not in page
    assert "Celadon tea bowl" in page
    table = host.get(evening.path("report/?form=csv"))
    assert table["Content-Type"].startswith("text/csv")
    assert "held_by_split_lines" in text(table)
    assert "Time watched" in text(client.get("/shows/figures/"))
    assert "主播所得" in text(host.get(evening.path("report/"), headers={"accept-language": "zh-hans"}))


def test_a_household_has_its_slip_on_page_and_paper(evening: Evening, host: Client, maker: Client) -> None:
    """The maker at the own desk, the host for the household; read out, printed, in both languages."""
    amina = evening.market.counter.amina
    assert f"slips/{amina}/" in text(host.get(evening.path("slips/")))
    page = text(host.get(evening.path(f"slips/{amina}/")))
    assert "ms-speak" in page
    assert evening.placed.code in page
    assert evening.show.slug in text(maker.get("/desk/slips/"))
    own = text(maker.get(f"/desk/slips/{evening.show.slug}/"))
    assert "You get" in own
    assert "结算" in text(maker.get(f"/desk/slips/{evening.show.slug}/", headers={"accept-language": "zh-hans"}))
    for path in (evening.path(f"slips/{amina}/slip.pdf"),):
        paper = host.get(path)
        assert paper.content.startswith(b"%PDF")
    assert maker.get(f"/desk/slips/{evening.show.slug}/slip.pdf").content.startswith(b"%PDF")
    assert host.get(evening.path(f"slips/{evening.market.park}/")).status_code == 404


def test_strangers_see_nothing_of_it(evening: Evening, client: Client) -> None:
    """Who is not signed in is asked to; who hosts elsewhere and who sold nothing is refused; the operator may."""
    femi = browser("femi@example.com", make_host("Femi", "费米"), Role.HOST)
    seller = browser("gao@example.com", make_host("Gao", "高"), Role.MAKER)
    for rest in ("after/", "report/", "slips/"):
        assert client.get(evening.path(rest)).status_code == 302
        assert femi.get(evening.path(rest)).status_code == 403
    assert femi.post(evening.path("after/delete/")).status_code == 403
    assert seller.get(f"/desk/slips/{evening.show.slug}/").status_code == 404
    operator = Client()
    user = User.objects.create_user(email="op@example.com", name="op", is_staff=True)
    operator.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for rest in ("after/", "report/", "slips/"):
        assert operator.get(evening.path(rest)).status_code == 200
