"""Answers gifts, and deals with it: in which shows nothing is sold or given now."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from millstream.kernel.refusals import Refusal
from millstream.live import api
from millstream.live.refusals.talk import SaleClosed


def closed_counters(shows: Iterable[UUID]) -> Mapping[UUID, Refusal]:
    """Those of these shows whose counter the operator closed, alone or with every other, and how that is refused."""
    return {show: SaleClosed() for show, is_open in api.sale_is_open(shows).items() if not is_open}


class GiftShows:
    """Implements `gifts.ports.Shows`."""

    def closed_counters(self, shows: Iterable[UUID]) -> Mapping[UUID, Refusal]:
        """Why nobody may reach for gifts in those of these shows whose counter is closed."""
        return closed_counters(shows)
