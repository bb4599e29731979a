"""Add a photo to a product."""

from millstream.kernel.refusals import NotFound
from millstream.kernel.texts import Text
from millstream.people.types import ActorId
from millstream.shops.actions.attach_photo import attach_photo
from millstream.shops.actions.keep_picture import keep_picture
from millstream.shops.adapters.file_store import drop_picture
from millstream.shops.models import Product
from millstream.shops.types import PhotoId, ProductId


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
        return attach_photo(product_id, picture, photo_id=photo_id, alt=alt, by=by)
    except BaseException:
        drop_picture(picture)
        raise
