"""A room as one process knows it: who watches, what was said, what is traded."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from millstream.live.room.admission import as_of_crew
from millstream.live.room.bounds import (
    DELETED_KEPT,
    HISTORY,
    HISTORY_SHOWN,
    PRESENCE_EXPIRES_SECONDS,
    REPEAT_SECONDS,
    TALK_PER_FRAME,
    TRADE_KEPT,
)
from millstream.live.room.frame import Frame
from millstream.live.room.guard import Guard, GuardSeed
from millstream.live.room.outbox import TradeOutbox
from millstream.live.room.socket import Socket
from millstream.live.room.wire import Message, TradeItem, talk_frame, trade_frame

MOST_SPEAKERS = 10_000


@dataclass(frozen=True, slots=True)
class RoomSeed:
    """What the rows say about a room when a process opens it; `places` are the variants of the rundown in order."""

    show: UUID
    state: str
    last: int
    trade: Sequence[TradeItem]
    messages: Sequence[Message]
    likes: int
    guard: GuardSeed = field(default_factory=GuardSeed)
    places: Sequence[str] = ()


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
        self.guard = Guard()
        self.places: Sequence[str] = ()
        self.caption: Mapping[str, str] | None = None
        self.sale_open = True
        self.video_open = True
        self.idle_since = opened_at
        self.next_tick = 0.0
        self.outbox = TradeOutbox()
        self._trade: deque[TradeItem] = deque(maxlen=TRADE_KEPT)
        self._history: OrderedDict[str, Message] = OrderedDict()
        self._unsent: deque[Message] = deque(maxlen=TALK_PER_FRAME)
        self._deleted: deque[str] = deque(maxlen=HISTORY)
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._rules_told = True
        self._others: dict[str, tuple[int, float]] = {}
        self._spoke: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._told = (-1, -1)
        self._told_at = float("-inf")

    def seed(self, seed: RoomSeed) -> None:
        """Take what the rows say; what came by NATS meanwhile stays."""
        self.show, self.state = seed.show, seed.state
        self.likes = max(self.likes, seed.likes)
        self.places = seed.places
        self.keep_order(seed.guard)
        self._rules_told = True
        self.hear_history(seed.messages)
        if seed.last > self.last:
            self._trade.extend(item for item in seed.trade if item["n"] > self.last)
            self.last = seed.last
        self.seeded = True

    def hear_history(self, messages: Iterable[Message]) -> None:
        """Put earlier messages before those heard since; they are shown to who comes, not sent again."""
        merged = {message["id"]: message for message in messages if message["id"] not in self._gone}
        merged.update(self._history)
        ordered = sorted(merged.values(), key=lambda message: str(message["id"]))[-HISTORY:]
        self._history = OrderedDict((message["id"], message) for message in ordered)

    def hear_message(self, message: Message) -> None:
        """Take a message for the next talk frame; one that is known already is left out."""
        if message["id"] in self._history or message["id"] in self._gone:
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
        if message_id not in self._gone:
            self._gone[message_id] = None
            self._deleted.append(message_id)
            while len(self._gone) > DELETED_KEPT:
                self._gone.popitem(last=False)

    def delete_said_by(self, visitor: str, actor: str = "", network: str = "") -> None:
        """Take away all that a visitor (an actor, a network) said, here and from every screen."""
        said_by = [
            message["id"]
            for message in self._history.values()
            if message["visitor"] == visitor
            or (actor and message.get("actor") == actor)
            or (network and message.get("network") == network and message["role"] in ("guest", "buyer"))
        ]
        for message_id in said_by:
            self.delete_message(message_id)

    def is_gone(self, message_id: str) -> bool:
        """Whether a line was taken away lately."""
        return message_id in self._gone

    def gone(self) -> list[str]:
        """The lines taken away lately, for pages that were not connected meanwhile."""
        return list(self._gone)

    def let_in(self, socket: Socket) -> None:
        """Take a socket in, as whom the crew's rows know it by now; its pass may be older."""
        socket.entry = as_of_crew(socket.entry, self.guard.seed.crew)
        self.sockets.add(socket)

    def keep_order(self, seed: GuardSeed) -> list[Socket]:
        """Take what the rows say about rules, words and who may not talk; lines deleted meanwhile leave the screens.

        Returns the sockets of those who joined or left the crew: they have another role now.
        """
        if seed.rules != self.guard.rules:
            self._rules_told = False
        self.guard.take(seed)
        self.sale_open, self.video_open = seed.sale_open, seed.video_open
        for message_id in seed.deleted:
            self.delete_message(message_id)
        changed = []
        for socket in self.sockets:
            entry = as_of_crew(socket.entry, seed.crew)
            if entry is not socket.entry:
                socket.entry = entry
                changed.append(socket)
        return changed

    def hear_trade(self, items: Iterable[TradeItem]) -> None:
        """Take the trade items that come next; those seen before are left out."""
        for item in items:
            number = int(item["n"])
            if number <= self.last:
                continue
            self.last = number
            self._trade.append(item)
            self.outbox.add((item,))
            self._follow(str(item["kind"]), item["data"])

    def _follow(self, kind: str, data: Mapping[str, object]) -> None:
        """What an item says about the room itself."""
        if kind == "state":
            self.state = str(data.get("state", self.state))
        elif kind == "sale":
            self.sale_open = bool(data.get("open", True))
        elif kind == "video":
            self.video_open = bool(data.get("open", True))

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

    def may_talk(self) -> bool:
        """Whether this room takes messages."""
        return self.state in ("planned", "live")

    def recent(self) -> list[Message]:
        """The newest messages, for somebody who comes in."""
        return list(self._history.values())[-HISTORY_SHOWN:]

    def history(self) -> list[Message]:
        """All messages at hand, for another process."""
        return list(self._history.values())

    def message(self, message_id: str) -> Message | None:
        """A message that is at hand."""
        return self._history.get(message_id)

    def next_talk_frame(self, at: float, *, heartbeat: float) -> Frame | None:
        """One frame with all that is new since the last one; None when nothing is and nobody waits for a sign."""
        counters = (self.likes, self.viewers(at))
        quiet = not self._unsent and not self._deleted and counters == self._told and self._rules_told
        if quiet and at - self._told_at < heartbeat:
            return None
        rules = None if self._rules_told else self.guard.rules.told()
        frame = talk_frame(list(self._unsent), list(self._deleted), *counters, rules)
        self._rules_told = True
        self._unsent.clear()
        self._deleted.clear()
        self._told, self._told_at = counters, at
        return frame

    def next_trade_frame(self, at: float) -> Frame | None:
        """One frame of what is due of the trade."""
        if not self.outbox.is_due(at):
            return None
        return trade_frame(*self.outbox.take(at))
