"""Pillow: what people upload becomes pictures of known sizes, without what the camera wrote into the file."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps

from millstream.shops.refusals import NotAPhoto, PhotoTooLarge

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_BYTES: Final = 15 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 12_000
WIDTHS: Final = (320, 640, 1280)
WEBP_QUALITY: Final = 80
JPEG_QUALITY: Final = 82
# What Pillow raises on files that are broken, cut off, or something else behind a picture's first bytes.
BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture in its kept sizes: files by name, pixels of the original, the widths."""

    files: Mapping[str, bytes]
    width: int
    height: int
    widths: tuple[int, ...]


def redraw(content: bytes, name: str = "") -> Drawn:
    """Decode an upload, turn it upright, and write it anew as WebP and JPEG in up to three widths.

    Position, camera and other metadata are left behind, and anything hidden behind the picture. Refuses what is no
    picture, and too many bytes or pixels before they are decoded.
    """
    if len(content) > MOST_BYTES:
        raise PhotoTooLarge(limit=f"{MOST_BYTES // 2**20} MB", name=name)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _refuse_giants(opened.size, name)
            opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
            picture = _upright_rgb(opened)
    except BROKEN as error:
        raise NotAPhoto(name=name) from error
    largest = min(picture.width, WIDTHS[-1])
    widths = (*(width for width in WIDTHS if width < largest), largest)
    files: dict[str, bytes] = {}
    for width in widths:
        sized = picture.resize((width, _height(picture.size, width)), Image.Resampling.LANCZOS, reducing_gap=2.0)
        files[f"{width}.webp"] = _written(sized, "WEBP", quality=WEBP_QUALITY, method=4)
        files[f"{width}.jpg"] = _written(sized, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return Drawn(files, largest, _height(picture.size, largest), widths)


def _refuse_giants(size: tuple[int, int], name: str) -> None:
    if size[0] * size[1] > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise PhotoTooLarge(limit=f"{MOST_PIXELS // 1_000_000} MP", name=name)


def _upright_rgb(opened: Image.Image) -> Image.Image:
    """The first frame, turned as the camera was held, in sRGB on white."""
    opened.load()
    picture = ImageOps.exif_transpose(opened)
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA", "PA", "P") or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        ground = Image.new("RGBA", with_alpha.size, "white")
        return Image.alpha_composite(ground, with_alpha).convert("RGB")
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            return picture.convert("RGB")  # a broken profile costs some colour, not the picture
        assert converted is not None
        return converted
    return picture.convert("RGB")


def _height(size: tuple[int, int], width: int) -> int:
    return max(1, round(size[1] * width / size[0]))


def _written(picture: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)  # a new picture: nothing of `info` comes along
    clean.save(target, form, **options)
    return target.getvalue()
