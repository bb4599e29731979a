"""Draft a product."""

from datetime import datetime

from django.db import IntegrityError, transaction

from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops.adapters.search_index import write_found_by
from millstream.shops.models import Product, Shop
from millstream.shops.refusals import SlugTaken
from millstream.shops.types import ProductId, ProductTexts, ShopId


@transaction.atomic
def draft_product(
    product_id: ProductId, *, shop_id: ShopId, slug: str, texts: ProductTexts, by: ActorId, now: datetime
) -> ProductId:
    """Write down a product that buyers do not see yet; refuses a shop of somebody else and a taken address."""
    if not Shop.objects.filter(id=shop_id, actor_id=by).exists():
        raise NotFound(what="shop")
    products = Product.objects.unscoped("the shop was just read as the actor's own")
    try:
        with transaction.atomic():
            products.create(
                id=product_id,
                shop_id=shop_id,
                slug=slug,
                title=dict(texts.title),
                story=dict(texts.story),
                category_id=texts.category_id,
                weight_grams=texts.weight_grams,
                made_in_id=texts.made_in,
                made_at=now,
            )
    except IntegrityError as error:
        if products.filter(slug=slug).exists():
            raise SlugTaken(slug=slug) from error
        raise
    write_found_by([product_id])
    return product_id
