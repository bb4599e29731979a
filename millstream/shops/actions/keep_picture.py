"""Keep a picture in the file store."""

from typing import Final
from uuid import UUID

from millstream.shops.adapters.file_store import keep_files
from millstream.shops.adapters.pictures import redraw
from millstream.shops.types import Picture

FOLDERS: Final = ("photos", "pictures")


def keep_picture(content: bytes, *, picture_id: UUID, folder: str = "pictures", name: str = "") -> Picture:
    """Re-encode an upload and keep it in three widths under an id of its own; refuses what is no picture.

    Takes up to a second and writes files, so it is called outside transactions.
    """
    assert folder in FOLDERS
    drawn = redraw(content, name)
    key = f"{folder}/{picture_id.hex}"
    keep_files(key, drawn.files)
    return Picture(key, drawn.width, drawn.height, drawn.widths)
