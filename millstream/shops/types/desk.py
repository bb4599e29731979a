"""What a shop's own people see of it."""

from dataclasses import dataclass
from datetime import datetime

from millstream.kernel.texts import Text
from millstream.shops.types.words import DeskStock, MovementKind, ProductId, ProductState, StockItemId, VariantId


@dataclass(frozen=True, slots=True)
class DeskAsk:
    """Which products of a shop its desk shows, and from where on; every state when `state` is empty."""

    state: str = ""
    stock: DeskStock = DeskStock.ALL
    words: str = ""
    after: str | None = None
    size: int = 50


@dataclass(frozen=True, slots=True)
class DeskProduct:
    """A product as its maker's list shows it; quantities are sums over its variants."""

    product_id: ProductId
    slug: str
    title: Text
    state: ProductState
    variants: int
    photos: int
    lowest_minor: int
    highest_minor: int
    currency: str
    on_hand: int
    held: int
    left: int
    image: str


@dataclass(frozen=True, slots=True)
class StockLine:
    """A variant and what there is of it at the shop; `stock_item_id` is None before the first receipt."""

    variant_id: VariantId
    product_id: ProductId
    product_slug: str
    title: Text
    variant_title: Text
    sku: str
    price_minor: int
    currency: str
    stock_item_id: StockItemId | None
    on_hand: int
    held: int
    carved: int

    @property
    def left(self) -> int:
        """What is free."""
        return self.on_hand - self.held - self.carved


@dataclass(frozen=True, slots=True)
class MovementRecord:
    """One change of what is on hand, with what was on hand after it."""

    id: int
    kind: MovementKind
    quantity: int
    after: int
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class NeedsHand:
    """What in a shop needs a hand, as counts of products."""

    listed: int
    drafts: int
    without_photo: int
    low: int
    sold_out: int
    on_hand: int
    held: int
