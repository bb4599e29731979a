"""What the worker does for gifts from time to time."""

from procrastinate.contrib.django import app

from millstream.gifts.actions.end_gift import end_due_gifts
from millstream.kernel.clock import read_now

MOST_ROUNDS = 20


@app.periodic(cron="* * * * * */5", periodic_id="gifts.end")
@app.task(name="gifts.end", queueing_lock="gifts.end", lock="gifts.end")
def end_gifts_that_are_due(timestamp: int) -> None:
    """Draw winners and reveal seeds, every five seconds; past its closing time a gift is over without this too."""
    for _ in range(MOST_ROUNDS):
        if not end_due_gifts(now=read_now()):
            return
