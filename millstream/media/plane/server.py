"""Puts the plane together and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from millstream.media.plane.admission import Admissions
from millstream.media.plane.config import PlaneConfig
from millstream.media.plane.events import Outbox, Spool
from millstream.media.plane.hub import Hub
from millstream.media.plane.metrics import render_metrics
from millstream.media.plane.rtmp_server import RtmpServer
from millstream.media.plane.scenes.keeper import SceneKeeper
from millstream.media.plane.stream import StreamState, Surroundings
from millstream.media.plane.thumbnails import Thumbnailer
from millstream.media.plane.tls import Certificate, TlsDoor
from millstream.media.plane.web import WebApp
from millstream.media.plane.whip.server import WhipServer, WhipSettings

DISK_THREADS = 4
BACKLOG = 2048
CLOSE_SECONDS = 2
CLOSED_POLL_SECONDS = 3.0
IDLE_POLL_SECONDS = 10.0

log = logging.getLogger("millstream.media")


class _HttpServer(uvicorn.Server):
    """uvicorn inside our own loop: the signals are ours."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _whip_settings(config: PlaneConfig) -> WhipSettings:
    return WhipSettings(
        addresses=config.ice_addresses,
        max_sessions=config.max_whip_sessions,
        max_transcodes=config.max_whip_transcodes,
        kbit=config.whip_kbit,
        shard=config.shard.number,
    )


class Plane:
    """One media process."""

    def __init__(self, config: PlaneConfig) -> None:
        self.config = config
        self._started = time.monotonic()
        self._executor = ThreadPoolExecutor(DISK_THREADS, thread_name_prefix="media-disk")
        self.outbox = Outbox(Spool(config.spool), config.nats_url)
        around = Surroundings(
            tell=self.outbox.tell,
            executor=self._executor,
            recordings=config.recordings,
            grace_seconds=config.grace_seconds,
            scene_record_seconds=config.scene_record_seconds,
            shard=config.shard,
        )
        self.hub = Hub(around)
        self.gate = Admissions(
            config.web_url, config.hook_secret, config.spool / "admitted.json", shard=config.shard.number
        )
        self.rtmp = RtmpServer(self.hub, self.gate, max_publishers=config.max_publishers, keeps_pace=config.keeps_pace)
        self.certificate = (
            Certificate(config.tls_certificate, config.tls_key)
            if config.rtmps_port and config.tls_certificate is not None and config.tls_key is not None
            else None
        )
        self.whip = WhipServer(self.hub, self.gate, _whip_settings(config), self.rtmp.refused)
        self.web = WebApp(
            self.hub,
            allowed_origins=config.allowed_origins,
            max_waiting=config.max_waiting_viewers,
            health=self.health,
            whip=self.whip,
            metrics=lambda: render_metrics(self.hub, self.rtmp, self.whip, self.web, self.outbox),
        )
        self.keeper = SceneKeeper(self.hub, self.gate.scenes, config.scenes) if config.demo else None
        self.thumbnailer = Thumbnailer(self.hub)

    def health(self) -> tuple[bool, dict[str, Any]]:
        """Whether video runs, and the state of every part; without NATS or web the picture still goes on."""
        streams = {str(stream.stream): stream.facts() for stream in self.hub.streams.values()}
        live = sum(1 for stream in self.hub.streams.values() if stream.state is StreamState.LIVE)
        stopped = [str(s.stream) for s in self.hub.streams.values() if s.recorder.stopped is not None]
        return True, {
            "ok": True,
            "uptime_seconds": round(time.monotonic() - self._started),
            "nats": "connected" if self.outbox.connected else "away",
            "events_waiting": len(self.outbox.spool),
            "live": live,
            "publishers": self.rtmp.publishers + len(self.whip.sessions),
            "viewers_waiting": self.web.waiting,
            "recordings_stopped": stopped,
            "streams": streams,
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until the event is set; then cut, write and close all in order."""
        config = self.config
        await self.hub.wake()
        loop = asyncio.get_running_loop()
        doors = await self._open_doors()
        options = uvicorn.Config(
            self.web,
            host=config.http_host,
            port=config.http_port,
            http="httptools",
            lifespan="off",
            access_log=False,
            log_config=None,
            ws="none",
            backlog=BACKLOG,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=CLOSE_SECONDS,
            server_header=False,
        )
        http = _HttpServer(options)
        work = [self.hub.run(), self.outbox.run(), self.thumbnailer.run(), self._close_what_is_over()]
        if self.keeper is not None:
            work.append(self.keeper.run())
        if self.certificate is not None:
            work.append(self.certificate.run())
        tasks = [loop.create_task(each) for each in work]
        serving = loop.create_task(http.serve())
        log.info("RTMP on %s:%d, HTTP on %s:%d", config.rtmp_host, config.rtmp_port, config.http_host, config.http_port)
        stopping = loop.create_task(stop.wait())
        done, _ = await asyncio.wait([stopping, serving, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for door in doors:
            door.close()
        await self._close(http, serving, tasks)
        for task in done - {stopping, serving}:
            task.result()
        if serving in done and not stop.is_set():
            raise RuntimeError("the HTTP server stopped")

    async def _open_doors(self) -> list[asyncio.Server]:
        """Listen for RTMP, and for RTMPS when there is a certificate."""
        loop, config = asyncio.get_running_loop(), self.config
        doors = [await loop.create_server(self.rtmp, config.rtmp_host, config.rtmp_port, backlog=BACKLOG)]
        if self.certificate is not None:
            context = self.certificate.context
            doors.append(
                await loop.create_server(
                    lambda: TlsDoor(self.rtmp, context), config.rtmp_host, config.rtmps_port, backlog=BACKLOG
                )
            )
            log.info("RTMPS on %s:%d", config.rtmp_host, config.rtmps_port)
        return doors

    async def _close_what_is_over(self) -> None:
        """Ask which shows are over and end their streams, for ever; the web process may be away."""
        asked_at = -IDLE_POLL_SECONDS
        while True:
            now = time.monotonic()
            if self.hub.has_open_streams or now - asked_at >= IDLE_POLL_SECONDS:
                asked_at = now
                closed = await self.gate.closed()
                if closed is not None:
                    self.hub.close_streams(closed)
            await asyncio.sleep(CLOSED_POLL_SECONDS)

    async def _close(self, http: _HttpServer, serving: asyncio.Task[None], tasks: list[asyncio.Task[None]]) -> None:
        await self.rtmp.close()
        await self.whip.close()
        if self.keeper is not None:
            await self.keeper.close()
        http.should_exit = True
        for stream in self.hub.streams.values():
            stream.window.bell.ring()
        await asyncio.wait([serving], timeout=CLOSE_SECONDS + 3)
        await self.hub.close()
        await asyncio.sleep(0.2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.gate.close()
        self._executor.shutdown()


async def serve(config: PlaneConfig) -> None:
    """Run a plane until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Plane(config).run(stop)
