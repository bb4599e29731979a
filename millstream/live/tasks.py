"""Background work of shows: thin entry points for the queue."""

from uuid import UUID

from procrastinate.contrib.django import app

from millstream.kernel.clock import read_now
from millstream.live.actions.keep_preview import make_preview
from millstream.live.actions.repeat_show import make_due_shows


@app.periodic(cron="*/10 * * * *", periodic_id="live.make_due_shows")
@app.task(name="live.make_due_shows", queueing_lock="live.make_due_shows", lock="live.make_due_shows")
def make_repeating_shows(timestamp: int) -> None:
    """Make the next shows of every series, every ten minutes."""
    make_due_shows(now=read_now())


@app.task(name="live.make_preview", lock="live.make_preview")
def make_preview_clip(preview_id: str) -> None:
    """Make the preview clip of an upload; one at a time, so that clips never crowd out the rest of the worker."""
    make_preview(UUID(preview_id))
