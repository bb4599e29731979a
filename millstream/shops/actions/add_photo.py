"""Add a photo to a product."""

from typing import Final

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.kernel.texts import Text
from millstream.people.types import ActorId
from millstream.shops.actions.keep_picture import keep_picture
from millstream.shops.adapters.file_store import drop_picture
from millstream.shops.models import Photo, Product
from millstream.shops.refusals import TooManyPhotos
from millstream.shops.types import PhotoId, Picture, ProductId

MOST_PHOTOS: Final = 12


def add_photo(
    product_id: ProductId, content: bytes, *, photo_id: PhotoId, name: str = "", alt: Text | None = None, by: ActorId
) -> PhotoId:
    """Re-encode and keep a photo as the last of its product; refuses what is no photo, and one too many.

    The picture is made before the transaction; when the row is refused, its files go.
    """
    if not Product.objects.visible_to(by).filter(id=product_id).exists():
        raise NotFound(what="product")
    picture = keep_picture(content, picture_id=photo_id, folder="photos", name=name)
    try:
        _write(product_id, photo_id, picture, alt or {}, by)
    except BaseException:
        drop_picture(picture)
        raise
    return photo_id


@transaction.atomic
def _write(product_id: ProductId, photo_id: PhotoId, picture: Picture, alt: Text, by: ActorId) -> None:
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
        alt=dict(alt),
    )
