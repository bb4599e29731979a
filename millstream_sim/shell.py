"""The process around the simulators: one event loop, one port, the routes of every part."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import signal
from importlib import import_module

from millstream_sim.http_client import HttpClient
from millstream_sim.http_server import Handler, HttpProtocol, Request, Response, Router
from millstream_sim.settings import SimSettings
from millstream_sim.state import SimState

log = logging.getLogger("millstream_sim")

PARTS = ("millstream_sim.gateway", "millstream_sim.carrier")
BACKLOG = 1024


def gather_routes(state: SimState) -> dict[tuple[str, str], Handler]:
    """Ask every part for its routes; two parts may not claim the same one."""
    routes: dict[tuple[str, str], Handler] = {("GET", "/healthz"): _healthz}
    for name in PARTS:
        if importlib.util.find_spec(name) is None:
            continue
        for route, handler in import_module(name).routes(state).items():
            assert route not in routes, f"{name} claims {route}, which another part has"
            routes[route] = handler
    return routes


def _healthz(_request: Request) -> Response:
    return Response(200, b'{"state":"ok"}')


async def serve(settings: SimSettings) -> None:
    """Serve until SIGTERM or SIGINT; a busy port is refused by the name of its setting."""
    state = SimState(settings=settings, client=HttpClient())
    router = Router(gather_routes(state))
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        server = await loop.create_server(
            lambda: HttpProtocol(router),
            settings.host,
            settings.port,
            backlog=BACKLOG,
            reuse_address=True,
        )
    except OSError as error:
        raise SystemExit(f"SIM_PORT {settings.port} cannot be used: {error}") from error
    log.info(
        "simulators listen on http://%s:%s",
        settings.host,
        server.sockets[0].getsockname()[1],
    )
    async with server:
        await stopped.wait()
    state.stop()
    state.client.close()
