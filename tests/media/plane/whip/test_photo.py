"""Photos as a picture track."""

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from millstream.media.plane.whip.annexb import AccessUnits
from millstream.media.plane.whip.photo import PhotoRefused, PhotoShow, read_photo

RIGHT_UP, TURNED_RIGHT = 1, 6


def photo(width: int, height: int, *, turned: int = RIGHT_UP, colour: str = "red", quality: int = 60) -> bytes:
    """A JPEG whose upper half is coloured, with an EXIF orientation."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste(colour, (0, 0, width, height // 2))
    exif = Image.Exif()
    exif[0x0112] = turned
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def test_a_photo_becomes_a_key_frame_and_tiny_stills() -> None:
    """What stands still costs nearly nothing, so that an uplink is left to the sound."""
    show, units = PhotoShow(), AccessUnits()
    show.show(photo(1280, 960))
    first = units.read(show.encode(0, key=True))
    assert first is not None
    assert first.key
    assert (first.config.width, first.config.height) == (640, 480)
    assert int(first.config.codec[-2:], 16) <= 31
    for number in range(1, 6):
        still = units.read(show.encode(number * 30_000, key=False))
        assert still is not None
        assert not still.key
        assert len(still.body) < 200


def test_photos_of_one_camera_need_no_new_decoder_and_a_turned_phone_does() -> None:
    """The parameter sets are equal as long as the shape stays."""
    show, units = PhotoShow(), AccessUnits()
    configs = []
    for number, jpeg in enumerate((photo(800, 600), photo(1024, 768, colour="green"), photo(600, 800))):
        show.show(jpeg)
        unit = units.read(show.encode(number * 180_000, key=True))
        assert unit is not None
        configs.append(unit.config)
    assert configs[0] == configs[1]
    assert (configs[2].width, configs[2].height) == (480, 640)


def test_the_camera_s_orientation_is_honoured() -> None:
    """A phone held upright stores the picture lying and says so."""
    upright = read_photo(photo(800, 600, turned=TURNED_RIGHT))
    assert upright.width < upright.height
    red = upright.getpixel((upright.width * 3 // 4, upright.height // 2))
    assert isinstance(red, tuple)
    assert red[0] > 200


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"\xff\xd8\xff\xe0" + bytes(200),
        photo(64, 64)[:300],
        b"\xff\xd8\xff" + b"\xff\xda" * 100,
        photo(12_000, 4_000, quality=1),
        photo(8, 8),
    ],
    ids=["empty", "gif", "zeros", "cut off", "many scans", "huge", "tiny"],
)
def test_what_is_no_photo_is_refused(junk: bytes) -> None:
    """By a sentence, without a crash and without decoding a bomb."""
    with pytest.raises(PhotoRefused):
        PhotoShow().show(junk)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=40))
def test_a_damaged_photo_is_shown_or_refused(place: int, damage: bytes) -> None:
    """Bytes overwritten anywhere: nothing else comes out."""
    whole = photo(320, 240)
    place %= len(whole)
    with contextlib.suppress(PhotoRefused):
        read_photo(whole[:place] + damage + whole[place + len(damage) :])
