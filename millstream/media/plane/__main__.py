"""`python -m millstream.media.plane`: run the media process with settings from the environment."""

from __future__ import annotations

import asyncio
import logging
import resource
import ssl
import sys

import uvloop

from millstream.media.plane.config import PlaneConfig, SettingWrong
from millstream.media.plane.server import serve


def main() -> int:
    """Run until told to stop; a wrong setting or a busy port ends with status 2 and a sentence."""
    logging.basicConfig(level=logging.INFO, format="media %(levelname)s %(message)s", stream=sys.stderr)
    # These log whole URLs, and ours carry the hook's secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # These tell of every check and packet.
    logging.getLogger("aioice").setLevel(logging.WARNING)
    logging.getLogger("aiortc").setLevel(logging.WARNING)
    _allow_many_lines()
    try:
        config = PlaneConfig.from_environ()
        asyncio.run(serve(config), loop_factory=uvloop.new_event_loop)
    except SettingWrong as error:
        print(f"media: {error}", file=sys.stderr)
        return 2
    except ssl.SSLError as error:
        print(f"media: MEDIA_TLS_CERT and MEDIA_TLS_KEY cannot be used: {error.reason}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"media: cannot listen: {error}", file=sys.stderr)
        return 2
    return 0


def _allow_many_lines() -> None:
    """Every viewer that waits holds a file descriptor: take as many as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
