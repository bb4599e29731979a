"""Months of a statement, in the installation's time zone."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import format_skeleton
from django.utils import timezone

from millstream.kernel.web.formats import active_locale

MONTHS_SHOWN: Final = 12
_CODE: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    """A month from its first moment up to, and without, the first of the next."""

    code: str
    since: datetime
    until: datetime

    @property
    def label(self) -> str:
        """The month as the reader of the page writes it: `November 2026`, `2026年11月`."""
        return str(format_skeleton("yMMMM", self.since, locale=active_locale()))


def month_of(moment: datetime) -> Month:
    """The month in which a moment falls, here."""
    local = timezone.localtime(moment)
    return _month(local.year, local.month)


def month_named(code: str, now: datetime) -> Month:
    """The month with a code such as `2026-11`; the present one for anything else."""
    told = _CODE.fullmatch(code)
    return _month(int(told[1]), int(told[2])) if told else month_of(now)


def months_back(now: datetime) -> list[Month]:
    """This month and those before it, for the choice on the page."""
    local = timezone.localtime(now)
    count = local.year * 12 + local.month - 1
    return [_month(*_named(count - back)) for back in range(MONTHS_SHOWN)]


def _named(count: int) -> tuple[int, int]:
    return count // 12, count % 12 + 1


def _month(year: int, month: int) -> Month:
    after = _named(year * 12 + month)
    here = timezone.get_default_timezone()
    return Month(
        code=f"{year:04d}-{month:02d}",
        since=datetime(year, month, 1, tzinfo=here),
        until=datetime(*after, 1, tzinfo=here),
    )
