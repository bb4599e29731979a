"""Background work of logistics: thin entry points for the queue."""

from __future__ import annotations

import logging
from typing import Final

from procrastinate.contrib.django import app

from millstream.kernel.clock import read_now
from millstream.logistics import api
from millstream.logistics.ports import CarrierAwayError, carrier

log = logging.getLogger(__name__)

EVERY_FIVE_SECONDS: Final = "* * * * * */5"


@app.periodic(cron=EVERY_FIVE_SECONDS, periodic_id="logistics.speak_to_carrier")
@app.task(name="logistics.speak_to_carrier", queueing_lock="logistics.speak_to_carrier", lock="logistics.carrier")
def speak_to_carrier(timestamp: int) -> None:
    """Book what is wanted, send lists that were not answered, and poll what no push told us."""
    outside = carrier()
    booked, waiting = api.book_wanted(outside, now=read_now())
    sent = api.send_offered(outside, now=read_now())
    try:
        heard = api.poll_tracking(outside, now=read_now())
    except CarrierAwayError as error:
        log.warning("the carrier does not answer: %s", error)
        return
    if booked or waiting or sent or heard:
        log.info("carrier: %s booked, %s waiting, %s lists taken, %s events polled", booked, waiting, sent, heard)
