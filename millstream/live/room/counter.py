"""Trade over the socket: buys, bids and grabs, gathered and answered in batches beside the event loop.

Who asks is the socket's visitor, what it costs is the till's or the auction's word: nothing of either is in a frame.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.live.refusals.talk import CounterBusy, NotBegun, NothingToAsk, SaleClosed, SaleOver
from millstream.live.room import bounds
from millstream.live.room.socket import Socket
from millstream.live.room.state import Room
from millstream.live.room.wire import Ask, Bid, Buy, Grab

log = logging.getLogger(__name__)

KINDS: Final[dict[type, str]] = {Buy: "buy", Bid: "bid", Grab: "grab"}
BUSY_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What a viewer asks of the counter, as the server knows the viewer."""

    ask: Any
    show: UUID
    visitor: UUID
    actor: UUID | None
    name: str
    network: str
    language: str
    person: str = ""


type Answer = Mapping[str, Any] | Refusal
type Handler = Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]]

_handlers: dict[str, Handler] = {}
_at_once: dict[str, int] = {}


def plug_counter(kind: str, handler: Handler, *, at_once: int) -> None:
    """Let `handler` answer all asks of a kind (`buy`, `bid`, `grab`) from now on; one answer per ask, in order.

    It is given `at_once` of them at most; it must bear that an ask comes again after a batch of it has failed.
    """
    assert kind in KINDS.values()
    _handlers[kind], _at_once[kind] = handler, at_once


@dataclass(frozen=True, slots=True)
class _Waiting:
    asked: Asked
    answer: Callable[[Answer], None]


class Counters:
    """The asks of one process: a bounded queue and one batch at a time for each kind."""

    def __init__(self, errand: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._errand = errand
        self._queues: dict[str, deque[_Waiting]] = {kind: deque() for kind in KINDS.values()}
        self._busy: set[str] = set()
        self._closed = False
        self._by_visitor = RateLimit("live.asks", per_minute=bounds.ASKS_PER_MINUTE, burst=bounds.ASKS_BURST)
        rate = conf().network_rate
        self._by_network = RateLimit("live.asks_network", per_minute=rate, burst=rate)

    def take(self, room: Room, socket: Socket, ask: Ask, answer: Callable[[Answer], None]) -> None:
        """Queue an ask, or answer at once why not."""
        kind = KINDS[type(ask)]
        entry = socket.entry
        wait = self._by_visitor.take(str(entry.visitor)) or self._by_network.take(entry.network)
        if self._closed:
            answer(CounterBusy(retry_after=BUSY_SECONDS))
        elif wait:
            answer(CounterBusy(retry_after=wait))
        elif room.show is None:  # opened without the rows: they come in a moment
            answer(CounterBusy(retry_after=BUSY_SECONDS))
        elif kind != "bid" and room.state != "live":  # an auction outlives its show: its own close refuses bids
            answer(NotBegun() if room.state == "planned" else SaleOver())
        elif not room.sale_open:
            answer(SaleClosed())
        elif kind not in _handlers:
            answer(NothingToAsk())
        elif len(self._queues[kind]) >= bounds.ASKS_QUEUED:
            answer(CounterBusy(retry_after=BUSY_SECONDS))
        else:
            who = (entry.visitor, entry.actor, entry.name, entry.network, entry.language, entry.person)
            asked = Asked(ask, room.show, *who)
            self._queues[kind].append(_Waiting(asked, answer))
            if kind not in self._busy:
                self._busy.add(kind)
                self._errand(self._work(kind))

    async def _work(self, kind: str) -> None:
        """Answer what waits of a kind, batch after batch, until nothing does."""
        queue = self._queues[kind]
        try:
            while queue:
                await asyncio.sleep(bounds.ASK_GATHER_SECONDS)
                batch = [queue.popleft() for _ in range(min(len(queue), _at_once[kind]))]
                began = time.monotonic()
                await self._answer(kind, batch)
                log.debug("%d of %s answered in %.3f s", len(batch), kind, time.monotonic() - began)
        finally:
            self._busy.discard(kind)

    async def _answer(self, kind: str, batch: Sequence[_Waiting]) -> None:
        """Answer a batch in its order; one that fails as a whole, half by half, until only who breaks it is refused."""
        try:
            answers = await _handlers[kind]([waiting.asked for waiting in batch])
            assert len(answers) == len(batch), "one answer per ask"
        except Refusal as refusal:
            answers = [refusal] * len(batch)
        except Exception as error:
            if len(batch) > 1:
                log.warning("%d asks to %s failed together, they are tried apart: %r", len(batch), kind, error)
                await self._answer(kind, batch[: len(batch) // 2])
                await self._answer(kind, batch[len(batch) // 2 :])
                return
            asked = batch[0].asked
            log.exception("an ask to %s of visitor %s from %s was not answered", kind, asked.visitor, asked.network)
            answers = [CounterBusy(retry_after=BUSY_SECONDS)]
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.answer(answer)

    def close(self) -> None:
        """Take no more, and answer who still waits: they come back to another process and ask again under their key.

        What is with the till already gets the till's answer, for as long as the server waits for it.
        """
        self._closed = True
        for queue in self._queues.values():
            while queue:
                queue.popleft().answer(CounterBusy(retry_after=BUSY_SECONDS))
