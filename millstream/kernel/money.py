"""Money as integers of the smallest unit of a currency, never floats."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from babel.numbers import format_currency

from millstream.kernel.refusals import Refusal

# ISO 4217: number of decimals where it is not two. Source: ISO 4217 list one, amendment 176.
_EXPONENTS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
LARGEST_MINOR: Final = 10**15
CODE_LENGTH: Final = 3
_BABEL_LOCALES: Final = {"en": "en", "zh-hans": "zh_Hans_CN", "zh": "zh_Hans_CN"}


class BadAmount(Refusal):
    """The typed amount is no number, has more decimals than the currency, or is out of range."""

    code = "kernel.bad_amount"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency."""

    minor: int
    currency: str


def exponent(currency: str) -> int:
    """How many decimals a currency has by ISO 4217: 2 for CNY, 0 for JPY, 3 for KWD."""
    assert len(currency) == CODE_LENGTH, currency
    assert currency.isupper(), currency
    return _EXPONENTS.get(currency, 2)


def to_minor(typed: str, currency: str) -> int:
    """Minor units of an amount typed in major units; refuses what is no number or too fine for the currency."""
    cleaned = typed.strip().replace(",", "").replace("，", "").lstrip("¥￥$€£").strip()
    try:
        amount = Decimal(cleaned)
        scaled = amount.scaleb(exponent(currency))
    except InvalidOperation:
        raise BadAmount(typed=typed, currency=currency) from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) > LARGEST_MINOR:
        raise BadAmount(typed=typed, currency=currency)
    return int(scaled)


def to_major(minor: int, currency: str) -> Decimal:
    """The amount in major units, exact."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_minor(minor: int, currency: str, language: str = "en") -> str:
    """An amount as a reader of `language` writes it: `¥128.00`, `CN¥128.00` never, since towns sell in their own."""
    locale = _BABEL_LOCALES.get(language.lower(), "en")
    text = str(format_currency(to_major(minor, currency), currency, locale=locale))
    return text.replace("CN¥", "¥")
