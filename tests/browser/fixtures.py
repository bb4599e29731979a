"""One town for a folder of tests, and a browser for each of its files; the folders' conftests take them from here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import Cast
from tests.browser.town import DemoTown

__all__ = ["browser", "cast"]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium with a fresh profile. For one file only: its event loop would get in the way of Django's in others."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def cast(browser: Browser, town: DemoTown) -> Iterator[Cast]:
    """People with a browser window each; nobody may have seen a broken page when the test ends."""
    people = Cast(browser, town)
    yield people
    people.leave()
