"""Attach a picture that is kept already to a product, as its last photo."""

from typing import Final

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.kernel.texts import Text
from millstream.people.types import ActorId
from millstream.shops.models import Photo, Product
from millstream.shops.refusals import TooManyPhotos
from millstream.shops.types import PhotoId, Picture, ProductId

MOST_PHOTOS: Final = 12


@transaction.atomic
def attach_photo(
    product_id: ProductId, picture: Picture, *, photo_id: PhotoId, alt: Text | None = None, by: ActorId
) -> PhotoId:
    """Make a kept picture the last photo of a product; refuses one too many. Its files stay the caller's to drop."""
    product = Product.objects.visible_to(by).filter(id=product_id).select_for_update(no_key=True, of=("self",)).first()
    if product is None:
        raise NotFound(what="product")
    places = list(Photo.objects.filter(product_id=product_id).values_list("position", flat=True))
    if len(places) >= MOST_PHOTOS:
        raise TooManyPhotos(limit=MOST_PHOTOS)
    Photo.objects.create(
        id=photo_id,
        product_id=product_id,
        position=max(places, default=-1) + 1,
        key=picture.key,
        width=picture.width,
        height=picture.height,
        widths=list(picture.widths),
        alt=dict(alt or {}),
    )
    return photo_id
