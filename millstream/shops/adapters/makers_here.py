"""Answers the question of places: who makes here."""

from collections.abc import Sequence

from millstream.places.ports import Here
from millstream.places.types import PlaceId
from millstream.shops.queries.storefront import makers


def makers_here(place_ids: Sequence[PlaceId]) -> list[Here]:
    """The open shops at these places."""
    return [
        Here(card.shop.name, f"/shops/{card.shop.slug}/", card.shop.place_id, card.image)
        for card in makers(place_ids)
        if card.shop.place_id is not None
    ]
