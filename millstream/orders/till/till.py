"""One till a process: a bounded queue, and a thread with its own connection that commits what gathered."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any, Final

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.postgresql.base import Cursor as ClientBindingCursor
from django.db.backends.postgresql.base import ServerBindingCursor

from millstream.kernel.clock import read_now
from millstream.kernel.refusals import Refusal
from millstream.orders.actions.capture_payments import capture_payments
from millstream.orders.actions.place_orders import place_orders
from millstream.orders.refusals import TillAway, TillFull
from millstream.orders.till.quick_lists import QuickLists
from millstream.orders.types import Notice, OrderPlaced, OrderWish, Verdict

log = logging.getLogger(__name__)

QUEUE_SIZE: Final = 4_000
BATCH_SIZE: Final = 200
GATHER_SECONDS: Final = 0.004
BUSY_JOBS: Final = 4
GATHER_SHARE: Final = 0.5
BUSY_GATHER_SECONDS: Final = 0.01
MOST_GATHER_SECONDS: Final = 0.05
WAIT_SECONDS: Final = 20.0
FULL_RETRY_SECONDS: Final = 2
PREPARED_AFTER: Final = 3
MOST_PREPARED: Final = 200
PLAN_SECONDS: Final = 2.0

type Answer = OrderPlaced | Verdict | Exception
type Commit = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(slots=True)
class _Job:
    ask: OrderWish | Notice
    settle: Callable[[Answer], None]


class Till:
    """Takes wishes and notices from any thread or loop; answers each when its transaction is committed."""

    def __init__(
        self, *, size: int = QUEUE_SIZE, batch_size: int = BATCH_SIZE, gather_seconds: float = GATHER_SECONDS
    ) -> None:
        self._size = size
        self._batch_size = batch_size
        self._gather_seconds = gather_seconds
        self._waiting: deque[_Job] = deque()
        self._something = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._last_jobs, self._last_seconds = 0, 0.0
        self._planned_at = time.monotonic()

    def submit(self, wish: OrderWish) -> OrderPlaced:
        """Place one order together with what else arrives; raises its refusal. Waits."""
        answer = self._wait_for(wish)
        assert isinstance(answer, OrderPlaced)
        return answer

    def capture(self, notice: Notice) -> Verdict:
        """Take one notice of the gateway together with what else arrives. Waits."""
        answer = self._wait_for(notice)
        assert isinstance(answer, Verdict)
        return answer

    async def submit_async(self, wish: OrderWish) -> OrderPlaced:
        """Place one order together with what else arrives; raises its refusal."""
        answer = await self._await_for(wish)
        assert isinstance(answer, OrderPlaced)
        return answer

    async def capture_async(self, notice: Notice) -> Verdict:
        """Take one notice of the gateway together with what else arrives."""
        answer = await self._await_for(notice)
        assert isinstance(answer, Verdict)
        return answer

    def _wait_for(self, ask: OrderWish | Notice) -> Answer:
        future: Future[Answer] = Future()

        def settle(answer: Answer) -> None:
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self._put(_Job(ask, settle))
        try:
            return future.result(WAIT_SECONDS)
        except FutureTimeout:
            raise TillAway from None

    async def _await_for(self, ask: OrderWish | Notice) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def finish(answer: Answer) -> None:
            if future.done():
                return
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self._put(_Job(ask, lambda answer: _tell_loop(loop, finish, answer)))
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await future
        except TimeoutError:
            raise TillAway from None

    def _put(self, job: _Job) -> None:
        if len(self._waiting) >= self._size:
            raise TillFull(retry_after=FULL_RETRY_SECONDS)
        self._waiting.append(job)
        if self._thread is None:
            self._start()
        self._something.set()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="till", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Commit what waits and end the thread; for tests and an orderly end."""
        self._stopped = True
        self._something.set()
        if self._thread is not None:
            self._thread.join(WAIT_SECONDS)
            self._thread = None
        self._stopped = False

    def _run(self) -> None:
        while True:
            self._something.wait()
            self._something.clear()
            if self._stopped and not self._waiting:
                _let_go()
                return
            while self._waiting:
                self._gather()
                self._take_turn()

    def _gather(self) -> None:
        """Wait for more to come: a little, or under load half as long as the last turn took.

        Half of what a batch costs is the same for one order as for a hundred, so a till that has much to do does
        it in fewer and larger batches.
        """
        if self._stopped or len(self._waiting) >= self._batch_size:
            return
        is_busy = self._last_jobs >= BUSY_JOBS
        under_load = min(max(BUSY_GATHER_SECONDS, GATHER_SHARE * self._last_seconds), MOST_GATHER_SECONDS)
        time.sleep(under_load if is_busy else self._gather_seconds)

    def _take_turn(self) -> None:
        """Commit one batch of notices and one of wishes; whatever fails, every job is answered."""
        began = time.monotonic()
        jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._batch_size))]
        _prepare_statements()
        self._plan_anew()
        notices = [job for job in jobs if isinstance(job.ask, Notice)]
        wishes = [job for job in jobs if isinstance(job.ask, OrderWish)]
        if notices:
            _commit(notices, lambda asks: capture_payments(asks, now=read_now()))
        if wishes:
            _commit(wishes, lambda asks: place_orders(asks, now=read_now()))
        self._last_jobs, self._last_seconds = len(jobs), time.monotonic() - began

    def _plan_anew(self) -> None:
        """Now and then let PostgreSQL forget the kept plans: a plan made for an empty table reads all of a full one.

        Statistics would make it forget them too, but in a rush a table grows a thousandfold before they are taken.
        """
        if time.monotonic() - self._planned_at < PLAN_SECONDS:
            return
        self._planned_at = time.monotonic()
        try:
            with connection.cursor() as cursor:
                cursor.execute("DISCARD PLANS")
        except DatabaseError:
            log.warning("the till could not have its statements planned anew", exc_info=True)


def _prepare_statements() -> None:
    """Let PostgreSQL keep the plans of the till's statements: the same fifty come again with every batch.

    That takes parameters bound by the server, which Django leaves off since not all that its ORM can say allows it;
    what the till says does. A connection that cannot be opened is noticed by the batch itself.
    """
    try:
        connection.ensure_connection()
    except DatabaseError:
        return
    raw: Any = connection.connection
    if raw.cursor_factory is not ServerBindingCursor:
        raw.cursor_factory = ServerBindingCursor
        raw.prepare_threshold = PREPARED_AFTER
        raw.prepared_max = MOST_PREPARED
        raw.adapters.register_dumper(list, QuickLists)


def _let_go() -> None:
    """Give the connection back as it was: a pool may hand it to somebody else."""
    raw: Any = connection.connection
    if raw is not None:
        raw.cursor_factory = ClientBindingCursor
        raw.prepare_threshold = None
    connection.close()


def _tell_loop(loop: asyncio.AbstractEventLoop, finish: Callable[[Answer], None], answer: Answer) -> None:
    try:
        loop.call_soon_threadsafe(finish, answer)
    except RuntimeError:  # the loop has ended, nobody waits any more
        log.info("an answer of the till came after its loop had ended")


def _commit(jobs: Sequence[_Job], commit: Commit) -> None:
    """Commit a batch; when it fails as a whole, each alone. A lost connection is tried anew once.

    Trying again is safe: a wish is known by its key and a capture by its payment.
    """
    try:
        answers = commit([job.ask for job in jobs])
    except Exception as error:  # noqa: BLE001 - whatever it was, each is tried alone and answered
        if not isinstance(error, Refusal):
            log.warning("a batch of %d failed, each is tried alone: %r", len(jobs), error)
        if isinstance(error, OperationalError | InterfaceError):
            _let_go()
            _prepare_statements()
        _commit_alone(jobs, commit)
        return
    for job, answer in zip(jobs, answers, strict=True):
        job.settle(answer)


def _commit_alone(jobs: Sequence[_Job], commit: Commit) -> None:
    away = False
    for job in jobs:
        if away:
            job.settle(TillAway())
            continue
        try:
            answer = commit([job.ask])[0]
        except Refusal as refusal:
            answer = refusal
        except (OperationalError, InterfaceError) as error:
            log.exception("the till cannot write")
            _let_go()
            away = _is_lost(error)
            answer = TillAway()
        except DatabaseError:
            log.exception("the till could not commit one of a batch")
            answer = TillAway()
        except Exception as error:
            log.exception("the till failed on one of a batch")
            answer = error
        job.settle(answer)


def _is_lost(error: Exception) -> bool:
    """Whether the database is away, rather than this one transaction refused (a lock or a deadlock)."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


till: Final = Till()
