"""The town's one currency: its shops and its books were opened in it, so it cannot change under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from millstream.site.config import CURRENCY_SETTING, Config, SettingRefused

_TABLES = "SELECT to_regclass('shops_shop') IS NOT NULL AND to_regclass('ledger_account') IS NOT NULL"
_OTHERS = """
SELECT currency FROM shops_shop WHERE currency <> %s
UNION SELECT currency FROM ledger_account WHERE currency <> %s ORDER BY 1
"""

type Ask = Callable[[str, Sequence[str]], list[tuple[Any, ...]]]


def other_currencies(ask: Ask, currency: str) -> list[str]:
    """In what else than this currency shops or accounts were opened; `ask` gives the rows of a statement."""
    if not ask(_TABLES, ())[0][0]:
        return []
    return [str(row[0]) for row in ask(_OTHERS, (currency, currency))]


def refuse_other_currency(ask: Ask, settings: Config) -> None:
    """Refuse a currency that is not that of the books."""
    others = other_currencies(ask, settings.currency)
    if others:
        raise SettingRefused(CURRENCY_SETTING, said(others, settings.currency))


def said(others: Sequence[str], currency: str) -> str:
    """What is wrong and what to do."""
    return f"this town's books are in {', '.join(others)}: say that, or open a town of its own for {currency}"
