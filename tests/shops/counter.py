"""The standing cast's shop: Amina makes and sells, Esi keeps the station, Femi is a stranger."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.people.api import open_actor
from millstream.people.types import ActorId, ActorKind, ActorSpec
from millstream.shops.api import add_variant, draft_product, list_product, open_pool, open_shop, receive_stock
from millstream.shops.models import StockItem
from millstream.shops.types import (
    HoldAsk,
    HoldId,
    PoolId,
    PoolKind,
    ProductId,
    ProductTexts,
    ShopId,
    ShopSpec,
    StockItemId,
    VariantId,
    VariantSpec,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Counter:
    """Amina's shop with one product on the shelf."""

    amina: ActorId
    esi: ActorId
    femi: ActorId
    shop: ShopId
    product: ProductId
    slug: str
    variant: VariantId

    def stock(self, quantity: int, variant: VariantId | None = None) -> StockItemId:
        """Put goods on the shelf."""
        return receive_stock(
            variant or self.variant, location=self.amina, quantity=quantity, source_id=new_id(), by=self.amina, now=NOW
        )

    def another_variant(self, price_minor: int = 5_000) -> VariantId:
        """A further form of the product."""
        variant = VariantId(new_id())
        spec = VariantSpec(id=variant, sku=f"sku-{variant.hex[-8:]}", price_minor=price_minor, currency="CNY")
        return add_variant(self.product, spec, by=self.amina)

    def pool(self, item: StockItemId, size: int) -> PoolId:
        """Carve an allotment."""
        pool = PoolId(new_id())
        open_pool(pool, stock_item_id=item, kind=PoolKind.DEAL, size=size, now=NOW)
        return pool


def make_counter() -> Counter:
    """Open Amina's shop; slugs are new each time."""
    mark = new_id().hex[-10:]

    def actor(name: str, chinese: str, kind: ActorKind) -> ActorId:
        return open_actor(ActorSpec(kind=kind, name=both(name, chinese), slug=f"{name.lower()}-{mark}"))

    amina = actor("Amina", "阿米娜", ActorKind.HOUSEHOLD)
    esi = actor("Esi", "艾茜", ActorKind.STATION)
    femi = actor("Femi", "费米", ActorKind.HOUSEHOLD)
    shop = open_shop(
        ShopSpec(
            id=ShopId(new_id()),
            actor=amina,
            slug=f"amina-{mark}",
            name=both("Amina's kiln", "阿米娜的窑"),
            currency="CNY",
            station_actor=esi,
        ),
        now=NOW,
    )
    slug = f"tea-bowl-{mark}"
    product = draft_product(
        ProductId(new_id()),
        shop_id=shop,
        slug=slug,
        texts=ProductTexts(title=both("Celadon tea bowl", "青瓷茶碗"), weight_grams=400),
        by=amina,
        now=NOW,
    )
    variant = add_variant(
        product,
        VariantSpec(id=VariantId(new_id()), sku="bowl", price_minor=12_800, currency="CNY", title=both("Small", "小")),
        by=amina,
    )
    list_product(product, by=amina, now=NOW)
    return Counter(amina, esi, femi, shop, product, slug, variant)


def ask(
    item: StockItemId,
    quantity: int = 1,
    *,
    order: UUID | None = None,
    pool: PoolId | None = None,
    buyer: bytes | None = None,
    cap: int | None = None,
    expires_at: datetime = NOW + TEN_MINUTES,
) -> HoldAsk:
    """A wish to hold, with new ids."""
    return HoldAsk(
        hold_id=HoldId(new_id()),
        stock_item_id=item,
        pool_id=pool,
        quantity=quantity,
        order_id=order or new_id(),
        expires_at=expires_at,
        buyer_key=buyer,
        cap=cap,
    )


def counters(item: StockItemId) -> tuple[int, int, int]:
    """On hand, held, carved."""
    row = StockItem.objects.get(id=item)
    return row.on_hand, row.held, row.carved
