"""The queue's worker: runs jobs and periodic jobs, and frees those that nobody runs any more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from procrastinate import App, JobContext
from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

log = logging.getLogger("millstream.worker")

CONCURRENCY: Final = 4
POLL_SECONDS: Final = 2.0
HEARTBEAT_SECONDS: Final = 3.0
# A worker that is only slow says that it lives seven times before its jobs are given to another.
DEAD_SECONDS: Final = 20.0
SWEEP_SECONDS: Final = 3.0
MOST_TRIES: Final = 5


class Hand:
    """What this process has in hand, and the sweep that frees what nobody has.

    A job that was fetched stays `doing`, and its lock shut, until somebody says how it ended. Nobody does when its
    worker was killed (its heartbeat ends, or its row is gone), or when the database was away at that moment: then
    the job stands under a worker that lives and does not have it.
    """

    def __init__(self) -> None:
        self.worker_id: int | None = None
        self._held: set[int] = set()
        self._missed: set[int] = set()

    async def hold(self, run: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        """Run a job and know meanwhile that it is in hand; procrastinate's worker middleware."""
        assert context.job.id is not None
        self.worker_id = worker.worker_id
        self._held.add(context.job.id)
        try:
            return await run()
        finally:
            self._held.discard(context.job.id)

    def sweep(self) -> int:
        """Free the jobs of dead workers, and those of ours that were not in hand twice; returns how many.

        Twice, for a job is `doing` a moment before it is in hand, and a moment after.
        """
        mend_connection()
        doing = ProcrastinateJob.objects.filter(status="doing", worker_id=self.worker_id or 0)
        missing = set(doing.values_list("id", flat=True)) - self._held
        lost, self._missed = missing & self._missed, missing
        dead = ProcrastinateWorker.objects.filter(last_heartbeat__lt=Now() - timedelta(seconds=DEAD_SECONDS))
        ours = Q(worker_id=self.worker_id or 0, id__in=lost)
        return _free_jobs(Q(worker=None) | Q(worker__in=dead) | ours)


@transaction.atomic
def _free_jobs(which: Q) -> int:
    """Put these running jobs back in line; rows that another sweep has are left to it."""
    rows = ProcrastinateJob.objects.select_for_update(skip_locked=True).filter(which, status="doing").order_by("id")
    found = list(rows.values_list("id", "task_name", "attempts"))
    manager = JobManager(DjangoConnector())
    for job_id, name, attempts in found:
        _free(manager, job_id, name, attempts + 1)
    return len(found)


def _free(manager: JobManager, job_id: int, name: str, tries: int) -> None:
    end = async_to_sync(manager.finish_job_by_id_async)
    if tries >= MOST_TRIES:
        log.error("job %s (%s) lost its worker %d times: given up", job_id, name, tries)
        end(job_id=job_id, status=Status.FAILED, delete_job=False)
        return
    try:
        with transaction.atomic():
            manager.retry_job_by_id(job_id, retry_at=datetime.now(UTC))
    except UniqueViolation:  # the next one of its kind is in line already and does its work
        end(job_id=job_id, status=Status.ABORTED, delete_job=True)
    log.warning("job %s (%s) lost its worker and is free again", job_id, name)


def mend_connection() -> None:
    """Drop this thread's connection if it broke; one that works is kept, for a new one costs more than a look."""
    if connection.errors_occurred:
        if not connection.is_usable():
            connection.close()
        connection.errors_occurred = False


async def work_queue(stop: asyncio.Event) -> None:
    """Run procrastinate's worker with its periodic jobs until the stop."""
    connector = queue.connector.get_worker_connector()  # type: ignore[attr-defined]
    with queue.replace_connector(connector) as replaced:
        async with replaced.open_async() as opened:
            await _work_until(stop, opened)


async def _work_until(stop: asyncio.Event, opened: App) -> None:
    hand = Hand()
    running = asyncio.create_task(
        opened.run_worker_async(
            concurrency=CONCURRENCY,
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL_SECONDS,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=DEAD_SECONDS,
            worker_middleware=[hand.hold],
        )
    )
    stopping = asyncio.create_task(stop.wait())
    keeping = asyncio.create_task(_keep(hand, opened))
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        else:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        stopping.cancel()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _keep(hand: Hand, opened: App) -> None:
    """Say that the worker lives and free what nobody has, also while a stop waits for the last job."""
    sweep = sync_to_async(hand.sweep, thread_sensitive=True)
    while True:
        try:
            if hand.worker_id is not None:
                await opened.job_manager.update_heartbeat(hand.worker_id)
            await sweep()
        except Exception as error:  # noqa: BLE001 - a worker without its database goes on looking
            log.warning("jobs that nobody runs could not be looked for: %r", error)
        await asyncio.sleep(SWEEP_SECONDS)
