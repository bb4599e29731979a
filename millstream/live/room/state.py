"""A room as one process knows it: who watches, what was said, what is traded."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from millstream.live.room.bounds import (
    HISTORY,
    HISTORY_SHOWN,
    PRESENCE_EXPIRES_SECONDS,
    REPEAT_SECONDS,
    TALK_PER_FRAME,
    TRADE_KEPT,
)
from millstream.live.room.outbox import TradeOutbox
from millstream.live.room.socket import Socket
from millstream.live.room.wire import Message, TradeItem, talk_frame, trade_frame

MOST_SPEAKERS = 10_000


@dataclass(frozen=True, slots=True)
class RoomSeed:
    """What the rows say about a room when a process opens it; `mutes` are epoch seconds by visitor."""

    show: UUID
    state: str
    last: int
    trade: Sequence[TradeItem]
    messages: Sequence[Message]
    likes: int
    mutes: Mapping[str, float] = field(default_factory=dict)


class Room:
    """Everything in memory about one room; nothing here may be needed after a restart."""

    def __init__(self, room_id: UUID, *, opened_at: float) -> None:
        self.id = room_id
        self.show: UUID | None = None
        self.state = "planned"
        self.seeded = False
        self.sockets: set[Socket] = set()
        self.last = 0
        self.likes = 0
        self.likes_here = 0
        self.mutes: dict[str, float] = {}
        self.idle_since = opened_at
        self.next_tick = 0.0
        self.outbox = TradeOutbox()
        self._trade: deque[TradeItem] = deque(maxlen=TRADE_KEPT)
        self._history: OrderedDict[str, Message] = OrderedDict()
        self._unsent: deque[Message] = deque(maxlen=TALK_PER_FRAME)
        self._deleted: deque[str] = deque(maxlen=HISTORY)
        self._others: dict[str, tuple[int, float]] = {}
        self._spoke: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._told = (-1, -1)
        self._told_at = float("-inf")

    def seed(self, seed: RoomSeed) -> None:
        """Take what the rows say; what came by NATS meanwhile stays."""
        self.show, self.state = seed.show, seed.state
        self.likes = max(self.likes, seed.likes)
        self.mutes.update(seed.mutes)
        self.hear_history(seed.messages)
        if seed.last > self.last:
            self._trade.extend(item for item in seed.trade if item["n"] > self.last)
            self.last = seed.last
        self.seeded = True

    def hear_history(self, messages: Iterable[Message]) -> None:
        """Put earlier messages before those heard since; they are shown to who comes, not sent again."""
        merged = {message["id"]: message for message in messages}
        merged.update(self._history)
        ordered = sorted(merged.values(), key=lambda message: str(message["id"]))[-HISTORY:]
        self._history = OrderedDict((message["id"], message) for message in ordered)

    def hear_message(self, message: Message) -> None:
        """Take a message for the next talk frame; one that is known already is left out."""
        if message["id"] in self._history:
            return
        self._history[message["id"]] = message
        self._unsent.append(message)
        while len(self._history) > HISTORY:
            self._history.popitem(last=False)

    def delete_message(self, message_id: str) -> None:
        """Take a message away, here and from every screen."""
        self._history.pop(message_id, None)
        self._unsent = deque(
            (message for message in self._unsent if message["id"] != message_id), maxlen=TALK_PER_FRAME
        )
        self._deleted.append(message_id)

    def hear_trade(self, items: Iterable[TradeItem]) -> None:
        """Take the trade items that come next; those seen before are left out."""
        for item in items:
            number = int(item["n"])
            if number <= self.last:
                continue
            self.last = number
            self._trade.append(item)
            self.outbox.add((item,))
            if item["kind"] == "state":
                self.state = str(item["data"].get("state", self.state))

    def follows(self, items: Sequence[TradeItem]) -> bool:
        """Whether these items leave no gap after what is known."""
        return self.seeded and bool(items) and int(items[0]["n"]) <= self.last + 1

    def trade_since(self, number: int) -> list[TradeItem] | None:
        """The items after `number`, if all of them are still at hand."""
        if number >= self.last:
            return []
        oldest = int(self._trade[0]["n"]) if self._trade else self.last + 1
        return [item for item in self._trade if item["n"] > number] if oldest <= number + 1 else None

    def hear_presence(self, process: str, viewers: int, at: float) -> None:
        """Another process tells how many watch there."""
        self._others[process] = (viewers, at)

    def viewers_here(self) -> int:
        """How many visitors watch through this process, whatever the number of their tabs."""
        return len({socket.entry.visitor for socket in self.sockets})

    def viewers(self, at: float) -> int:
        """How many watch in all; processes not heard of for seven seconds are forgotten."""
        self._others = {
            process: (count, heard)
            for process, (count, heard) in self._others.items()
            if at - heard < PRESENCE_EXPIRES_SECONDS
        }
        return self.viewers_here() + sum(count for count, _ in self._others.values())

    def repeats(self, visitor: str, text: str, at: float) -> bool:
        """Whether the visitor said just this a moment ago; remembers what was said."""
        said, since = self._spoke.pop(visitor, ("", float("-inf")))
        self._spoke[visitor] = (text, at)
        if len(self._spoke) > MOST_SPEAKERS:
            self._spoke.popitem(last=False)
        return said == text and at - since < REPEAT_SECONDS

    def muted_until(self, visitor: str, now: float) -> float | None:
        """Until when (epoch seconds) the visitor may not talk; None when it may."""
        until = self.mutes.get(visitor)
        return until if until is not None and until > now else None

    def may_talk(self) -> bool:
        """Whether this room takes messages."""
        return self.state in ("planned", "live")

    def recent(self) -> list[Message]:
        """The newest messages, for somebody who comes in."""
        return list(self._history.values())[-HISTORY_SHOWN:]

    def history(self) -> list[Message]:
        """All messages at hand, for another process."""
        return list(self._history.values())

    def next_talk_frame(self, at: float, *, heartbeat: float) -> str | None:
        """One frame with all that is new since the last one; None when nothing is and nobody waits for a sign."""
        counters = (self.likes, self.viewers(at))
        quiet = not self._unsent and not self._deleted and counters == self._told
        if quiet and at - self._told_at < heartbeat:
            return None
        frame = talk_frame(list(self._unsent), list(self._deleted), *counters)
        self._unsent.clear()
        self._deleted.clear()
        self._told, self._told_at = counters, at
        return frame

    def next_trade_frame(self, at: float) -> str | None:
        """One frame of what is due of the trade."""
        if not self.outbox.is_due(at):
            return None
        return trade_frame(*self.outbox.take(at))
