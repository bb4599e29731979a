"""What the worker does for notices from time to time; thin entries, the work is in the actions."""

from procrastinate.contrib.django import app

from millstream.kernel.clock import read_now
from millstream.notices.actions.send_notices import forget_old, pick_up, send_batch, tell_occasions
from millstream.notices.types import FORGOTTEN_AFTER

MOST_ROUNDS = 40


@app.periodic(cron="* * * * * */5", periodic_id="notices.send")
@app.task(name="notices.send", queueing_lock="notices.send", lock="notices.send", pass_context=False)
def send_notices(timestamp: int) -> None:
    """Send what is due, every five seconds."""
    pick_up(now=read_now())
    tell_occasions(now=read_now())
    for _ in range(MOST_ROUNDS):
        if not send_batch(read_now):
            return


@app.periodic(cron="17 3 * * *", periodic_id="notices.forget")
@app.task(name="notices.forget", queueing_lock="notices.forget", pass_context=False)
def forget_notices(timestamp: int) -> None:
    """Forget what is over, once a night."""
    forget_old(now=read_now(), after=FORGOTTEN_AFTER)
