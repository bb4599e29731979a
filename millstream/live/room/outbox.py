"""What of a room's trade goes out when: at once, or gathered per thing to four times a second. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from millstream.live.room.bounds import TRADE_SECONDS
from millstream.live.room.wire import TradeItem

GATHERED: Final = frozenset({"stock", "price"})
BY_ID: Final = frozenset({"deal", "auction", "gift"})
MOST_STATES: Final = 500


class TradeOutbox:
    """Gathers what counts down: the newest figure of a product, deal, auction or gift replaces older ones.

    All else, and a deal, auction or gift in another state than before, makes it due at once.
    """

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._pressing = False
        self._sent_at = float("-inf")
        self._last = 0
        self._sent_last: int | None = None
        self._states: dict[tuple[str, str], str] = {}

    def add(self, items: Iterable[TradeItem]) -> None:
        """Take items in the order of their numbers."""
        for item in items:
            if self._sent_last is None:
                self._sent_last = int(item["n"]) - 1
            kind, data = str(item["kind"]), item["data"]
            if kind in GATHERED:
                key, presses = (kind, str(data.get("variant", ""))), False
            elif kind in BY_ID:
                key = (kind, str(data.get(kind, "")))
                presses = self._is_new_state(key, str(data.get("state", "")))
            else:
                key, presses = (kind, str(item["n"])), True
            self._waiting[key] = item
            self._pressing = self._pressing or presses
            self._last = max(self._last, int(item["n"]))

    def _is_new_state(self, key: tuple[str, str], state: str) -> bool:
        """Whether a thing opened, closed or was won just now; remembers its state."""
        known = self._states.pop(key, None)
        self._states[key] = state
        if len(self._states) > MOST_STATES:
            del self._states[next(iter(self._states))]
        return known != state

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
