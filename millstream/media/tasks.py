"""What the worker does for recordings from time to time; thin entries, the work is in the actions."""

import logging
import time
from typing import Final

from procrastinate.contrib.django import app

from millstream.kernel.clock import read_now
from millstream.media.actions.cut_waiting import cut_next
from millstream.media.actions.follow_engine import end_engine_streams
from millstream.media.actions.keep_recording import sweep_recordings

log = logging.getLogger(__name__)

LONGEST_ROUND_SECONDS: Final = 20.0


@app.periodic(cron="* * * * * */5", periodic_id="media.cut_clips")
@app.task(name="media.cut_clips", queueing_lock="media.cut_clips", lock="media.cut_clips")
def cut_clips(timestamp: int) -> None:
    """Cut the clips that are wished for, one after the other."""
    until = time.monotonic() + LONGEST_ROUND_SECONDS
    while time.monotonic() < until:
        if not cut_next(now=read_now()):
            return


@app.periodic(cron="17 * * * *", periodic_id="media.sweep")
@app.task(name="media.sweep", queueing_lock="media.sweep", lock="media.sweep")
def sweep(timestamp: int) -> None:
    """Delete recordings that are past their time, once an hour."""
    gone = sweep_recordings(now=read_now())
    if gone:
        log.info("%d recordings were past their time and are gone", gone)


@app.periodic(cron="* * * * * */10", periodic_id="media.end_engine_streams")
@app.task(name="media.end_engine_streams", queueing_lock="media.end_engine", lock="media.end_engine")
def end_dropped(timestamp: int) -> None:
    """End the streams of an engine of others whose publisher did not come back; our own plane does it itself."""
    end_engine_streams(now=read_now())
