"""Every line in words, whatever happened."""

from typing import Any
from uuid import UUID

import pytest

from millstream.ledger.types import StatementLine
from millstream.ledger.web.explain import explain
from tests.ledger.cast import DAY


def _line(kind: str, minor: int, *, purpose: str = "payable", memo: str = "", **detail: Any) -> StatementLine:
    return StatementLine(1, DAY, UUID(int=1), kind, purpose, minor, minor, None, detail, memo)


@pytest.mark.parametrize(
    ("line", "title", "why"),
    [
        (
            _line("release", 7_000, product={"en": "Tea bowl"}, part="maker", permille=700, base_minor=10_000),
            "Sale: Tea bowl",
            "your part as maker: 70 % of ¥100.00",
        ),
        (
            _line("release", 5, product="Tea", quantity=3, part="park", permille=25, base_minor=200, share_minor=5),
            "Sale: 3 × Tea",
            "your part as park: 2.5 % of ¥2.00",
        ),
        (
            _line("release", 3, part="park", permille=25, base_minor=200, share_minor=5),
            "Sale",
            "your part as park: 2.5 % of ¥2.00; ¥0.02 of it was refunded before",
        ),
        (
            _line("late_refund", -200, purpose="debt", product="Tea", part="host", permille=200, base_minor=1_000),
            "Refund to the buyer after release: Tea",
            "your part as host: 20 % of ¥10.00; settled from later sales",
        ),
        (_line("debt_settled", 200, purpose="debt"), "Debt settled", "no longer owed"),
        (_line("payout_batched", -9, reference="7K3M", batch="X"), "Payout to your bank", "reference 7K3M"),
        (
            _line("payout_returned", 9, memo="account closed", reference="7K3M", reason="account closed"),
            "Payout came back",
            "reference 7K3M; account closed",
        ),
        (_line("reversal", -9, memo="booked twice"), "Correction", "booked twice"),
        (_line("stall_rent", -9, memo="Stall 4 in November"), "Stall 4 in November", ""),
        (_line("stall_rent", -9), "stall_rent", ""),
    ],
)
def test_a_line_says_what_happened_and_why_so_much(line: StatementLine, title: str, why: str) -> None:
    """Title and reason, in English here."""
    said = explain(line, "CNY")
    assert (said.title, said.why) == (title, why)
