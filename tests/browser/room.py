"""What a viewer sees in a room, and what a host does in the studio."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.town import until

PLAYING = "ms-player[data-playing=true]"
PICTURE_SECONDS = 30.0
SEEN_MS = 5_000

NOTE_PINS = """() => {
    const pin = document.querySelector("ms-pin");
    window.pinsSeen = [];
    new MutationObserver(() => window.pinsSeen.push([Date.now(), pin.dataset.variant]))
        .observe(pin, { attributes: true, attributeFilter: ["data-variant"] });
}"""
NOTE_CLICKS = "() => document.addEventListener('submit', () => { window.sentAt = Date.now() }, true)"


@dataclass(frozen=True, slots=True)
class Room:
    """A room as one viewer sees it."""

    page: Page

    def open_from_home(self) -> None:
        """Come in by the big card of the home page, and wait for a moving picture."""
        self.page.goto("/")
        self.page.locator(".show-card-big a").click()
        self.page.wait_for_selector("ms-room[data-connected=true]")
        self.wait_for_picture()

    def wait_for_picture(self) -> None:
        self.page.wait_for_selector(PLAYING, timeout=PICTURE_SECONDS * 1000)

    @property
    def player_state(self) -> str:
        return self.page.get_attribute("ms-player", "data-state") or ""

    @property
    def seconds(self) -> float:
        """How far the picture has come."""
        return float(self.page.get_attribute("ms-player", "data-time") or 0)

    @property
    def behind_live(self) -> float:
        """Seconds behind live, as the player measures it."""
        return float(self.page.get_attribute("ms-player", "data-latency") or "inf")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture that plays."""
        seen = self.page.eval_on_selector("ms-player video", "video => [video.videoWidth, video.videoHeight]")
        return int(seen[0]), int(seen[1])

    def keeps_moving(self, seconds: float = 1.0) -> None:
        """Fail unless the picture moves on by about as much as the clock does."""
        before = self.seconds
        until(lambda: self.seconds >= before + seconds, PICTURE_SECONDS, f"the picture moves on by {seconds} s")

    def until_size(self, size: tuple[int, int]) -> None:
        """Wait until a picture of this size plays, without touching the page."""
        until(lambda: self.size == size and self.page.locator(PLAYING).count() == 1, PICTURE_SECONDS, f"{size} plays")

    def until_near_live(self, seconds: float = 4.0) -> None:
        until(lambda: self.behind_live < seconds, PICTURE_SECONDS, f"within {seconds} s of live")

    @property
    def left(self) -> int:
        """How many of the pinned product are left, as the card says."""
        return int(self.page.get_attribute("[data-pin-left]", "data-left") or 0)

    def until_left(self, left: int) -> None:
        """Wait until the card says that so many are left."""
        until(lambda: self.left == left, 5, f"{left} left")

    @property
    def pinned(self) -> str:
        """The pinned variant."""
        return self.page.get_attribute("ms-pin", "data-variant") or ""

    def say(self, words: str) -> None:
        self.page.fill("#say-text", words)
        self.page.click("[data-say] button")

    def reads(self, words: str) -> None:
        """Wait until somebody's words stand in the chat."""
        expect(self.page.locator("[data-chat]")).to_contain_text(words, timeout=SEEN_MS)

    def note_pins(self) -> None:
        """From now on note when the pin changes."""
        self.page.evaluate(NOTE_PINS)

    def pin_seen_at(self, variant: str) -> float:
        """When, in milliseconds of the clock, this product was first seen on the table."""
        seen = until(
            lambda: [at for at, what in self.page.evaluate("() => window.pinsSeen") if what == variant],
            10,
            "the new pin",
        )
        return float(seen[0])


@dataclass(frozen=True, slots=True)
class Studio:
    """The studio of a live show, as its host sees it."""

    page: Page

    def open(self) -> None:
        """Go to the studio of the show that is on; take the direction over if a device of before still holds it."""
        self.page.goto("/studio/")
        self.page.click(".panel .button-primary")
        self.page.wait_for_selector("#now")
        take = self.page.get_by_role("button", name="Direct here")
        if take.count():
            take.click()
            expect(take).to_have_count(0)

    def clear(self) -> None:
        """Take whatever is pinned off the table."""
        clearing = self.page.get_by_role("button", name="Clear the table")
        if clearing.count():
            clearing.click()
            expect(clearing).to_have_count(0)

    def pin(self, title: str) -> tuple[str, float]:
        """Pin a product of the rundown: its variant, and when the host pressed, in milliseconds of the clock."""
        self.page.evaluate(NOTE_CLICKS)
        row = self.page.locator("#now-goods .rundown-item", has_text=title)
        variant = row.get_attribute("data-variant") or ""
        row.get_by_role("button", name="Pin").click()
        expect(row).to_have_attribute("data-state", "now")
        return variant, float(self.page.evaluate("() => window.sentAt"))

    def says(self, words: str) -> None:
        """Wait until the studio says this of the picture."""
        expect(self.page.locator("ms-studio")).to_contain_text(words, timeout=PICTURE_SECONDS * 1000)


def moves_during(room: Room, since: tuple[float, float]) -> None:
    """Fail unless the picture went on since `(clock, picture)`; it may be a few seconds late on a busy machine."""
    clock, picture = since
    gone = time.monotonic() - clock
    assert room.seconds - picture > gone / 2, f"{room.seconds - picture:.1f} s of picture in {gone:.1f} s"
