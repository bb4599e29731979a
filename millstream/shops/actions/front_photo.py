"""Choose the photo that stands for a product."""

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops.models import Photo, Product
from millstream.shops.types import PhotoId, ProductId


@transaction.atomic
def front_photo(photo_id: PhotoId, *, by: ActorId) -> ProductId:
    """Put a photo first and the others after it in their order; returns whose photo it is."""
    product_id = (
        Photo.objects.filter(id=photo_id, product__shop__actor_id=by).values_list("product_id", flat=True).first()
    )
    if product_id is None:
        raise NotFound(what="photo")
    Product.objects.visible_to(by).select_for_update(no_key=True, of=("self",)).get(id=product_id)
    rows = list(Photo.objects.filter(product_id=product_id).order_by("position", "id"))
    rows.sort(key=lambda row: row.id != photo_id)
    for place, row in enumerate(rows):
        row.position = place
    Photo.objects.bulk_update(rows, ["position"])
    return ProductId(product_id)
