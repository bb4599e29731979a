"""The room server as a process of its own: `python -m millstream.live.room --port 8003`."""

import argparse
import os

from granian.constants import Interfaces
from granian.server import Server


def main() -> None:
    """Serve `/ws/rooms/` until told to stop; settings come from the environment as for a web process."""
    parser = argparse.ArgumentParser(description="Serve the rooms of Millstream, apart from its pages.")
    parser.add_argument("--host", default=os.environ.get("MILLSTREAM_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=8003)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")
    Server(
        "millstream.live.room.apart:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=1,
        backlog=8192,
        backpressure=8192,
    ).serve()


if __name__ == "__main__":
    main()
