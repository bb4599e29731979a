"""What of a room's trade goes out when: at once, or gathered per product to four times a second. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from millstream.live.room.bounds import TRADE_SECONDS
from millstream.live.room.wire import TradeItem

GATHERED: Final = frozenset({"stock", "price"})


class TradeOutbox:
    """Gathers stock and prices, the newest of a product replacing older ones; all else makes it due at once."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._pressing = False
        self._sent_at = float("-inf")
        self._last = 0
        self._sent_last: int | None = None

    def add(self, items: Iterable[TradeItem]) -> None:
        """Take items in the order of their numbers."""
        for item in items:
            if self._sent_last is None:
                self._sent_last = int(item["n"]) - 1
            kind = str(item["kind"])
            gathered = kind in GATHERED
            key = (kind, str(item["data"].get("variant", ""))) if gathered else (kind, str(item["n"]))
            self._waiting[key] = item
            self._pressing = self._pressing or not gathered
            self._last = max(self._last, int(item["n"]))

    def is_due(self, at: float) -> bool:
        """Whether a frame is to go out now; `at` is on any steady clock in seconds."""
        return bool(self._waiting) and (self._pressing or at - self._sent_at >= TRADE_SECONDS)

    def take(self, at: float) -> tuple[list[TradeItem], int, int]:
        """All that waits, by number; the number that it follows on, and the highest one that it stands for."""
        items = sorted(self._waiting.values(), key=lambda item: int(item["n"]))
        self._waiting.clear()
        self._pressing = False
        self._sent_at = at
        after = self._sent_last or 0
        self._sent_last = self._last
        return items, after, self._last
