"""An engine of others, for real: nginx-rtmp asks our hooks, refuses a wrong key, and plays in our room page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from millstream.site.engines.ports import free_port
from tests.browser.camera import FILM_SIZE, film, publishing, refused
from tests.browser.people import Cast
from tests.browser.room import Room
from tests.browser.town import DemoTown, demo_town, until
from tests.media.plane.front.nginx import RTMP_MODULE, needs_nginx_rtmp, running, whole

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_nginx_rtmp]

DOCS = Path(__file__).parents[2] / "docs/operate/engines.md"


@dataclass(frozen=True, slots=True)
class Engine:
    """A town that plays from nginx-rtmp, and the ports of the latter."""

    town: DemoTown
    rtmp_port: int
    http_port: int

    def address(self, key: str) -> str:
        """Where an encoder sends."""
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{key}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The configuration of docs/operate/engines.md with this test's ports, folder and secret."""
    rtmp_port, http_port = free_port(), free_port()
    settings = {
        "MEDIA_ENGINE": "nginx-rtmp",
        "MEDIA_ENGINE_HLS": f"http://127.0.0.1:{http_port}/hls/{{playback}}.m3u8",
        "MEDIA_RTMP_ORIGINS": f"rtmp://127.0.0.1:{rtmp_port}/live",
    }
    with demo_town(settings) as town:
        rtmp, http = re.findall(r"```nginx\n(.*?)```", DOCS.read_text(), re.DOTALL)
        hls = tmp_path / "hls"
        hls.mkdir()
        changes = {
            "listen 1935": f"listen 127.0.0.1:{rtmp_port}",
            "push=127.0.0.1:1935/show": f"push=127.0.0.1:{rtmp_port}/show",
            "listen 8088": f"listen 127.0.0.1:{http_port}",
            "http://127.0.0.1:8000": town.web,
            "SECRET": json.loads((town.var / "secrets.json").read_text())["media_hook"],
            "/var/lib/millstream-hls": str(hls),
            "https://shop.example": town.web,
        }
        for before, after in changes.items():
            rtmp, http = rtmp.replace(before, after), http.replace(before, after)
        text = f"load_module {RTMP_MODULE};\n" + whole(tmp_path, http, rtmp)
        with running(tmp_path, text, rtmp_port, http_port):
            yield Engine(town, rtmp_port, http_port)


def state_of(town: DemoTown, url: str) -> str:
    """What the web process says of the stream."""
    return str(httpx.get(f"{town.web}{url}", timeout=40).json()["state"])


def test_a_show_runs_on_nginx_rtmp(engine: Engine, browser: Browser, tmp_path: Path) -> None:
    """A wrong key is refused, the right one plays in the room under the token, and the end is told."""
    town, source = engine.town, film(tmp_path)
    cast = Cast(browser, town)
    key = str(town.told["stream_keys"]["dao"])
    wrong = refused(source, engine.address("wrong-key"))
    assert wrong.returncode != 0
    with publishing(source, engine.address(key)):
        hls = tmp_path / "hls"
        until(lambda: any(path.read_text().count("#EXTINF") > 2 for path in hls.glob("*.m3u8")), 90, "nginx's playlist")
        room = Room(cast.guest())
        room.page.goto("/")
        room.page.locator(".show-card-big a").click()
        room.wait_for_picture()
        room.until_size(FILM_SIZE)
        room.keeps_moving(2.0)
        state_url = str(room.page.get_attribute("ms-player", "data-state-url"))
        assert state_of(town, state_url) == "live"
        src = str(room.page.get_attribute("ms-player", "data-src"))
        assert src.startswith(f"http://127.0.0.1:{engine.http_port}/hls/")
        assert key not in httpx.get(src, timeout=40).text
        names = {path.name for path in (tmp_path / "hls").iterdir()}
        assert not any(key in name for name in names)
        cast.leave()
    until(lambda: state_of(town, state_url) == "stalled", 60, "the publisher's leaving")
    with publishing(source, engine.address(key)):
        until(lambda: state_of(town, state_url) == "live", 60, "the return")
