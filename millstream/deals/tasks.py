"""What the worker does for deals from time to time; thin entries, the work is in the actions."""

from procrastinate.contrib.django import app

from millstream.deals.actions.settle_auctions import settle_auctions
from millstream.deals.actions.tend_deals import tend_deals
from millstream.kernel.clock import read_now


@app.periodic(cron="* * * * * *", periodic_id="deals.tend")
@app.task(name="deals.tend", queueing_lock="deals.tend", lock="deals.tend", pass_context=False)
def tend(timestamp: int) -> None:
    """Tidy deals and auctions whose time has come, every second."""
    now = read_now()
    tend_deals(now=now)
    settle_auctions(now=now)
