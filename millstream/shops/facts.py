"""What shops tell the world."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class StockLeft(Fact):
    """What is free of a stock item changed: one such fact per item and batch, with the figure after the batch."""

    kind: ClassVar[str] = "shops.stock_left"
    subject_field: ClassVar[str] = "stock_item"

    stock_item: UUID
    variant: UUID
    left: int


@dataclass(frozen=True, slots=True)
class PoolLeft(Fact):
    """What is free of a pool changed: one per pool and batch."""

    kind: ClassVar[str] = "shops.pool_left"
    subject_field: ClassVar[str] = "pool"

    pool: UUID
    stock_item: UUID
    variant: UUID
    left: int


@dataclass(frozen=True, slots=True)
class StockReceived(Fact):
    """Goods were added to a stock item."""

    kind: ClassVar[str] = "shops.stock_received"
    subject_field: ClassVar[str] = "stock_item"

    stock_item: UUID
    variant: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class ProductListed(Fact):
    """Buyers can see a product from now on."""

    kind: ClassVar[str] = "shops.product_listed"
    subject_field: ClassVar[str] = "product"

    product: UUID
    shop: UUID
    slug: str


@dataclass(frozen=True, slots=True)
class ProductWithdrawn(Fact):
    """Buyers no longer see a product; its orders go on."""

    kind: ClassVar[str] = "shops.product_withdrawn"
    subject_field: ClassVar[str] = "product"

    product: UUID
    shop: UUID


@dataclass(frozen=True, slots=True)
class TakenOffSale(Fact):
    """The operator withdrew a product in its maker's stead; `why` is empty when no reason was given."""

    kind: ClassVar[str] = "shops.taken_off_sale"
    subject_field: ClassVar[str] = "product"

    product: UUID
    shop: UUID
    seller: UUID
    why: str


@dataclass(frozen=True, slots=True)
class PriceChanged(Fact):
    """A variant has another price from now on; orders placed before keep theirs."""

    kind: ClassVar[str] = "shops.price_changed"
    subject_field: ClassVar[str] = "variant"

    variant: UUID
    product: UUID
    before_minor: int
    price_minor: int
    currency: str
