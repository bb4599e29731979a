"""The file store, a folder or a bucket, as Django's storage has it; and the addresses of what lies in it."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from millstream.shops.types import Picture

BEST: Final = "webp"
FORMS: Final = {"webp": "image/webp", "jpg": "image/jpeg"}


def keep_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Write files into a folder of the store; a folder is written once, under an id, so nothing is overwritten."""
    for name, content in files.items():
        path = f"{folder}/{name}"
        assert default_storage.save(path, ContentFile(content)) == path, f"{path} is there already"


def read_file(path: str) -> bytes | None:
    """The content of a file of the store, None when there is none."""
    try:
        with default_storage.open(path) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content


def drop_picture(picture: Picture) -> None:
    """Delete a picture in all its sizes; what is not there is no matter."""
    for width in picture.widths:
        for form in FORMS:
            default_storage.delete(f"{picture.key}/{width}.{form}")


def picture_url(key: str, widths: Sequence[int], wanted: int, form: str = BEST) -> str:
    """The address of a picture at the smallest kept width that is at least `wanted`, else at the largest."""
    width = next((width for width in sorted(widths) if width >= wanted), max(widths))
    return f"{settings.MEDIA_URL}{key}/{width}.{form}"


def picture_set(picture: Picture) -> str:
    """The `srcset` of a picture: every kept width with its address."""
    return ", ".join(f"{settings.MEDIA_URL}{picture.key}/{width}.{BEST} {width}w" for width in picture.widths)
