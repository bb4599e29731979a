"""Chromium's fake camera publishes by WHIP, another page watches by hls.js: drop, redial, photos, camera again."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.media.plane.conftest import Show
from tests.media.plane.rig import REPO, PlaneProcess, get, until
from tests.media.plane.test_viewer import FLAGS, advances

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE_FLAGS = [
    *FLAGS,
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream=fps=30",
    "--allow-loopback-in-peer-connection",
]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Say nothing."""


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    """The phone's page, the viewer's page and hls.js on an origin of their own."""
    folder = tmp_path / "pages"
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("phone.html"), folder / "phone.html")
    shutil.copy(REPO / "bench/video_page.html", folder / "index.html")
    shutil.copy(REPO / "frontend/node_modules/hls.js/dist/hls.min.js", folder / "hls.js")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A Chromium with a fake camera; its own candidates stay hidden, as on a real phone."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=PHONE_FLAGS)
        yield chromium
        chromium.close()


def fps(phone: Page) -> float:
    """Pictures a second as the plane counts them."""
    return float(phone.evaluate("phone.health()")["fps"])


def mode(plane: PlaneProcess, show: Show) -> str:
    """What viewers are told about the kind of picture."""
    return str(get(f"{plane.http}/live/{show.playback}/state.json").json()["mode"])


def test_a_phone_in_a_browser_is_seen_through_a_drop_and_through_photos(
    own_plane: Callable[..., PlaneProcess], origin: str, browser: Browser, show: Show
) -> None:
    """One viewer's page, never touched: camera, drop of 5 s, redial without a break, photos, camera again."""
    plane = own_plane(MEDIA_ALLOWED_ORIGINS=origin)
    phone, viewer = browser.new_page(), browser.new_page()
    phone.goto(f"{origin}/phone.html")
    wish = {"url": f"{plane.http}/whip?slug=spring-kiln", "ticket": show.key}
    assert phone.evaluate("wish => phone.publish(wish)", {**wish, "ticket": "wrong"}) == 403
    assert phone.evaluate("wish => phone.publish(wish)", wish) == 201
    until(lambda: fps(phone) > 5, what="the camera")
    viewer.goto(f"{origin}/index.html?src={plane.http}/live/{show.playback}/index.m3u8")
    advances(viewer, 60)
    facts = phone.evaluate("phone.health()")
    assert (facts["mode"], facts["width"], facts["height"]) == ("video", 640, 360)
    assert 1000 <= facts["gop_ms"] <= 8000  # asked for every 2 s; a busy machine answers late

    phone.evaluate("phone.drop()")
    until(lambda: plane.state(show.playback) == "stalled", what="the drop")
    phone.wait_for_timeout(5000)
    assert phone.evaluate("phone.redial()") == 201
    advances(viewer, 60)
    playlist = plane.playlist(show.playback)
    assert "#EXT-X-DISCONTINUITY\n" not in playlist
    assert playlist.count("#EXT-X-MAP") == 1

    phone.evaluate("phone.camera(false)")
    for colour in ("red", "green"):
        until(
            lambda colour=colour: phone.evaluate("colour => phone.photo(640, 480, colour)", colour) == 204,  # type: ignore[misc]
            what="a photo that is taken: one a second is",
        )
    until(lambda: mode(plane, show) == "photo", what="photos")
    until(
        lambda: viewer.evaluate("video.videoWidth === 640 && video.videoHeight === 480"), what="a photo on the screen"
    )
    advances(viewer, 6)
    phone.evaluate("phone.camera(true)")
    until(lambda: mode(plane, show) == "video", what="the camera again")
    until(lambda: viewer.evaluate("video.videoHeight") == 360, what="the camera on the screen")
    advances(viewer, 30)
    until(lambda: viewer.evaluate("hls.latency") < 6, what="near live")
    assert not [error for error in viewer.evaluate("seen.errors") if "fatal" in error]
    assert phone.evaluate("phone.end()") == 200
    maps = re.findall(r'MAP:URI="(init-\d+)', plane.playlist(show.playback))
    assert maps[-3:] == ["init-1", "init-2", "init-3"]
