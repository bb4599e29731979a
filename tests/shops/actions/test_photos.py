"""Photos: read by what they are, not by their name; written anew, without what the camera knew."""

import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.shops.adapters.pictures import redraw
from millstream.shops.api import add_photo, front_photo, product, remove_photo
from millstream.shops.models import Photo
from millstream.shops.refusals import NotAPhoto, PhotoTooLarge, TooManyPhotos
from millstream.shops.types import PhotoId
from tests.shops.counter import Counter
from tests.shops.pictures import drawn


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that claim to be a giant picture."""
    small = bytearray(drawn(2, 2, "PNG"))
    small[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    import zlib

    small[29:33] = zlib.crc32(bytes(small[12:29])).to_bytes(4, "big")
    return bytes(small)


@pytest.mark.parametrize(
    ("form", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("JPEG", "CMYK"), ("PNG", "L")]
)
def test_pictures_are_kept_in_three_widths_and_two_forms(form: str, mode: str):
    """Whatever comes in, WebP and JPEG of the same sizes go out."""
    told = redraw(drawn(1600, 1200, form, mode))
    assert set(told.files) == {f"{width}.{ending}" for width in (320, 640, 1280) for ending in ("webp", "jpg")}
    assert (told.width, told.height, told.widths) == (1280, 960, (320, 640, 1280))
    for name, content in told.files.items():
        with Image.open(io.BytesIO(content)) as kept:
            assert kept.format == {"webp": "WEBP", "jpg": "JPEG"}[name.split(".")[1]]
            assert kept.size == (int(name.split(".")[0]), int(name.split(".")[0]) * 3 // 4)
            assert kept.mode == "RGB"


def test_small_pictures_are_not_blown_up():
    """A picture of 500 pixels is kept at 320 and 500, a tiny one at its own size."""
    assert redraw(drawn(500, 300)).widths == (320, 500)
    assert redraw(drawn(90, 30)).widths == (90,)
    assert redraw(drawn(320, 100)).widths == (320,)


def test_a_picture_is_turned_upright_and_forgets_where_it_was_taken():
    """Orientation is applied; EXIF with its position, comments and profiles are gone."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCam"
    exif.get_ifd(0x8825)[2] = (27.0, 59.0, 1.0)
    told = redraw(drawn(1600, 1200, exif=exif.tobytes(), comment=b"my home"))
    assert (told.width, told.height) == (1200, 1600)
    for content in told.files.values():
        assert b"SecretCam" not in content
        assert b"my home" not in content
        with Image.open(io.BytesIO(content)) as kept:
            assert not kept.getexif()
            assert "icc_profile" not in kept.info


def test_what_hides_behind_a_picture_is_left_behind():
    """A JPEG with an archive behind it becomes a JPEG without one."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("evil.txt", "evil")
    told = redraw(drawn() + archive.getvalue())
    assert all(b"evil" not in content for content in told.files.values())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, I am a photo",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(100),
        b"\xff\xd8\xff\xe0" + bytes(500),
        b"%PDF-1.7 not a picture",
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        drawn()[:2000],
        drawn(form="PNG")[:300],
        drawn(form="WEBP")[:100],
        drawn(64, 64, "BMP"),
        drawn(64, 64, "TIFF"),
    ],
)
def test_a_photo_that_is_not_one_is_refused(content: bytes):
    """By its content: text, scripts, other formats, cut-off files."""
    with pytest.raises(NotAPhoto) as refused:
        redraw(content, "holiday.jpg")
    assert refused.value.facts == {"name": "holiday.jpg"}


@pytest.mark.parametrize("size", [(50_000, 50_000), (20_000, 10), (9_000, 9_000)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]):
    """A header that claims too many pixels is enough to refuse."""
    with pytest.raises((PhotoTooLarge, NotAPhoto)):
        redraw(png_bomb(*size), "bomb.png")


def test_too_many_bytes_are_refused():
    """Fifteen megabytes are the limit."""
    with pytest.raises(PhotoTooLarge):
        redraw(drawn() + bytes(16 * 2**20), "large.jpg")


def test_photos_are_added_in_order_fronted_and_removed(counter: Counter):
    """The one put first stands for the product; a removed one leaves no files."""
    first, second = (
        add_photo(counter.product, drawn(400, 300), photo_id=PhotoId(new_id()), by=counter.amina) for _ in "12"
    )
    assert [photo.id for photo in product(counter.slug).photos] == [first, second]
    front_photo(second, by=counter.amina)
    assert [photo.id for photo in product(counter.slug).photos] == [second, first]
    key = Photo.objects.get(id=second).key
    assert default_storage.exists(f"{key}/320.webp")
    remove_photo(second, by=counter.amina)
    assert [photo.id for photo in product(counter.slug).photos] == [first]
    assert not default_storage.exists(f"{key}/320.webp")
    assert not default_storage.exists(f"{key}/400.jpg")


def test_a_thirteenth_photo_is_refused_and_leaves_no_files(counter: Counter):
    """Twelve are enough; the files of the refused one are gone."""
    small = drawn(40, 30)
    for _ in range(12):
        add_photo(counter.product, small, photo_id=PhotoId(new_id()), by=counter.amina)
    extra = PhotoId(new_id())
    with pytest.raises(TooManyPhotos):
        add_photo(counter.product, small, photo_id=extra, by=counter.amina)
    assert not default_storage.exists(f"photos/{extra.hex}/40.webp")


def test_strangers_touch_no_photos(counter: Counter):
    """Femi can neither add to Amina's product nor change her photos."""
    photo = add_photo(counter.product, drawn(40, 30), photo_id=PhotoId(new_id()), by=counter.amina)
    for attempt in (
        lambda: add_photo(counter.product, drawn(40, 30), photo_id=PhotoId(new_id()), by=counter.femi),
        lambda: front_photo(photo, by=counter.femi),
        lambda: remove_photo(photo, by=counter.femi),
    ):
        with pytest.raises(NotFound):
            attempt()
