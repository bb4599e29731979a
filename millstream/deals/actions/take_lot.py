"""Let a winner buy the lot in another browser."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.deals.models import Auction
from millstream.deals.refusals import LotGone
from millstream.deals.types import AuctionState


@transaction.atomic
def take_lot(auction_id: UUID, winner: UUID, *, visitor: UUID, now: datetime) -> None:
    """The lot is sold to this browser as well, while it is the winner's; refuses (`LotGone`) when it no longer is.

    The caller has proved that the winner asks, by the signed link of the letter. The browser learns nothing else of
    the winner: who buys types a contact and an address, unless they are on file in this browser.
    """
    taken = Auction.objects.filter(
        id=auction_id, winner_id=winner, state=AuctionState.WON.value, offer_until__gt=now
    ).update(winner_visitor=visitor)
    if not taken:
        raise LotGone
