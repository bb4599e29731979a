"""The shop's own player in a real browser: it begins, mends itself, ends, begins again, and moves a replay."""

from __future__ import annotations

import functools
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.media.plane.conftest import Show
from tests.media.plane.rig import REPO, PlaneProcess, publishing, until
from tests.media.plane.test_viewer import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BUILD = REPO / "millstream/site/static/build"
PLAYER = """<!doctype html><html lang="en"><script type="module" src="/static/build/{script}"></script>
<ms-player data-src="{src}" data-state-url="{state}" data-kind="{kind}" {more}><video muted playsinline></video>
<div data-veil hidden><p data-veil-text data-text-waiting="Soon" data-text-stalled="Back in a moment"
data-text-ended="Over"></p></div></ms-player><a href="?t=3" data-seek="3">Chapter</a></html>"""


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An origin that serves the front end's build, and the folder for pages beside it."""
    folder = tmp_path / "pages"
    (folder / "static").mkdir(parents=True)
    (folder / "static/build").symlink_to(BUILD)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a fresh Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser.new_page()
        browser.close()


def write_page(folder: Path, plane: PlaneProcess, show: Show, *, kind: str, more: str = "") -> None:
    """A page with nothing but the player."""
    manifest = json.loads((BUILD / "manifest.json").read_text())
    place = "recordings" if kind == "replay" else "live"
    text = PLAYER.format(
        script=manifest["src/room.ts"]["file"],
        src=f"{plane.http}/{place}/{show.playback}/index.m3u8",
        state=f"{plane.http}/live/{show.playback}/state.json",
        kind=kind,
        more=more,
    )
    (folder / "index.html").write_text(text)


def told(page: Page, name: str) -> str:
    """What the player says of itself."""
    return page.locator("ms-player").get_attribute(f"data-{name}") or ""


def plays(page: Page, seconds: float = 2.0, within: float = 60.0) -> None:
    """The picture moves on by so many seconds of its own, near live."""
    began = float(told(page, "time") or 0)
    until(
        lambda: told(page, "state") == "playing" and not began <= float(told(page, "time")) < began + seconds,
        within,
        f"a picture that moves on; {told(page, 'state')} at {told(page, 'time')}",
    )


def ends(page: Page, plane: PlaneProcess, show: Show) -> None:
    """The player comes to the end that the plane has come to; what both say stands in the failure."""
    until(lambda: plane.state(show.playback) == "ended", what="the plane's end")
    try:
        until(lambda: told(page, "state") == "ended")
    except AssertionError:
        said = page.locator("ms-player").evaluate("element => JSON.stringify(element.dataset)")
        raise AssertionError(f"the player says {said}, the plane {plane.state(show.playback)}") from None


def test_the_player_needs_no_click_from_before_the_first_picture_to_the_second_show(
    own_plane: Callable[..., PlaneProcess],
    pages: tuple[str, Path],
    page: Page,
    show: Show,
    media: Callable[..., Path],
) -> None:
    """Waiting, live, dropped, back, `kill -9`, back, ended, and live again: one page, never touched."""
    origin, folder = pages
    plane = own_plane(MEDIA_ALLOWED_ORIGINS=origin, MEDIA_GRACE_SECONDS="8")
    write_page(folder, plane, show, kind="live")
    page.goto(f"{origin}/index.html")
    until(lambda: told(page, "state") == "waiting", what="a player that waits for the first picture")
    assert page.locator("[data-veil-text]").inner_text() == "Soon"
    with publishing(media(), plane.rtmp(show.key)):
        plays(page)
        until(lambda: float(told(page, "latency") or 99) < 4, what="near live")
    until(lambda: told(page, "state") == "stalled", what="the veil")
    assert page.locator("[data-veil-text]").inner_text() == "Back in a moment"
    with publishing(media(), plane.rtmp(show.key)):
        plays(page)
        plane.kill()
    page.wait_for_timeout(1500)
    plane.start()
    with publishing(media(), plane.rtmp(show.key)):
        plays(page)
        until(lambda: float(told(page, "latency") or 99) < 4, what="near live again")
    ends(page, plane, show)
    assert page.locator("[data-veil-text]").inner_text() == "Over"
    with publishing(media(), plane.rtmp(show.key)):
        plays(page)


def test_a_replay_begins_where_the_address_says_and_moves_to_a_chapter(
    own_plane: Callable[..., PlaneProcess],
    pages: tuple[str, Path],
    page: Page,
    show: Show,
    media: Callable[..., Path],
) -> None:
    """It rests at its start, a chapter plays from there, and the page is not loaded again."""
    origin, folder = pages
    plane = own_plane(MEDIA_ALLOWED_ORIGINS=origin)
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: len(re.findall(r"^seg-", plane.playlist(show.playback), re.MULTILINE)) >= 5)
    write_page(folder, plane, show, kind="replay", more='data-start-at="7"')
    page.goto(f"{origin}/index.html")
    until(lambda: 6.9 <= float(told(page, "time") or 0) <= 7.1, what="the start")
    page.wait_for_timeout(1000)
    assert float(told(page, "time")) <= 7.1
    page.locator("[data-seek]").click()
    until(lambda: 3.2 < float(told(page, "time")) < 6.5, what="a chapter that plays")
    assert page.url.endswith("/index.html")
