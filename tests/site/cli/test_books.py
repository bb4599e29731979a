"""A town keeps the currency that its shops and its books were opened in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from millstream.site import config
from millstream.site.cli.books import refuse_other_currency
from millstream.site.cli.database import _rows
from millstream.site.cli.examinations import Finding, Health, database, money
from millstream.site.config import Config, SettingRefused
from tests.orders.market import make_market

pytestmark = pytest.mark.django_db(transaction=True)


def town(tmp_path: Path, **env: str) -> Config:
    """The settings of this town."""
    return config.load({"MILLSTREAM_VAR": str(tmp_path), "DATABASE_URL": os.environ["DATABASE_URL"], **env})


def ill(settings: Config) -> list[Finding]:
    """What the doctor finds bad about the database."""
    return [finding for finding in database(settings) if finding.health is Health.ILL]


def test_another_currency_than_that_of_the_books_is_refused(tmp_path: Path) -> None:
    """At the start, before anything is changed, and by the doctor; amounts would be read as those of another."""
    euro: dict[str, Any] = {"MILLSTREAM_CURRENCY": "EUR", "MILLSTREAM_DELIVERY_MINOR": "490"}
    refuse_other_currency(_rows, town(tmp_path, **euro))
    make_market()
    refuse_other_currency(_rows, town(tmp_path))
    with pytest.raises(SettingRefused, match=r"MILLSTREAM_CURRENCY: .*CNY.*EUR"):
        refuse_other_currency(_rows, town(tmp_path, **euro))
    assert ill(town(tmp_path)) == []
    (found,) = ill(town(tmp_path, **euro))
    assert "MILLSTREAM_CURRENCY" in found.text


def test_the_doctor_says_what_the_town_sells_in(tmp_path: Path) -> None:
    """Currency and delivery, as they are set."""
    (found,) = money(town(tmp_path, MILLSTREAM_DELIVERY_MINOR="650"))
    assert (found.health, found.text) == (Health.WELL, "CNY, delivery 650 of its smallest unit")
