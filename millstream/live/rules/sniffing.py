"""What an upload is, by its first bytes."""

from typing import Final

EBML: Final = b"\x1aE\xdf\xa3"


def looks_like_video(head: bytes) -> bool:
    """Whether the first bytes are those of MP4, MOV, WebM, Matroska or AVI; what is inside is looked at later."""
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide"}:
        return True
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return True
    return head.startswith(EBML)
