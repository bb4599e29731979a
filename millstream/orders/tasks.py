"""What the worker does for orders from time to time; thin entries, the work is in the actions."""

import logging

from procrastinate.contrib.django import app

from millstream.kernel.clock import read_now
from millstream.kernel.settings import conf
from millstream.orders.actions.ask_gateway import ask_open_sessions
from millstream.orders.actions.expire_orders import expire_orders
from millstream.orders.actions.release_escrow import release_escrow
from millstream.orders.actions.send_refunds import send_refunds

log = logging.getLogger(__name__)

MOST_ROUNDS = 20
TICK_SECONDS = 5


@app.periodic(cron="* * * * * */5", periodic_id="orders.expire")
@app.task(name="orders.expire", queueing_lock="orders.expire", lock="orders.expire", pass_context=False)
def expire_holds_of_orders(timestamp: int) -> None:
    """Free what unpaid orders hold, every five seconds."""
    for _ in range(MOST_ROUNDS):
        if not expire_orders(now=read_now()):
            return


@app.periodic(cron="* * * * * */5", periodic_id="orders.ask_gateway")
@app.task(name="orders.ask_gateway", queueing_lock="orders.ask_gateway", lock="orders.ask_gateway")
def ask_gateway(timestamp: int) -> None:
    """Ask about payments of which nothing was heard, and send refunds."""
    settled = ask_open_sessions(now=read_now())
    if settled:
        log.info("%d payments were settled without our hearing of it", settled)
    send_refunds(now=read_now())


@app.periodic(cron="* * * * * */5", periodic_id="orders.release")
@app.task(name="orders.release", queueing_lock="orders.release", lock="orders.release")
def release(timestamp: int) -> None:
    """Release escrow, as often as the installation's release sweep says."""
    if timestamp % max(conf().release_sweep_seconds, TICK_SECONDS) >= TICK_SECONDS:
        return
    for _ in range(MOST_ROUNDS):
        if not release_escrow(now=read_now()):
            return
