"""The durable JetStream consumer of the media plane's events: into rows, each once, in the worker process."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import close_old_connections, connection
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from millstream.kernel.clock import read_now
from millstream.kernel.nats import connect_until
from millstream.media.actions.apply_events import apply_events
from millstream.media.rules import MalformedEvent, read_event
from millstream.media.types import EventsApplied, MediaEvent

log = logging.getLogger(__name__)

STREAM: Final = "MEDIA"
SUBJECTS: Final = "media.>"
DURABLE: Final = "media-rows"
BATCH: Final = 100
FETCH_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 1.0
ACK_WAIT_SECONDS: Final = 30.0
KEEP_SECONDS: Final = 7 * 24 * 3600.0
KEEP_BYTES: Final = 512 * 1024 * 1024
DUPLICATE_WINDOW_SECONDS: Final = 600.0


async def run(stop: asyncio.Event) -> None:
    """Apply the media plane's events until told to stop; NATS or PostgreSQL being away only makes it wait."""
    threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="media-rows")
    try:
        while not stop.is_set():
            try:
                await _consume(stop, threads)
            except (NatsError, OSError, TimeoutError) as away:
                log.warning("media events wait: %s: %s", type(away).__name__, away)
                await _pause(stop, RETRY_SECONDS)
    finally:
        await asyncio.get_running_loop().run_in_executor(threads, _let_go)
        threads.shutdown(wait=True)


async def _consume(stop: asyncio.Event, threads: ThreadPoolExecutor) -> None:
    client = await connect_until(stop, "media-rows")
    if client is None:
        return
    try:
        await keep_stream(client.jetstream())
        pull = await client.jetstream().pull_subscribe(
            SUBJECTS,
            durable=DURABLE,
            stream=STREAM,
            config=ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=ACK_WAIT_SECONDS, max_ack_pending=BATCH * 4),
        )
        while not stop.is_set():
            await _one_batch(pull, stop, threads)
    finally:
        await _close(client)


async def _close(client: Client) -> None:
    if not client.is_closed:
        await client.close()


async def keep_stream(jetstream: JetStreamContext) -> None:
    """Make the stream of events when nobody did yet; whoever comes first makes it."""
    try:
        await jetstream.stream_info(STREAM)
    except NotFoundError:
        await jetstream.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=[SUBJECTS],
                storage=StorageType.FILE,
                retention=RetentionPolicy.LIMITS,
                max_age=KEEP_SECONDS,
                max_bytes=KEEP_BYTES,
                duplicate_window=DUPLICATE_WINDOW_SECONDS,
            )
        )


async def _one_batch(pull: JetStreamContext.PullSubscription, stop: asyncio.Event, threads: ThreadPoolExecutor) -> None:
    """Fetch, apply, acknowledge: in this order, so that a kill between any two steps repeats and loses nothing."""
    try:
        messages = await pull.fetch(BATCH, timeout=FETCH_SECONDS)
    except (NatsTimeoutError, TimeoutError):
        return
    events, good = await _read(messages)
    if not events:
        return
    try:
        done = await asyncio.get_running_loop().run_in_executor(threads, _apply, events)
    except Exception:
        # Whatever it was (PostgreSQL away, our own mistake), the events come again after the pause.
        log.exception("%d media events could not be applied; they come again", len(events))
        for message in good:
            await message.nak(delay=RETRY_SECONDS)
        await _pause(stop, RETRY_SECONDS)
        return
    if done.strange:
        log.warning("%d media events were about streams that nobody opened", done.strange)
    for message in good:
        await message.ack()


async def _read(messages: Sequence[Msg]) -> tuple[list[MediaEvent], list[Msg]]:
    """The events in the messages; what is no event is said and never delivered again."""
    events, good = [], []
    for message in messages:
        try:
            events.append(read_event(message.data))
        except MalformedEvent as wrong:
            log.error("message on %s is not a media event: %s", message.subject, wrong)  # noqa: TRY400
            await message.term()
        else:
            good.append(message)
    return events, good


def _apply(events: Sequence[MediaEvent]) -> EventsApplied:
    close_old_connections()
    try:
        return apply_events(events, now=read_now())
    finally:
        close_old_connections()


def _let_go() -> None:
    """Close this thread's connection (the attribute is looked up in the thread that runs this)."""
    connection.close()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
