"""Signed addresses in letters: to a lot, for the person who has won it, from any device."""

from typing import Final
from uuid import UUID

from django.urls import reverse

from millstream.deals.refusals import NoSuchAuction
from millstream.kernel.sealing import sign, signed_by_us
from millstream.kernel.settings import conf

PURPOSE: Final = "deals.lot"


def lot_url(auction: UUID, winner: UUID) -> str:
    """Where a winner buys the lot, whatever browser opens it."""
    told = f"{auction.hex}{winner.hex}"
    return f"{conf().public_origin}{reverse('deals:lot', args=[f'{told}.{sign(PURPOSE, told)}'])}"


def auction_url(auction: UUID) -> str:
    """Where somebody bids again."""
    return f"{conf().public_origin}{reverse('deals:auction', args=[auction])}"


def read_lot(token: str) -> tuple[UUID, UUID]:
    """The auction and the winner of a signed address; refuses one that is not ours."""
    told, _, signature = token.partition(".")
    if not signed_by_us(PURPOSE, told, signature):
        raise NoSuchAuction
    return UUID(told[:32]), UUID(told[32:])
