"""What a room trades about deals and auctions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from millstream.kernel.facts import Fact
from millstream.live.types import TradeKind

FACTS: Final[tuple[type[Fact], ...]] = ()


def trade_of(fact: Fact) -> tuple[Sequence[UUID], TradeKind, Mapping[str, Any]]:
    """Which rooms a fact concerns, and what they are told."""
    raise AssertionError(f"live.trade heard {fact.kind}")
