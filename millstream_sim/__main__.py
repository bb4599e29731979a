"""`python -m millstream_sim`: run the sandbox payment gateway and carrier."""

from __future__ import annotations

import asyncio
import logging
import sys

import uvloop

from millstream_sim.settings import SettingMissing, SimSettings
from millstream_sim.shell import serve


def main() -> None:
    """Read the settings and serve."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    try:
        settings = SimSettings.from_environ()
    except (SettingMissing, ValueError) as error:
        raise SystemExit(str(error)) from error
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))


main()
