"""Where the files of clips and recordings lie. A file under its final name is whole; drafts have names of their own."""

import hashlib
import os
from pathlib import Path
from typing import Final
from uuid import UUID

from millstream.kernel.settings import conf

CLIP: Final = "mp4"
POSTER: Final = "jpg"


def recording_folder(stream: UUID) -> Path:
    """Where the media plane records a stream."""
    return conf().var / "recordings" / str(stream)


def clip_path(token: str, form: str = CLIP) -> Path:
    """The file of a clip, or its poster."""
    return conf().var / "files" / "clips" / f"{token}.{form}"


def draft_path(token: str, form: str = CLIP) -> Path:
    """Where the child writes until everything is on the disk."""
    return conf().var / "files" / "clips" / "drafts" / f"{token}.{form}"


def publish(token: str) -> None:
    """Give both drafts their names, the clip last, and put the names themselves on the disk."""
    for form in (POSTER, CLIP):
        draft_path(token, form).replace(clip_path(token, form))
    folder = os.open(clip_path(token).parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def forget(token: str) -> None:
    """Take the files of a clip away; once is enough, twice does no harm."""
    for form in (CLIP, POSTER):
        clip_path(token, form).unlink(missing_ok=True)
        draft_path(token, form).unlink(missing_ok=True)


def forget_recording(stream: UUID) -> None:
    """Take the pictures of a recording away; what the media plane wrote beside them stays."""
    folder = recording_folder(stream)
    for path in (*folder.glob("rec-*.mp4"), folder / "thumb.jpg"):
        path.unlink(missing_ok=True)


def digest(token: str) -> tuple[str, int]:
    """The hash and length of a clip's file as it lies there now; nothing and 0 when there is none."""
    try:
        with clip_path(token).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return "", 0
