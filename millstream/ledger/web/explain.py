"""Every line of a statement in words: what happened, and why the amount is what it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from millstream.kernel.texts import localised
from millstream.kernel.web.formats import format_money, format_number
from millstream.ledger.types import EntryKind, Purpose, StatementLine

PARTS: Final[Mapping[str, str | Promise]] = {
    "maker": _l("maker"),
    "host": _l("host"),
    "station": _l("station"),
    "park": _l("park"),
    "platform": _l("platform"),
    "carriage": _l("carriage"),
}
TITLES: Final[Mapping[str, str | Promise]] = {
    EntryKind.RELEASE: _l("Sale"),
    EntryKind.REFUND: _l("Refund to the buyer"),
    EntryKind.LATE_REFUND: _l("Refund to the buyer after release"),
    EntryKind.REFUND_KEPT: _l("A refund that did not go through: the sale keeps it"),
    EntryKind.DEBT_SETTLED: _l("Debt settled"),
    EntryKind.PAYOUT_BATCHED: _l("Payout to your bank"),
    EntryKind.PAYOUT_RETURNED: _l("Payout came back"),
    EntryKind.REVERSAL: _l("Correction"),
}
PURPOSES: Final[Mapping[str, str | Promise]] = {
    Purpose.GATEWAY: _l("Owed by the payment gateway"),
    Purpose.GATEWAY_FEE: _l("Fees of the payment gateway"),
    Purpose.BANK: _l("Bank"),
    Purpose.ESCROW: _l("Escrow: captured, not yet released"),
    Purpose.PAYABLE: _l("Due to actors"),
    Purpose.CARRIAGE: _l("Carriage"),
    Purpose.PAYOUT: _l("Payouts on their way"),
    Purpose.UNALLOCATED: _l("Unallocated: paid too late, twice, or a refund that was refused"),
    Purpose.DEBT: _l("Owed by actors"),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A statement line as a person reads it."""

    line: StatementLine
    title: str
    why: str
    order: str


def explain(line: StatementLine, currency: str) -> Explained:
    """The line's title and reason in the active language; an unknown kind of entry is told by its memo."""
    detail = line.detail
    product = localised(detail.get("product"))
    title = str(TITLES.get(line.kind, line.memo or line.kind))
    if product:
        title = _("{what}: {product}").format(what=title, product=_counted(product, detail))
    return Explained(line, title, _why(line, currency), str(detail.get("order", "")))


def part_name(part: str) -> str:
    """A part of a sale in the active language."""
    return str(PARTS.get(part, part))


def percent(permille: int) -> str:
    """Parts per thousand as people read them: 200 is `20 %`."""
    return f"{format_number(Decimal(permille) / 10)} %"


def _counted(product: str, detail: Mapping[str, Any]) -> str:
    quantity = int(detail.get("quantity", 1))
    return product if quantity == 1 else _("{count} × {product}").format(count=quantity, product=product)


def _why(line: StatementLine, currency: str) -> str:
    reasons = []
    if "permille" in line.detail and "base_minor" in line.detail:
        reasons.append(_share(line.detail, currency))
    share = line.detail.get("share_minor")
    if line.kind == EntryKind.RELEASE and isinstance(share, int) and share > line.amount_minor:
        back = format_money(share - line.amount_minor, currency)
        reasons.append(_("{back} of it was refunded before").format(back=back))
    if line.purpose == Purpose.DEBT:
        reasons.append(_("settled from later sales") if line.amount_minor < 0 else _("no longer owed"))
    if line.kind in (EntryKind.PAYOUT_BATCHED, EntryKind.PAYOUT_RETURNED):
        reasons.append(_("reference {reference}").format(reference=line.detail.get("reference", "")))
    if reason := line.detail.get("reason") or (line.memo if line.kind in TITLES else ""):
        reasons.append(str(reason))
    return _("; ").join(dict.fromkeys(reasons))


def _share(detail: Mapping[str, Any], currency: str) -> str:
    return _("your part as {part}: {percent} of {base}").format(
        part=part_name(str(detail.get("part", ""))),
        percent=percent(int(detail["permille"])),
        base=format_money(int(detail["base_minor"]), currency),
    )
