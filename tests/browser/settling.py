"""Who is due what: computed here from the agreed rates, and read from the pages of everybody concerned."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.buying import Bought

DELIVERY_MINOR = 800
PERMILLE = {"host": 200, "station": 20, "park": 30, "platform": 50}
ORDER_OF_TIES = ("maker", "host", "station", "park", "platform")


def shares(goods_minor: int, *, in_room: bool) -> dict[str, int]:
    """The parts of a sale in minor units: the agreed thousandths, the rest to the maker, cents by largest remainder."""
    parts = {part: permille for part, permille in PERMILLE.items() if in_room or part != "host"}
    parts["maker"] = 1000 - sum(parts.values())
    exact = {part: divmod(goods_minor * permille, 1000) for part, permille in parts.items()}
    due = {part: whole for part, (whole, _) in exact.items()}
    over = goods_minor - sum(due.values())
    first = sorted(parts, key=lambda part: (-exact[part][1], ORDER_OF_TIES.index(part)))
    for part in first[:over]:
        due[part] += 1
    return due


def in_minor(text: str) -> int:
    """A written amount such as ¥1,234.50 in cents."""
    sign = -1 if re.search("[-−]", text) else 1
    digits = re.sub(r"[^\d.]", "", text)
    whole, _, cents = digits.partition(".")
    return sign * (int(whole) * 100 + int((cents + "00")[:2]))


@dataclass(frozen=True, slots=True)
class Statement:
    """An actor's statement as it stands on the page."""

    page: Page

    def amounts(self, bought: Sequence[Bought]) -> dict[str, list[int]]:
        """The amounts of the lines that name each order."""
        self.page.goto("/money/")
        found = {}
        for one in bought:
            rows = self.page.locator("tr", has_text=one.code)
            cells = [row.locator("[data-label=Amount]").inner_text() for row in rows.all()]
            found[one.code] = [in_minor(cell) for cell in cells]
        return found


def carriage_minor(page: Page) -> int:
    """What stands on the platform's carriage account, which buyers pay for delivery."""
    page.goto("/money/")
    card = page.locator(".stat", has_text="Carriage account").locator(".stat-value")
    return in_minor(card.inner_text()) if card.count() else 0


def due_to(part: str, bought: Sequence[Bought]) -> dict[str, list[int]]:
    """What one part's statement must say of each order: one line, or none where it had no part."""
    told = {one.code: shares(one.goods_minor, in_room=one.in_room) for one in bought}
    return {code: [due[part]] if part in due else [] for code, due in told.items()}


def pay_out(page: Page) -> tuple[int, list[dict[str, str]]]:
    """Make a payout batch and take its file: the control sum that the page shows, and the rows of the file."""
    page.goto("/money/payouts/")
    page.get_by_role("button", name="Make a batch of all that is due").click()
    page.wait_for_url(re.compile(r"/money/payouts/[0-9a-f-]{36}/"))
    shown = page.locator("dl.facts div", has_text="Control sum").locator("dd").inner_text()
    with page.expect_download() as coming:
        page.get_by_role("button", name="CSV for the bank", exact=True).click()
    text = coming.value.path().read_text(encoding="utf-8-sig")
    return in_minor(shown), list(csv.DictReader(io.StringIO(text)))
