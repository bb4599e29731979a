"""Reconciling while the town is at work."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.logistics.api import check_custody, take_in
from millstream.logistics.models import CustodyEvent, Parcel
from millstream.site import reconcile as books
from tests.logistics.town import Town, build_town


def take_in_elsewhere(town: Town, parcel: Parcel) -> None:
    """Another process takes the parcel in and commits."""

    def work() -> None:
        try:
            take_in(parcel.id, acting=town.esi, now=read_now())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


@pytest.mark.django_db(transaction=True)
def test_what_happens_meanwhile_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and events are read as they stood in one moment, whatever is committed between two reads."""
    town = build_town()
    (parcel,) = town.packed(1)
    seen: list[tuple[str, int]] = []

    def look() -> list[str]:
        row = Parcel.objects.unscoped("a test").get(id=parcel.id)
        seen.append((row.state, CustodyEvent.objects.filter(parcel_id=parcel.id).count()))
        return []

    def work() -> list[str]:
        take_in_elsewhere(town, Parcel.objects.unscoped("a test").get(id=parcel.id))
        return []

    checks = (("before", look), ("meanwhile", work), ("after", look), ("custody", check_custody))
    monkeypatch.setattr(books, "CHECKS", checks)
    assert [lines for _, lines in books.reconcile() if lines] == []
    assert seen[0] == seen[1]
    look()
    assert seen[2] == ("at_station", seen[0][1] + 1)
