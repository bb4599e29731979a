"""What is sold in `bench/buy.py`: one shop with its pacts and its station; a product of its own for every run."""
# ruff: noqa: PLC0415 - Django is imported when there are settings

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Market:
    """A shop in which products are put for sale."""

    maker: UUID
    shop: UUID

    def put_for_sale(self, units: int, *, now: datetime) -> UUID:
        """A new product with so many units; returns its variant."""
        from millstream.kernel.ids import new_id
        from millstream.shops import api
        from millstream.shops.types import ProductId, ProductTexts, VariantId, VariantSpec

        product, variant = ProductId(new_id()), VariantId(new_id())
        mark = product.hex[-10:]
        texts = ProductTexts(title={"en": "Tea bowl", "zh-hans": "茶碗"}, weight_grams=400)
        maker: Any = self.maker
        shop: Any = self.shop
        api.draft_product(product, shop_id=shop, slug=f"bowl-{mark}", texts=texts, by=maker, now=now)
        api.add_variant(
            product, VariantSpec(id=variant, sku=f"bowl-{mark}", price_minor=12_800, currency="CNY"), by=maker
        )
        api.receive_stock(variant, location=maker, quantity=units, source_id=new_id(), now=now)
        api.list_product(product, by=maker, now=now)
        return variant


def open_market(now: datetime) -> Market:
    """Open a shop with everybody who has a part in its sales."""
    from millstream.kernel.ids import new_id
    from millstream.kernel.settings import conf
    from millstream.logistics import api as logistics
    from millstream.logistics.types import NodeKind
    from millstream.pacts.api import agree_pact
    from millstream.pacts.types import PactSpec, Part
    from millstream.people.api import open_actor
    from millstream.people.types import ActorId, ActorKind, ActorSpec
    from millstream.shops.api import open_shop
    from millstream.shops.types import ShopId, ShopSpec

    def actor(kind: ActorKind, name: str, actor_id: UUID | None = None) -> ActorId:
        return open_actor(ActorSpec(kind=kind, name={"en": name}, slug=name.lower(), actor_id=actor_id))

    platform = actor(ActorKind.ASSOCIATION, "Platform", conf().platform_actor)
    amina, esi = actor(ActorKind.HOUSEHOLD, "Amina"), actor(ActorKind.STATION, "Esi")
    park, centre = actor(ActorKind.PARK, "Park"), actor(ActorKind.CENTRE, "Centre")
    points = (("centre", NodeKind.CENTRE, 118.9), ("esi", NodeKind.STATION, 118.8))
    logistics.add_roads([logistics.NodeSpec(key, kind, {"en": key}, east, 28.7) for key, kind, east in points], [])
    logistics.add_centre(logistics.CentreSpec(centre, "centre", "C1", None))
    logistics.add_station(logistics.StationSpec(esi, "esi", "S1", centre))
    for part, permille, beneficiary in ((Part.PLATFORM, 50, platform), (Part.PARK, 30, park), (Part.STATION, 20, esi)):
        agree_pact(PactSpec(part, permille, beneficiary, seller=amina), now=now)
    shop: Any = ShopSpec(
        id=ShopId(new_id()),
        actor=amina,
        slug="amina",
        name={"en": "Amina"},
        currency="CNY",
        station_actor=esi,
    )
    open_shop(shop, now=now)
    return Market(amina, shop.id)
