"""Money, numbers, weights and dates as a reader of the active language writes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_datetime_format
from babel.numbers import format_decimal
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import get_language, to_locale

from millstream.kernel.money import exponent, format_minor

FALLBACK_LANGUAGE = "en"
RELATIVE_FOR = timedelta(days=6)
GRAMS_PER_KILOGRAM = 1000


@lru_cache(maxsize=64)
def _locale_for(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(FALLBACK_LANGUAGE)


def active_language() -> str:
    """Give the code of the active language, such as `zh-hans`."""
    return get_language() or FALLBACK_LANGUAGE


def active_locale() -> Locale:
    """Give Babel's locale of the active language, English where Babel does not know it."""
    return _locale_for(active_language())


def format_money(minor: int, currency: str) -> str:
    """Write integer minor units as money in the active language: `format_money(12800, "CNY")` is `¥128.00`."""
    return format_minor(minor, currency, active_language())


def split_money(minor: int, currency: str) -> tuple[str, str, str]:
    """Write money in three pieces: sign, whole units, then decimal sign with minor units (empty when zero)."""
    written = format_money(minor, currency)
    digits = [index for index, sign in enumerate(written) if sign.isdigit()]
    sign, number, tail = written[: digits[0]], written[digits[0] : digits[-1] + 1], written[digits[-1] + 1 :]
    places = exponent(currency)
    if places == 0 or len(number) <= places or number[-places - 1].isdigit():
        return sign, number, tail
    units, cents = number[: -places - 1], number[-places - 1 :]
    return sign, units, ("" if minor % 10**places == 0 else cents) + tail


def format_number(value: float | Decimal) -> str:
    """Write a number with the grouping and decimal sign of the active language."""
    return format_decimal(value, locale=active_locale())


def format_weight(grams: int) -> str:
    """Write a weight in grams below one kilogram and in kilograms from there on."""
    place = active_locale()
    if grams < GRAMS_PER_KILOGRAM:
        return format_unit(grams, "mass-gram", length="short", locale=place)
    kilograms = Decimal(grams) / GRAMS_PER_KILOGRAM
    return format_unit(kilograms, "mass-kilogram", length="short", format="#,##0.##", locale=place)


def format_when(moment: datetime | date, now: datetime | None = None) -> tuple[str, str]:
    """Say a moment twice: near ones relative (`3 minutes ago`), far ones as a date; and in full."""
    place = active_locale()
    if not isinstance(moment, datetime):
        return format_date(moment, "medium", locale=place), format_date(moment, "full", locale=place)
    local = timezone.localtime(moment)
    full = format_datetime(local, "long", locale=place)
    gap = moment - (now or datetime.now(UTC))
    if abs(gap) <= RELATIVE_FOR:
        return format_timedelta(gap, add_direction=True, locale=place, threshold=1.0), full
    day, hour = format_date(local, "medium", locale=place), format_time(local, "short", locale=place)
    return str(get_datetime_format("medium", locale=place)).replace("{0}", hour).replace("{1}", day), full


def format_clock_time(moment: datetime) -> str:
    """Write the hour and minute of a moment in the installation's time zone."""
    return format_time(timezone.localtime(moment), "short", locale=active_locale())
