"""Change what is said of a product."""

from datetime import datetime

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops.adapters.search_index import write_found_by
from millstream.shops.models import Product
from millstream.shops.refusals import NotListable
from millstream.shops.types import ProductId, ProductState, ProductTexts


@transaction.atomic
def edit_product(product_id: ProductId, texts: ProductTexts, *, by: ActorId, now: datetime) -> None:
    """Replace title, story, category, weight and origin; refuses to take the title of a listed product away."""
    mine = Product.objects.visible_to(by).filter(id=product_id)
    row = mine.select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise NotFound(what="product")
    if row.state == ProductState.LISTED and not any(texts.title.values()):
        raise NotListable(missing="title")
    mine.update(
        title=dict(texts.title),
        story=dict(texts.story),
        category_id=texts.category_id,
        weight_grams=texts.weight_grams,
        made_in_id=texts.made_in,
    )
    write_found_by([product_id])
