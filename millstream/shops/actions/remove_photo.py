"""Take a photo from a product."""

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops.adapters.file_store import drop_picture
from millstream.shops.models import Photo
from millstream.shops.types import PhotoId, Picture


def remove_photo(photo_id: PhotoId, *, by: ActorId) -> None:
    """Delete a photo and then its files; a crash in between leaves files that nothing shows."""
    with transaction.atomic():
        row = Photo.objects.select_for_update().filter(id=photo_id, product__shop__actor_id=by).first()
        if row is None:
            raise NotFound(what="photo")
        picture = Picture(row.key, row.width, row.height, tuple(row.widths))
        row.delete()
    drop_picture(picture)
