"""The room server as a process of its own: `python -m millstream.live.room --port 8003`."""

import argparse
import asyncio
import gc
import logging
import os
import resource
import signal

import uvloop

SPARE_FILES = 200


def main() -> None:
    """Serve `/ws/rooms/` until told to stop; settings come from the environment as for a web process."""
    parser = argparse.ArgumentParser(description="Serve the rooms of Millstream, apart from its pages.")
    parser.add_argument("--host", default=os.environ.get("MILLSTREAM_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=8003)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")
    allow_many_files()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options.host, options.port))


async def _serve(host: str, port: int) -> None:
    # Importing sets Django up; what was imported stays, and the collector need not look at it again.
    from millstream.live.room.apart import Hub, SocketLimits, serve  # noqa: PLC0415 - see above

    gc.collect()
    gc.freeze()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await serve(Hub(SocketLimits.from_environ()), host, port, stop=stop)


def allow_many_files() -> None:
    """Raise the number of open files as far as the system lets us: each viewer is one."""
    wanted = int(os.environ.get("MILLSTREAM_ROOM_SOCKETS_IN_ALL", "20000")) + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < wanted:
        logging.getLogger(__name__).warning("only %d files may be open: fewer viewers than asked for", most)


if __name__ == "__main__":
    main()
