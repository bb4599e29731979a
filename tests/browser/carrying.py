"""The way up, as the people on it do it: maker, station keeper, centre, driver, carrier."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from millstream.logistics.rules.codes import for_people
from tests.browser.town import until

LABEL_BOX = re.compile(rb"/MediaBox \[ ?0 0 283\.46\d* 425\.19\d* ?\]")  # 100 x 150 mm in points
CARRIER_SECONDS = 40.0


def scan(page: Page, code: str, says: str) -> None:
    """Type a code into the scan field as a wedge scanner does, and see that it was taken."""
    page.locator("#scan-code").fill(code.lower())
    page.locator("#scan-code").press("Enter")
    expect(page.locator("ms-scan-result[data-outcome=ok]")).to_contain_text(says)


@dataclass(frozen=True, slots=True)
class Maker:
    """The maker at the desk."""

    page: Page

    def pack(self, parcel: str, grams: int) -> None:
        """Weigh, pack and print the label: a PDF of 100 x 150 mm."""
        self.page.goto("/desk/parcels/")
        row = self.page.locator("tr", has_text=for_people(parcel))
        row.locator("[name=weight_grams]").fill(str(grams))
        row.get_by_role("button", name="Packed").click()
        expect(self.page.locator("main")).to_contain_text("Print its label and bring it to the station")
        label = self.page.get_by_role("link", name="Print the label").get_attribute("href")
        assert label is not None
        printed = self.page.context.request.get(label)
        assert printed.headers["content-type"] == "application/pdf"
        assert printed.body().startswith(b"%PDF-")
        assert LABEL_BOX.search(printed.body()), "the label is 100 x 150 mm"


@dataclass(frozen=True, slots=True)
class Keeper:
    """The keeper of the station."""

    page: Page

    def take_in(self, parcels: Sequence[str]) -> None:
        for parcel in parcels:
            self.page.goto("/station/take-in/")
            scan(self.page, parcel, "Taken in")

    def bag(self, parcels: Sequence[str], seal: str) -> str:
        """Put parcels into a new bag and seal it; the bag's code."""
        self.page.goto("/station/bags/")
        self.page.get_by_role("button", name="Open a new bag").click()
        code = self.page.locator("h1").inner_text()
        for parcel in parcels:
            scan(self.page, parcel, "It is in the bag")
        self.page.fill("#seal", seal)
        self.page.get_by_role("button", name="Seal the bag").click()
        expect(self.page.locator("main")).to_contain_text(f"is sealed with {seal}")
        return code

    def offer_van(self) -> None:
        """Offer the van everything that goes up; nothing moves until its driver accepts."""
        self.page.goto("/station/van/")
        expect(self.page.locator("main")).to_contain_text("The van is here")
        self.page.get_by_role("button", name="Offer all of it to the driver").click()
        expect(self.page.locator("main")).to_contain_text("0 / 2")
        assert self.page.get_by_role("button", name="Accept what was scanned").count() == 0

    def sees_accepted(self) -> None:
        """The other side accepted; the giver's page says so."""
        self.page.reload()
        expect(self.page.locator("main")).to_contain_text("2 fine, 0 missing, 0 too many, 0 damaged")


@dataclass(frozen=True, slots=True)
class Centre:
    """The county centre's desk."""

    page: Page

    def plan(self, station: str) -> str:
        """Plan the runs, see the tour on the map and in the list, release it; the run's code."""
        self.page.goto("/centre/runs/")
        expect(self.page.locator("tr", has_text=station)).to_contain_text("3")
        self.page.get_by_role("button", name="Plan runs now").click()
        expect(self.page.locator("main")).to_contain_text("1 run was planned")
        stops = self.page.locator("table tbody tr")
        assert stops.count() == 2, "one station has something, then back to the centre"
        expect(stops.first).to_contain_text(station)
        expect(stops.first).to_contain_text("13.4 km")
        expect(self.page.locator("main svg[role=img]").first).to_be_visible()
        code = self.page.locator("h1").inner_text()
        self.page.get_by_role("button", name="Release the run").click()
        expect(self.page.locator("main")).to_contain_text("The run is released")
        return code

    def receive(self, things: Sequence[str]) -> None:
        """Scan what the van brought and accept it."""
        self.page.goto("/centre/dock/")
        self.page.locator(".row-title", has_text="").first.click()
        accept_all(self.page, things)

    def check(self, parcels: Sequence[str], seal: str) -> None:
        """Open the bag by its seal, then check each parcel."""
        self.page.goto("/centre/check/")
        self.page.get_by_label("Number on the seal").fill(seal)
        self.page.get_by_role("button", name="Open the bag").click()
        for parcel in parcels:
            scan(self.page, parcel, "Checked")

    def hand_to_carrier(self, count: int) -> None:
        """Wait for the carrier's numbers, then hand all of it over against a receipt."""

        def numbered() -> bool:
            self.page.goto("/centre/carrier/")
            return self.page.locator(".row[data-tone=good] .code").count() >= count

        until(numbered, CARRIER_SECONDS, "the carrier's numbers", every=0.5)
        self.page.get_by_role("button", name="Hand all of it to the carrier").click()
        expect(self.page.locator("main")).to_contain_text(f"The carrier took {count} parcels")


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver on the road."""

    page: Page

    def arrive(self, run: str) -> None:
        """Set off and arrive at the only stop."""
        self.page.goto("/runs/")
        self.page.locator("a.row-title", has_text=run).click()
        self.page.get_by_role("button", name="Set off").click()
        self.page.locator("ol.rows a.row-title").first.click()
        self.page.get_by_role("button", name="I am here").click()
        expect(self.page.get_by_role("button", name="Done here, drive on")).to_be_visible()

    def take(self, things: Sequence[str]) -> None:
        """Look at the station's offer, scan each thing, accept for the van, and drive on."""
        stop = self.page.url
        self.page.reload()
        self.page.locator(".rows a.row-title").first.click()
        accept_all(self.page, things)
        self.page.goto(stop)
        self.page.get_by_role("button", name="Done here, drive on").click()
        expect(self.page.locator("main")).to_contain_text("1 closed bags")

    def come_back(self) -> None:
        self.page.get_by_role("button", name="Back at the centre: offer everything").click()
        expect(self.page.locator("main")).to_contain_text("The taker accepts on its own screen")


def accept_all(page: Page, things: Sequence[str]) -> None:
    """Scan everything on a handover's list and accept it."""
    for thing in things:
        scan(page, thing, "Seen.")
    page.get_by_role("button", name="Accept what was scanned").click()
    expect(page.locator("main")).to_contain_text("Accepted: everything was there.")


def until_delivered(page: Page, parcel: str) -> None:
    """Follow a parcel by its code alone until the carrier has delivered it."""

    def delivered() -> bool:
        page.goto(f"/track/{parcel}/")
        return "Delivered" in page.locator("[data-state=done] .timeline-title").all_inner_texts()

    until(delivered, CARRIER_SECONDS, "the carrier delivers", every=0.5)
    words = page.locator(".timeline").inner_text()
    for step in ("Picked up by the carrier", "In the carrier's hub", "Out for delivery"):
        assert step in words
