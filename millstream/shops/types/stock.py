"""What is asked of stock, and what is answered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from millstream.kernel.texts import Text
from millstream.people.types import ActorId
from millstream.shops.types.words import HoldId, PoolId, ProductId, ShopId, StockItemId, VariantId


@dataclass(frozen=True, slots=True)
class HoldAsk:
    """A wish to hold stock until `expires_at`. With a pool, `cap` units at most per `buyer_key` over its life.

    Asks with the same `order_id` are taken together or not at all.
    """

    hold_id: HoldId
    stock_item_id: StockItemId
    pool_id: PoolId | None
    quantity: int
    order_id: UUID
    expires_at: datetime
    buyer_key: bytes | None = None
    cap: int | None = None

    def __post_init__(self) -> None:
        assert self.quantity > 0, "a hold is of one unit at least"
        assert self.cap is None or (self.pool_id is not None and self.buyer_key is not None), "a cap belongs to a pool"


@dataclass(frozen=True, slots=True)
class HoldTaken:
    """The hold is live; `left` is what is free in its item or pool after this ask."""

    hold_id: HoldId
    left: int


@dataclass(frozen=True, slots=True)
class HoldRefused:
    """Nothing was held; `left` is what was free when this ask's turn came (of the cap, if that was reached).

    `code` is `shops.sold_out`, `shops.cap_reached`, `shops.not_for_sale` (no such item, or its pool is closed),
    or `shops.together` when this ask would fit and another of the same order does not.
    """

    hold_id: HoldId
    code: str
    left: int


type HoldAnswer = HoldTaken | HoldRefused


@dataclass(frozen=True, slots=True)
class HoldExpired:
    """A hold that ran out, and the order it was for."""

    hold_id: HoldId
    order_id: UUID


@dataclass(frozen=True, slots=True)
class ReturnAsk:
    """Units of a claimed hold that came back. `return_id` makes it happen once."""

    return_id: UUID
    hold_id: HoldId
    quantity: int


@dataclass(frozen=True, slots=True)
class PoolRecord:
    """An allotment as it stands: `held` counts holds that have not run out."""

    pool_id: PoolId
    stock_item_id: StockItemId
    size: int
    held: int
    sold: int
    is_open: bool

    @property
    def left(self) -> int:
        """How many units of it can still be held; none of a closed one."""
        return self.size - self.held - self.sold if self.is_open else 0


@dataclass(frozen=True, slots=True)
class StockDifference:
    """A promise of the stock books that does not hold: what was expected from the rows, what was found."""

    promise: str
    row_id: UUID
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class ForSale:
    """What a buyer can get of one variant now, outside any deal. Money in minor units, weight in grams."""

    variant_id: VariantId
    product_id: ProductId
    product_slug: str
    title: Text
    variant_title: Text
    price_minor: int
    currency: str
    stock_item_id: StockItemId
    left: int
    shop_id: ShopId
    seller: ActorId
    station_actor: ActorId | None
    shop_currency: str
    weight_grams: int
    image: str
