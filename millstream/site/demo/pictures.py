"""The pictures of the invented county: goods on a table, valleys with a workshop, posters of shows."""

import io
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from millstream.site.demo.lathe import (
    Colour,
    Plane,
    Surface,
    Turned,
    banded,
    dipped,
    ground,
    labelled,
    lerp,
    noise,
    plain,
    turn,
    woven,
)

SIDE: Final = 900
WIDE: Final = (1280, 720)

CELADON: Final = ((158, 188, 168), (84, 122, 108))
TENMOKU: Final = ((92, 52, 34), (26, 18, 18))
SHINO: Final = ((232, 214, 196), (196, 132, 104))
COBALT: Final = ((232, 234, 232), (38, 62, 128))
ASH: Final = ((196, 186, 152), (118, 112, 84))

VASE: Final = ((0, 0.09), (0.04, 0.1), (0.3, 0.2), (0.55, 0.215), (0.76, 0.12), (0.9, 0.07), (1, 0.098))
BOTTLE_VASE: Final = ((0, 0.1), (0.1, 0.17), (0.35, 0.21), (0.55, 0.12), (0.7, 0.055), (0.92, 0.05), (1, 0.075))
BOWL: Final = ((0, 0.09), (0.09, 0.095), (0.13, 0.13), (0.5, 0.25), (1, 0.31))
TEA_BOWL: Final = ((0, 0.08), (0.1, 0.085), (0.16, 0.15), (0.55, 0.21), (0.85, 0.22), (1, 0.235))
CUP: Final = ((0, 0.11), (0.06, 0.13), (0.5, 0.155), (1, 0.16))
JAR: Final = ((0, 0.14), (0.2, 0.21), (0.6, 0.235), (0.82, 0.17), (0.9, 0.12), (1, 0.125))
TIN: Final = ((0, 0.155), (0.02, 0.16), (0.77, 0.16), (0.79, 0.172), (0.98, 0.172), (1, 0.168))
GLASS: Final = ((0, 0.13), (0.04, 0.145), (0.68, 0.145), (0.78, 0.115), (0.82, 0.135), (0.98, 0.135), (1, 0.13))
BOTTLE: Final = ((0, 0.1), (0.03, 0.11), (0.55, 0.11), (0.7, 0.05), (0.93, 0.042), (0.94, 0.05), (1, 0.05))
BASKET: Final = ((0, 0.17), (0.5, 0.25), (0.9, 0.245), (1, 0.255))
TRAY: Final = ((0, 0.25), (0.3, 0.3), (1, 0.33))
LAMP: Final = ((0, 0.1), (0.1, 0.2), (0.5, 0.26), (0.9, 0.2), (1, 0.11))
GOURD: Final = ((0, 0.1), (0.25, 0.2), (0.5, 0.12), (0.72, 0.14), (0.9, 0.05), (1, 0.035))
ROLL: Final = ((0, 0.2), (0.05, 0.21), (0.95, 0.21), (1, 0.2))


def _stripes(colours: tuple[Colour, Colour], count: int) -> Surface:
    """Cloth on a roll: stripes of dye with a woven grain."""

    def surface(angle: Plane, height: Plane, random: np.random.Generator) -> Plane:
        stripe = np.clip(0.5 + 0.9 * np.sin(height * count) + 0.5 * np.sin(height * count * 2.7), 0, 1)
        grain = 0.9 + 0.1 * np.sin(height * 420) * np.sin(angle * 300)
        flowers = (np.sin(angle * 18) * np.sin(height * 24) > 0.72) * 0.7
        return lerp(colours[0], colours[1], np.clip(stripe * 0.5 + flowers, 0, 1)) * grain[..., None]

    return surface


def _glowing(light: Colour, frame: Colour) -> Surface:
    """A lamp of split bamboo with the light inside."""

    def surface(angle: Plane, height: Plane, random: np.random.Generator) -> Plane:
        ribs = np.abs(np.sin(angle * 40)) ** 6
        rings = (np.sin(height * 40) > 0.93) * 1.0
        return lerp(light, frame, np.clip(ribs * 0.8 + rings, 0, 1)) * 1.15

    return surface


THINGS: Final[Mapping[str, Callable[[], tuple[Turned, ...]]]] = {
    "celadon_vase": lambda: (Turned(VASE, plain(*CELADON)),),
    "celadon_set": lambda: (Turned(TEA_BOWL, plain(*CELADON), tall=0.3, soft=0.05),),
    "tenmoku_bowl": lambda: (Turned(TEA_BOWL, plain(*TENMOKU, speckle=0.02), tall=0.32, gloss=0.9),),
    "shino_bowl": lambda: (Turned(BOWL, dipped(SHINO[0], (150, 98, 70), 0.3), tall=0.34, soft=0.05),),
    "cobalt_vase": lambda: (
        Turned(BOTTLE_VASE, banded(*COBALT, ((0.1, 0.02), (0.86, 0.03), (0.92, 0.015))), tall=0.66),
    ),
    "cobalt_bowl": lambda: (Turned(BOWL, banded(*COBALT, ((0.2, 0.02), (0.9, 0.03))), tall=0.32),),
    "ash_jar": lambda: (Turned(JAR, dipped(ASH[0], (124, 84, 62), 0.28), tall=0.5, inside=(58, 46, 38)),),
    "ash_cup": lambda: (Turned(CUP, dipped(ASH[0], (130, 88, 64), 0.34), tall=0.34),),
    "pickle_jar": lambda: (Turned(JAR, plain((136, 82, 52), (70, 40, 28)), tall=0.54, inside=(50, 30, 24)),),
    "green_tea": lambda: (
        Turned(TIN, labelled((58, 88, 64), (238, 228, 202), (40, 36, 34)), open_mouth=False, tall=0.5),
    ),
    "black_tea": lambda: (
        Turned(TIN, labelled((112, 44, 34), (238, 228, 202), (40, 36, 34)), open_mouth=False, tall=0.5),
    ),
    "white_tea": lambda: (
        Turned(TIN, labelled((214, 210, 198), (120, 148, 128), (250, 248, 240)), open_mouth=False, tall=0.4),
    ),
    "honey": lambda: (
        Turned(
            GLASS,
            labelled((206, 132, 36), (246, 236, 212), (72, 46, 22), 0.16, 0.56),
            open_mouth=False,
            tall=0.44,
            gloss=1.0,
        ),
    ),
    "chestnut_honey": lambda: (
        Turned(
            GLASS,
            labelled((122, 66, 24), (246, 236, 212), (72, 46, 22), 0.16, 0.56),
            open_mouth=False,
            tall=0.44,
            gloss=1.0,
        ),
    ),
    "chilli": lambda: (
        Turned(
            GLASS,
            labelled((168, 42, 26), (246, 240, 226), (60, 22, 16), 0.16, 0.56),
            open_mouth=False,
            tall=0.4,
            gloss=0.9,
        ),
    ),
    "rice_wine": lambda: (
        Turned(
            BOTTLE,
            labelled((70, 92, 84), (240, 232, 212), (42, 36, 32), 0.14, 0.46),
            open_mouth=False,
            tall=0.66,
            gloss=1.0,
            soft=0.04,
        ),
    ),
    "camellia_oil": lambda: (
        Turned(
            BOTTLE,
            labelled((196, 158, 44), (252, 248, 236), (60, 50, 20), 0.14, 0.46),
            open_mouth=False,
            tall=0.62,
            gloss=1.0,
            soft=0.04,
        ),
    ),
    "basket": lambda: (Turned(BASKET, woven((216, 182, 122), (118, 84, 46)), tall=0.42, gloss=0.0),),
    "tray": lambda: (
        Turned(TRAY, woven((226, 198, 142), (142, 104, 60), 9, 46), tall=0.15, gloss=0.0, inside=(176, 138, 84)),
    ),
    "lamp": lambda: (
        Turned(LAMP, _glowing((255, 222, 150), (150, 98, 48)), tall=0.5, gloss=0.0, inside=(250, 214, 150)),
    ),
    "gourd": lambda: (Turned(GOURD, plain((206, 146, 74), (132, 78, 34)), tall=0.56, open_mouth=False, gloss=0.8),),
    "indigo": lambda: (
        Turned(ROLL, _stripes(((38, 54, 104), (226, 230, 236)), 30), tall=0.42, gloss=0.0, open_mouth=False),
    ),
    "madder": lambda: (
        Turned(ROLL, _stripes(((150, 54, 42), (238, 222, 204)), 22), tall=0.42, gloss=0.0, open_mouth=False),
    ),
    "mushrooms": lambda: (
        Turned(TRAY, woven((206, 172, 116), (122, 88, 50), 8, 40), tall=0.16, gloss=0.0, inside=(96, 68, 48)),
    ),
}
WALLS: Final = ((228, 219, 203), (206, 214, 208), (222, 208, 192), (212, 208, 216))
TABLES: Final = ((150, 116, 84), (118, 88, 66), (172, 140, 104), (104, 92, 84))


def picture_of_thing(kind: str, seed: int) -> bytes:
    """A product picture as JPEG, `SIDE` x `SIDE`; the same kind and seed give the same picture."""
    random = np.random.default_rng([seed, *kind.encode()])
    picture = ground(SIDE, WALLS[seed % len(WALLS)], TABLES[(seed // 3) % len(TABLES)], random)
    for thing in THINGS[kind]():
        picture = turn(thing, picture, random, centre=0.5 + 0.03 * (random.random() - 0.5))
    image = _image(picture)
    if kind == "mushrooms":
        _mushrooms(image, random)
    return _jpeg(image)


def picture_of_valley(seed: int, *, evening: bool = False) -> bytes:
    """A valley with its workshop, for a maker, a park or a station: JPEG, 1280 x 720."""
    return _jpeg(_valley(seed, evening=evening))


def poster(kind: str, seed: int) -> bytes:
    """A show's poster: the thing it sells before its valley. JPEG, 1280 x 720."""
    valley = _valley(seed, evening=True).filter(ImageFilter.GaussianBlur(7))
    random = np.random.default_rng([seed, 7])
    picture = np.asarray(valley.resize((SIDE * 16 // 9, SIDE)), float)
    side = SIDE
    left = (picture.shape[1] - side) * 2 // 3
    stage = picture[:, left : left + side].copy()
    stage = turn(THINGS[kind]()[0], stage, random, foot=0.9)
    picture[:, left : left + side] = stage
    return _jpeg(_image(picture).resize(WIDE, Image.Resampling.LANCZOS))


def _valley(seed: int, *, evening: bool) -> Image.Image:
    random = np.random.default_rng([seed, 41])
    width, height = WIDE
    share = np.linspace(0, 1, height)[:, None].repeat(width, 1)
    sky = ((196, 214, 218), (244, 234, 212)) if not evening else ((92, 98, 132), (244, 178, 122))
    picture = lerp(sky[0], sky[1], np.clip(share * 1.7, 0, 1))
    near = (58, 84, 66) if not evening else (44, 46, 56)
    x = np.linspace(0, 1, width)
    for layer in range(5):
        depth = layer / 4
        line = 0.34 + 0.11 * layer
        waves: list[Plane] = [
            random.random() * 0.09 / (wave + 1) * np.sin(x * np.pi * 2 * (wave + 0.6) + random.random() * 7)
            for wave in range(5)
        ]
        ridge: Plane = np.sum(waves, axis=0)
        crest = (line + ridge) * height
        below = np.clip((np.arange(height)[:, None] - crest[None, :]) / 2, 0, 1)
        colour = lerp(sky[1], near, np.full((height, width), 0.22 + 0.78 * depth))
        mist = np.clip(1 - (np.arange(height)[:, None] - crest[None, :]) / (height * 0.26), 0, 1) * 0.10
        colour = (
            colour * (1 + mist[..., None]) * (0.96 + 0.08 * noise((height, width), 7 + layer * 3, random))[..., None]
        )
        picture = picture * (1 - below[..., None]) + colour * below[..., None]
    image = _image(picture)
    _houses(image, random, evening=evening)
    return image


def _houses(image: Image.Image, random: np.random.Generator, *, evening: bool) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    window = (255, 214, 130, 255) if evening else (92, 80, 70, 255)
    for number in range(3):
        left = 150 + number * 330 + int(random.random() * 120)
        top = 520 + int(random.random() * 60)
        wide, high = 170 + int(random.random() * 60), 78
        draw.rectangle(
            (left, top, left + wide, top + high), fill=(232, 224, 208, 255) if not evening else (150, 132, 122, 255)
        )
        draw.rectangle((left, top + high - 14, left + wide, top + high), fill=(120, 104, 92, 255))
        draw.polygon(
            ((left - 24, top + 4), (left + 26, top - 44), (left + wide - 26, top - 44), (left + wide + 24, top + 4)),
            fill=(64, 60, 62, 255) if not evening else (38, 36, 44, 255),
        )
        for place in range(3):
            spot = left + 22 + place * (wide - 44) // 3
            draw.rectangle((spot, top + 22, spot + 24, top + 52), fill=window)


def _mushrooms(image: Image.Image, random: np.random.Generator) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(46):
        x, y = 0.5 + (random.random() - 0.5) * 0.5, 0.69 + (random.random() - 0.5) * 0.075
        if ((x - 0.5) / 0.3) ** 2 + ((y - 0.69) / 0.05) ** 2 > 1:
            continue
        size = 26 + random.random() * 16
        middle, high = x * SIDE, y * SIDE
        shade = int(random.random() * 26)
        draw.ellipse(
            (middle - size, high - size * 0.62, middle + size, high + size * 0.5),
            fill=(104 + shade, 74 + shade, 52 + shade, 255),
        )
        draw.arc(
            (middle - size * 0.7, high - size * 0.5, middle + size * 0.7, high + size * 0.3),
            190,
            330,
            fill=(196, 166, 132, 200),
            width=4,
        )


def _image(picture: Plane) -> Image.Image:
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()
