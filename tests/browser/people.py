"""People of the town with a browser window each."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser.town import DemoTown

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}
WAIT_MS = 15_000


@dataclass
class Cast:
    """Opens windows, and keeps what went wrong in them."""

    browser: Browser
    town: DemoTown
    problems: list[str] = field(default_factory=list)
    _open: list[BrowserContext] = field(default_factory=list)

    def guest(self, *, scripts: bool = True, wide: bool = False, locale: str = "en-GB") -> Page:
        """Somebody whom nobody knows, on a phone."""
        context = self.browser.new_context(
            base_url=self.town.web,
            viewport=DESK if wide else PHONE,  # type: ignore[arg-type]
            locale=locale,
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        context.set_default_timeout(WAIT_MS)
        self._open.append(context)
        page = context.new_page()
        self.watch(page)
        return page

    def enter(self, role: str, *, scripts: bool = True, wide: bool = False) -> Page:
        """Somebody of the town, entered by one click."""
        page = self.guest(scripts=scripts, wide=wide)
        page.goto("/")
        page.click(f"button.demo-role[value={role}]")
        page.wait_for_url(f"**{self.town.told['sign_in'][role]['start']}")
        return page

    def watch(self, page: Page) -> None:
        """Note every error that the page's console tells, refused content included."""
        page.on("console", lambda said: self._console(page, said))
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))

    def _console(self, page: Page, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.problems.append(f"{page.url}: {said.text}")

    def leave(self) -> None:
        """Close every window; whatever was wrong in one is told now."""
        for context in self._open:
            context.close()
        assert not self.problems, "\n".join(self.problems)
