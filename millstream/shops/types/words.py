"""Ids of shops, and the words for states, kinds, outcomes and orders."""

from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

ShopId = NewType("ShopId", UUID)
ProductId = NewType("ProductId", UUID)
VariantId = NewType("VariantId", UUID)
PhotoId = NewType("PhotoId", UUID)
StockItemId = NewType("StockItemId", UUID)
PoolId = NewType("PoolId", UUID)
HoldId = NewType("HoldId", UUID)

SOLD_OUT: Final = "shops.sold_out"
CAP_REACHED: Final = "shops.cap_reached"
NOT_FOR_SALE: Final = "shops.not_for_sale"
TOGETHER: Final = "shops.together"


class ProductState(StrEnum):
    """Whether buyers see a product."""

    DRAFT = "draft"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


class HoldState(StrEnum):
    """What became of a hold; only a live one claims stock."""

    LIVE = "live"
    CLAIMED = "claimed"
    RELEASED = "released"
    EXPIRED = "expired"


class MovementKind(StrEnum):
    """Why the quantity on hand changed."""

    RECEIVED = "received"
    SOLD = "sold"
    RETURNED = "returned"
    CORRECTED = "corrected"
    DAMAGED = "damaged"


class PoolKind(StrEnum):
    """What an allotment is carved for."""

    DEAL = "deal"
    AUCTION = "auction"
    LEASE = "lease"


class Outcome(StrEnum):
    """What claiming, releasing or returning came to."""

    CLAIMED = "claimed"
    RELEASED = "released"
    RETURNED = "returned"
    ALREADY = "already"
    GONE = "gone"


class ShelfOrder(StrEnum):
    """In which order goods stand."""

    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    BEST = "best"


class DeskStock(StrEnum):
    """Which products the desk shows, by what is free of them."""

    ALL = "all"
    LOW = "low"
    OUT = "out"
