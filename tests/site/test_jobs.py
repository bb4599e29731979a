"""Jobs of a worker that is gone are free again: nothing that comes round stops for ever, and nothing runs twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from millstream.kernel.clock import read_now
from millstream.orders.models import Order
from millstream.orders.types import OrderPlaced, OrderState
from millstream.site.jobs import DEAD_SECONDS, MOST_TRIES, Hand
from tests.orders.live.town import wait_until
from tests.orders.market import buy, make_market, row

PATIENCE = 60.0
NAME = "orders.expire"
LATE = DEAD_SECONDS + 5

pytestmark = pytest.mark.django_db(transaction=True)


def ask(sql: str, *values: object) -> list[Any]:
    """Rows of one statement, on a connection of its own."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        found = database.execute(sql.encode(), values or None)
        return found.fetchall() if found.description else []


def worker_row(silent_seconds: float = 0) -> int:
    """A worker that said that it lives so long ago."""
    sql = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id"
    return int(ask(sql, timedelta(seconds=silent_seconds))[0][0])


def job(worker: int | None, *, status: str = "doing", lock: str = "a", attempts: int = 0) -> int:
    """A job of a kind that exists once in line and once in work."""
    sql = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, args, worker_id, attempts)"
        " VALUES ('default', 'test.job', %s, %s, %s, '{}', %s, %s) RETURNING id"
    )
    return int(ask(sql, lock, lock, status, worker, attempts)[0][0])


def states() -> dict[int, str]:
    """Where every job stands."""
    return dict(ask("SELECT id, status::text FROM procrastinate_jobs"))


def test_the_job_of_a_dead_worker_is_in_line_again() -> None:
    """Its worker is silent, or its row is gone; what a worker has that lives stays with it."""
    silent, gone = job(worker_row(LATE), lock="a"), job(None, lock="b")
    held = job(worker_row(DEAD_SECONDS / 2), lock="c")
    assert Hand().sweep() == 2
    assert states() == {silent: "todo", gone: "todo", held: "doing"}
    assert Hand().sweep() == 0


def test_a_dead_workers_job_gives_way_to_the_next_of_its_kind() -> None:
    """Two of a kind cannot wait in line: the one that waits does the work of both."""
    dead, waits = job(worker_row(LATE)), job(None, status="todo")
    assert Hand().sweep() == 1
    assert states() == {waits: "todo"}
    assert dead not in states()


def test_a_job_that_kills_its_workers_is_given_up() -> None:
    """After some tries its lock is open for others, and the row says that it failed."""
    poison = job(worker_row(LATE), attempts=MOST_TRIES - 1)
    Hand().sweep()
    assert states() == {poison: "failed"}


def test_a_job_that_a_living_worker_does_not_have_is_freed_at_the_second_look() -> None:
    """Its end, or its beginning, was lost with a connection; one look alone may have come between fetch and start."""
    hand = Hand()
    hand.worker_id = worker_row()
    lost = job(hand.worker_id)
    assert hand.sweep() == 0
    assert hand.sweep() == 1
    assert states() == {lost: "todo"}


def test_two_sweeps_at_once_free_a_job_once() -> None:
    """A row that another sweep has is left to it: else the job could be put back while a third runs it already."""
    lost = job(worker_row(LATE))
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute("SELECT 1 FROM procrastinate_jobs WHERE id = %s FOR UPDATE", [lost])
        assert Hand().sweep() == 0
    assert Hand().sweep() == 1


class Workers:
    """Real `millstream worker` processes, and what they say."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start one."""
        with self.log.open("ab") as sink:
            command = [sys.executable, "-m", "millstream", "worker"]
            self._running.append(subprocess.Popen(command, stdout=sink, stderr=sink))

    def kill(self) -> None:
        """Kill -9 of all."""
        for process in self._running:
            process.kill()
            process.wait()
        self._running.clear()

    def until(self, happens: Callable[[], bool]) -> None:
        """Wait for it, and show what they said when it does not come."""
        assert wait_until(happens, PATIENCE), self.log.read_text()[-5000:]


@pytest.fixture
def workers(nats_url: str, tmp_path: Path) -> Iterator[Workers]:
    """Workers of this test's database."""
    started = Workers(tmp_path / "worker.log")
    yield started
    started.kill()


def order_with_a_hold_that_is_over() -> OrderPlaced:
    """What the job of holds has to do."""
    placed, now = buy(make_market(stock=3)), read_now()
    past = {"placed_at": now - timedelta(hours=1), "expires_at": now - timedelta(minutes=50)}
    Order.objects.unscoped("a test").filter(id=placed.order_id).update(**past)
    return placed


def inside() -> bool:
    """Whether a worker is in the middle of the job: fetched, and waiting for a table that is locked."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'orders_order'::regclass"
    doing = "SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND status = 'doing'"
    return bool(ask(doing, NAME)) and bool(ask(waiting))


@contextmanager
def caught_inside(workers: Workers) -> Iterator[None]:
    """A worker that cannot get on with the job before the block ends."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as lock:
        lock.execute("LOCK TABLE orders_order IN ACCESS EXCLUSIVE MODE")
        workers.start()
        workers.until(inside)
        yield
        lock.rollback()


@pytest.mark.slow
def test_a_job_whose_worker_is_killed_inside_it_runs_again(workers: Workers) -> None:
    """Kill -9 in the middle of the job of holds: the next worker frees it, and the hold expires."""
    placed = order_with_a_hold_that_is_over()
    with caught_inside(workers):
        workers.kill()
    assert ask("SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND status = 'doing'", NAME), "it left nothing"
    workers.start()
    workers.until(lambda: row(placed).state == OrderState.EXPIRED)


# The connection dies while it tells how the job ended; the sequence, which no rollback undoes, says that it did.
CUT = f"""
CREATE SEQUENCE cut;
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM nextval('cut'), pg_terminate_backend(pg_backend_pid()); RETURN OLD; END $$;
CREATE TRIGGER cut BEFORE UPDATE OR DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.task_name = '{NAME}' AND OLD.status = 'doing') EXECUTE FUNCTION cut();
"""


@pytest.mark.slow
def test_a_job_whose_end_reaches_nobody_comes_round_again(workers: Workers) -> None:
    """The database is away at the moment when the job ends: its worker lives on, and frees what it does not have."""
    first = order_with_a_hold_that_is_over()
    ask(CUT)
    workers.start()
    workers.until(lambda: bool(ask("SELECT is_called FROM cut")[0][0]))
    ask("DROP TRIGGER cut ON procrastinate_jobs")
    assert row(first).state == OrderState.EXPIRED, "the job was done before it could not say so"
    second = order_with_a_hold_that_is_over()
    workers.until(lambda: row(second).state == OrderState.EXPIRED)
