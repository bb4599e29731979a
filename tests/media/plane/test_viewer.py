"""A real browser with hls.js stays with a stream through drops and restarts, without a click."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.media.plane.conftest import Show
from tests.media.plane.rig import REPO, PlaneProcess, publishing, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Say nothing."""


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    """The bench's page and hls.js on an origin of their own."""
    folder = tmp_path / "pages"
    folder.mkdir()
    shutil.copy(REPO / "bench/video_page.html", folder / "index.html")
    shutil.copy(REPO / "frontend/node_modules/hls.js/dist/hls.min.js", folder / "hls.js")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a fresh Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser.new_page()
        browser.close()


def frames(page: Page) -> int:
    """How many pictures the page has shown."""
    return int(page.evaluate("seen.frames"))


def advances(page: Page, count: int = 45, seconds: float = 60) -> None:
    """The picture moves on by so many pictures."""
    before = frames(page)
    until(lambda: frames(page) >= before + count, seconds, f"pictures after {before}")


def test_a_viewer_stays_through_a_drop_a_change_and_a_kill(
    own_plane: Callable[..., PlaneProcess], origin: str, page: Page, show: Show, media: Callable[..., Path]
) -> None:
    """One page, never touched: drop, return, another picture size, `kill -9`, return; it plays on each time."""
    plane = own_plane(MEDIA_ALLOWED_ORIGINS=origin, MEDIA_GRACE_SECONDS="45")
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: plane.playlist(show.playback))
        page.goto(f"{origin}/index.html?src={plane.http}/live/{show.playback}/index.m3u8")
        advances(page, 90)
    until(lambda: plane.state(show.playback) == "stalled")
    page.wait_for_timeout(2500)
    with publishing(media(), plane.rtmp(show.key)):
        advances(page, 90)
    with publishing(media(size="256x144"), plane.rtmp(show.key)):
        until(lambda: page.evaluate("video.videoWidth") == 256, what="the new picture size")
        advances(page, 90)
        plane.kill()
    page.wait_for_timeout(2000)
    plane.start()
    with publishing(media(size="256x144"), plane.rtmp(show.key)):
        advances(page, 90)
        until(lambda: page.evaluate("hls.latency") < 6, what="near live")
    assert not [error for error in page.evaluate("seen.errors") if "fatal" in error]


@pytest.mark.parametrize(("name", "low_latency"), [("audio", 1), ("plain", 0)])
def test_a_viewer_plays_the_sound_alone_and_the_plain_playlist(
    own_plane: Callable[..., PlaneProcess],
    origin: str,
    page: Page,
    show: Show,
    media: Callable[..., Path],
    name: str,
    low_latency: int,
) -> None:
    """Both move on in real time without an error; the one has sound and no picture, the other both."""
    plane = own_plane(MEDIA_ALLOWED_ORIGINS=origin)
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: plane.playlist(show.playback).count("#EXTINF") >= 4)
        page.goto(f"{origin}/index.html?src={plane.http}/live/{show.playback}/{name}.m3u8&ll={low_latency}")
        until(lambda: page.evaluate("video.currentTime > 0 && !video.paused"), what="the first sound")
        began = page.evaluate("video.currentTime")
        until(lambda: page.evaluate("video.currentTime") > began + 4, what="four seconds more")
    assert page.evaluate("video.videoWidth") == (0 if name == "audio" else 320)
    assert page.evaluate("video.webkitAudioDecodedByteCount") > 10_000
    assert not [error for error in page.evaluate("seen.errors") if "buffer" not in error]
