"""A town with two media processes behind one nginx: every show has its own, and nobody who uses the town can tell."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from millstream.site.config import read_engines
from millstream.site.engines.ports import free_port
from tests.browser.camera import FILM_SIZE, film, publishing, refused
from tests.browser.fixtures import FLAGS
from tests.browser.people import Cast
from tests.browser.room import Room
from tests.browser.test_studio import CAMERA, on_air, slug_of, watch
from tests.browser.town import DemoTown, demo_town, until
from tests.media.plane.front.nginx import needs_nginx, running, whole

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_nginx]

PATIENCE_SECONDS = 90.0
# What a host does from another machine, by the doors of the program: Mei has none in the demonstration.
DESK = """
import json
from millstream.kernel.clock import read_now
from millstream.live import api as live
from millstream.live.types.shows import ShowPlan
from millstream.media import api as media
from millstream.site.demo.seeding import actor_id
host, now = actor_id("{host}"), read_now()
{what}
print("TOLD " + json.dumps(told))
"""
BEGINS = """
planned = next(one for one in live.upcoming(now) if one.host == host)
plan = ShowPlan(host=host, title={"en": "Honey"}, story=planned.story, starts_at=now, poster=planned.poster)
show = live.plan_show(plan, now=now)
honey = live.rundown(planned.id)[0].variant
live.add_to_rundown(show.id, honey, host=host, now=now)
show = live.start_show(show.id, host=host, now=now)
live.pin_product(show.id, honey, host=host, now=now)
stream = media.stream(show.stream)
told = {"slug": show.slug, "shard": stream.shard, "rtmp": media.ingest_of(stream).rtmp}
"""
PINS = """
show = next(one for one in live.live_now() if one.host == host)
live.pin_product(show.id, live.rundown(show.id)[1].variant, host=host, now=now)
told = {"slug": show.slug}
"""
ENDS = """
told = {"ended": [live.end_show(one.id, host=host, now=now).slug for one in live.live_now() if one.host == host]}
"""
CLIPS = """
SELECT stream.shard, clip.token, clip.duration_ms
  FROM media_clip clip JOIN media_stream stream ON stream.id = clip.stream_id
 WHERE clip.state = 'ready' AND clip.purpose = 'product' AND clip.shape = 'filmed'
"""


class Fronted(DemoTown):
    """A running town as the world sees it: through nginx."""

    def __init__(self, inside: DemoTown, origin: str) -> None:
        self.__dict__.update(inside.__dict__)
        self._origin = origin

    @property
    def web(self) -> str:
        return self._origin

    def rtmp(self, shard: int, host: str) -> str:
        """Where a media process takes a host's picture."""
        port = self.ports["MILLSTREAM_RTMP_PORT"] + shard
        return f"rtmp://127.0.0.1:{port}/live/{self.told['stream_keys'][host]}"

    def at_desk(self, host: str, what: str) -> dict[str, Any]:
        """A host does something; what came of it."""
        done = self.say("manage", "shell", "-c", DESK.replace("{host}", host).replace("{what}", what))
        found = re.search(r"^TOLD (.*)$", done.stdout, re.MULTILINE)
        assert found is not None, done.stdout + done.stderr
        told: dict[str, Any] = json.loads(found[1])
        return told

    def clips(self) -> list[tuple[int, str, int]]:
        """The products' clips that are there: shard, token, length."""
        with psycopg.connect(read_engines(self.var)["database_url"]) as books:
            return books.execute(CLIPS).fetchall()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fronted]:
    """Two media processes, and the nginx that `millstream nginx-config` describes."""
    port, folder = free_port(), tmp_path_factory.mktemp("nginx")
    origin = f"http://127.0.0.1:{port}"
    settings = {
        "MILLSTREAM_MEDIA_PROCESSES": "2",
        "MILLSTREAM_PUBLIC_ORIGIN": origin,
        "MILLSTREAM_TRUSTED_PROXIES": "127.0.0.1",
        "MEDIA_ORIGINS": f"{origin}/media/0 {origin}/media/1",
    }
    with demo_town(settings) as inside:
        said = inside.say("nginx-config", "--listen", f"127.0.0.1:{port}", "--cache", str(folder / "cache"))
        assert said.returncode == 0, said.stderr
        text = said.stdout.replace("/var/log/nginx/millstream.log", str(folder / "access.log"))
        with running(folder, whole(folder, text), port):
            yield Fronted(inside, origin)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium with a drawn camera that nobody has to allow."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=[*FLAGS, *CAMERA])
        yield opened
        opened.close()


@pytest.fixture
def cast(browser: Browser, town: Fronted) -> Iterator[Cast]:
    """People who know the town by its one address."""
    people = Cast(browser, town)
    yield people
    people.leave()


@dataclass(frozen=True, slots=True)
class Seat:
    """A viewer's room, and the media process that it plays from."""

    room: Room
    shard: int


def sit_down(cast: Cast, town: Fronted, slug: str) -> Seat:
    """Come into a room by its address and see the film."""
    room = Room(cast.guest())
    room.page.goto(f"/shows/{slug}/")
    room.wait_for_picture()
    room.until_size(FILM_SIZE)
    found = re.fullmatch(
        re.escape(town.web) + r"/media/(\d)/live/[\w-]+/index\.m3u8",
        room.page.get_attribute("ms-player", "data-src") or "",
    )
    assert found is not None
    return Seat(room, int(found[1]))


def test_every_show_has_its_own_media_process_and_viewers_see_one_town(
    cast: Cast, town: Fronted, tmp_path: Path
) -> None:
    """Two shows by encoder, a third by phone; a wrong door is told the right one; clips come of both processes."""
    parts = httpx.get(f"{town.web}/healthz").json()["parts"]
    assert parts["media"]["ok"]
    assert parts["media-1"]["ok"]
    mei, source = town.at_desk("mei", BEGINS), film(tmp_path)
    assert (mei["shard"], mei["rtmp"]) == (1, town.rtmp(1, "mei").rpartition("/")[0])
    said = refused(source, town.rtmp(0, "mei"))
    assert said.returncode != 0
    assert mei["rtmp"] in said.stderr
    with publishing(source, town.rtmp(0, "dao")), publishing(source, town.rtmp(1, "mei")):
        dao = town.at_desk("dao", PINS)
        seats = [sit_down(cast, town, show["slug"]) for show in (dao, mei)]
        assert [seat.shard for seat in seats] == [0, 1]
        for seat in seats:
            seat.room.keeps_moving(2.0)
        seats[1].room.page.wait_for_timeout(8_000)  # so long must something be on the table to become a clip
    for seat in seats:
        seat.room.page.close()
    town.at_desk("mei", ENDS)
    films_from_the_phone(cast)
    clips_of_both(town)


def films_from_the_phone(cast: Cast) -> None:
    """Dao ends the show of the first process and begins another from his phone: it is placed anew, at the second."""
    phone = cast.enter("host")
    phone.goto("/studio/")
    phone.get_by_role("link", name="To the studio").first.click()
    end(phone)
    phone = on_air(cast)
    room = watch(cast, phone)
    room.keeps_moving(1.0)
    assert "/media/1/live/" in (room.page.get_attribute("ms-player", "data-src") or "")
    told = httpx.get(room.page.get_attribute("ms-player", "data-state-url") or "").json()
    assert (told["state"], told["source"]) == ("live", "whip")
    assert slug_of(phone)
    # Until its first picture a stream is 404, and a phone on a busy machine may step down to photos, too many at first.
    cast.problems[:] = [said for said in cast.problems if not re.search("status of (404|429)", said)]


def end(phone: Page) -> None:
    """End the show for everybody."""
    phone.click('.studio-bar a[href="#more"]')
    phone.click("#more summary.button")
    phone.get_by_role("button", name="Yes, end it for everybody").click()
    expect(phone).not_to_have_url(re.compile("#more"))


def clips_of_both(town: Fronted) -> None:
    """The worker cuts what both processes recorded; the files play."""
    until(lambda: {shard for shard, _, _ in town.clips()} == {0, 1}, PATIENCE_SECONDS, "clips of both")
    for _, token, duration_ms in town.clips():
        content = httpx.get(f"{town.web}/files/clips/{token}.mp4").raise_for_status().content
        with av.open(io.BytesIO(content), "r") as clip:
            assert len(list(clip.decode(video=0))) > duration_ms / 1000 * 3
