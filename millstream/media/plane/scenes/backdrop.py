# ruff: noqa: PLR2004 - the measures of the drawing stand where they are drawn
"""The room that stands still: plaster, beams, window, shelves, kiln of brick, floor, and the light on them."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageFilter

from millstream.media.plane.scenes.brush import FINE, Brush, Colour, Point, clear, curve, mix
from millstream.media.plane.scenes.palette import SHAPES, Palette

WIDTH, HEIGHT = 960, 540
FLOOR_Y = 408
KILN_X, MOUTH_Y = 806, 350
CHIMNEY_X, CHIMNEY_Y = 838, 118
_WOOD: Colour = (96, 62, 42)
_DARK: Colour = (46, 30, 24)
_BRICK: Colour = (158, 88, 62)


def backdrop(look: Palette) -> Image.Image:
    """The still room as an RGB picture."""
    brush = Brush(Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), look.wall[:3]))
    chance = random.Random(look.shelf_seed)  # noqa: S311 - a drawing, not a secret
    _plaster(brush, look, chance)
    _window(brush, look, chance)
    _beams(brush)
    _shelves(brush, look, chance)
    _floor(brush, chance)
    _kiln(brush, chance)
    _corner(brush, look)
    return _lit(brush.small())


def _plaster(brush: Brush, look: Palette, chance: random.Random) -> None:
    for row in range(0, FLOOR_Y, 3):
        shade = mix(mix(look.wall, (255, 236, 200), 0.16), mix(look.wall, _DARK, 0.3), row / FLOOR_Y)
        brush.box(0, row, WIDTH, row + 3, shade)
    for _ in range(420):
        x, y = chance.uniform(0, WIDTH), chance.uniform(0, FLOOR_Y)
        tone = chance.choice(((255, 240, 214), (92, 60, 40)))
        brush.oval(x, y, chance.uniform(6, 42), chance.uniform(1, 5), clear(tone, chance.randint(3, 9)))
    brush.box(0, FLOOR_Y - 62, WIDTH, FLOOR_Y, clear(mix(look.wall, _DARK, 0.55), 120))
    brush.box(0, FLOOR_Y - 65, WIDTH, FLOOR_Y - 61, clear(_DARK, 90))


def _window(brush: Brush, look: Palette, chance: random.Random) -> None:
    left, top, right, bottom = 58, 82, 318, 290
    brush.box(left - 16, top - 14, right + 16, bottom + 16, _WOOD, round_by=3)
    brush.box(left - 22, bottom + 10, right + 22, bottom + 24, mix(_WOOD, (255, 220, 170), 0.15), round_by=3)
    for row in range(top, bottom, 2):
        brush.box(left, row, right, row + 2, mix(look.sky_top, look.sky_low, (row - top) / (bottom - top)))
    brush.oval(248, 142, 21, 21, clear((255, 246, 218), 235))
    for far, colour, base, height in ((0, look.far_hills, 224, 62), (1, look.near_hills, 258, 46)):
        points: list[Point] = [(left, bottom)]
        for x in range(left, right + 1, 4):
            wave = abs(np.sin((x + chance.random() * 2) / (46 - far * 14) + far * 1.7 + look.shelf_seed % 7))
            points.append((x, base - height * float(wave) ** 1.4))
        brush.shape([*points, (right, bottom)], mix(colour, look.sky_low, 0.25 * (1 - far)))
    for step in range(4):
        y = 262 + step * 7
        field = mix(look.near_hills, (206, 190, 120), 0.2 + step * 0.1)
        wave = curve((left, y), ((left + right) / 2, y - 9 + step * 4), (right, y + 2))
        brush.shape([*wave, (right, bottom), (left, bottom)], field)
    _branch(brush, chance)
    for x in (left, (left + right) // 2 - 4, right - 8):
        brush.box(x, top, x + 8, bottom, _WOOD)
    for y in (top, top + 66, bottom - 7):
        brush.box(left, y, right, y + 7, _WOOD)
    for x in range(left + 30, right, 42):
        brush.box(x, top + 7, x + 3, top + 66, clear(_WOOD, 220))


def _branch(brush: Brush, chance: random.Random) -> None:
    twig = curve((58, 176), (130, 150), (196, 190))
    brush.stroke(twig, (74, 52, 46), 4)
    brush.stroke(curve((118, 163), (150, 130), (172, 136)), (74, 52, 46), 2.5)
    for _ in range(26):
        x, y = chance.choice(twig)
        x, y = x + chance.uniform(-16, 16), y + chance.uniform(-18, 12)
        pink = mix((250, 220, 214), (222, 130, 132), chance.random())
        for dx, dy in ((0, -2.6), (2.6, 0), (-2.6, 0), (0, 2.6)):
            brush.oval(x + dx, y + dy, 2.4, 2.4, pink)
        brush.oval(x, y, 1.2, 1.2, (250, 226, 150))


def _beams(brush: Brush) -> None:
    brush.box(0, 0, WIDTH, 34, mix(_WOOD, _DARK, 0.4))
    brush.box(0, 34, WIDTH, 40, clear(_DARK, 120))
    for x in (20, 372, 690, 930):
        brush.box(x - 13, 0, x + 13, FLOOR_Y, mix(_WOOD, _DARK, 0.12))
        brush.box(x - 13, 0, x - 8, FLOOR_Y, clear((255, 220, 170), 26))
        brush.box(x + 8, 0, x + 22, FLOOR_Y, clear(_DARK, 60))
        for line in range(3):
            brush.stroke([(x - 6 + line * 5, 40), (x - 7 + line * 5, FLOOR_Y)], clear(_DARK, 40), 1)


def _shelves(brush: Brush, look: Palette, chance: random.Random) -> None:
    for row, y in enumerate((150, 232, 314)):
        brush.box(392, y + 8, 672, y + 22, clear(_DARK, 70))
        x = 408.0 + chance.uniform(0, 8)
        while x < 652:
            scale = chance.uniform(0.3, 0.5) if row else chance.uniform(0.34, 0.48)
            name = chance.choice(list(SHAPES))
            wide = max(radius for _, radius in SHAPES[name][1]) * scale
            if x + 2 * wide > 664:
                break
            _pot(brush, x + wide, y, scale, name, chance.choice(look.glazes))
            x += 2 * wide + chance.uniform(5, 13)
        brush.box(386, y, 678, y + 9, mix(_WOOD, (255, 214, 160), 0.16))
        brush.box(386, y + 7, 678, y + 11, mix(_WOOD, _DARK, 0.5))


def _pot(brush: Brush, x: float, foot: float, scale: float, name: str, glaze: Colour) -> None:
    height, profile = SHAPES[name]
    outline = [(share * height * scale, radius * scale) for share, radius in profile]
    smooth = [(h, float(r)) for h, r in zip(*_smooth(outline), strict=True)]
    brush.oval(x + 5, foot, smooth[0][1] + 8, 3, clear(_DARK, 80))
    for side, colour in ((1.0, mix(glaze, _DARK, 0.38)), (0.93, mix(glaze, _DARK, 0.16)), (0.72, glaze)):
        shift = (1 - side) * -9
        left = [(x - r * side + shift * scale, foot - h) for h, r in smooth]
        right = [(x + r * side + shift * scale, foot - h) for h, r in reversed(smooth)]
        brush.shape([*left, *right], colour)
    lip = smooth[-1][1]
    top = foot - height * scale
    brush.oval(x, top, lip, max(lip * 0.2, 1.2), mix(glaze, _DARK, 0.5))
    belly = smooth[len(smooth) // 2]
    brush.oval(x - belly[1] * 0.45, foot - belly[0], belly[1] * 0.1, height * scale * 0.16, (255, 250, 236, 120))


def _smooth(outline: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    heights = np.linspace(0, outline[-1][0], 24)
    radii = np.interp(heights, [h for h, _ in outline], [r for _, r in outline])
    padded = np.pad(radii, 2, mode="edge")
    soft = np.convolve(padded, (0.1, 0.2, 0.4, 0.2, 0.1), mode="valid")
    return heights.tolist(), soft.tolist()


def _floor(brush: Brush, chance: random.Random) -> None:
    for row in range(FLOOR_Y, HEIGHT, 3):
        share = (row - FLOOR_Y) / (HEIGHT - FLOOR_Y)
        brush.box(0, row, WIDTH, row + 3, mix((112, 78, 54), (66, 44, 34), share))
    for board in range(-6, 18):
        x = board * 84.0
        brush.stroke([(480 + (x - 480) * 0.82, FLOOR_Y), (480 + (x - 480) * 1.5, HEIGHT)], clear(_DARK, 90), 1.6)
    for _ in range(80):
        x, y = chance.uniform(0, WIDTH), chance.uniform(FLOOR_Y, HEIGHT)
        brush.oval(x, y, chance.uniform(6, 30), 0.8, clear((226, 178, 126), 18))
    brush.box(0, FLOOR_Y, WIDTH, FLOOR_Y + 5, clear(_DARK, 110))


def _kiln(brush: Brush, chance: random.Random) -> None:
    brush.oval(KILN_X + 8, FLOOR_Y + 34, 150, 14, clear(_DARK, 120))
    brush.box(CHIMNEY_X - 20, CHIMNEY_Y - 96, CHIMNEY_X + 20, 270, mix(_BRICK, _DARK, 0.25))
    dome = [*curve((KILN_X - 134, FLOOR_Y + 34), (KILN_X - 138, 218), (KILN_X, 212))]
    dome += curve((KILN_X, 212), (KILN_X + 138, 218), (KILN_X + 134, FLOOR_Y + 34))
    brush.shape(dome, mix(_BRICK, _DARK, 0.3))
    for row in range(19):
        y = 218 + row * 12.0
        half = 132 * min(1.0, (1 - (max(0.0, 430 - y) / 222) ** 2.6)) if y < 430 else 132
        x = KILN_X - half + (row % 2) * 14 - 4
        while x < KILN_X + half - 4:
            tone = mix(_BRICK, chance.choice(((206, 128, 88), (112, 62, 48))), chance.uniform(0, 0.5))
            lit = mix(tone, (60, 34, 28), abs(x - KILN_X + 10) / 190)
            brush.box(max(x, KILN_X - half), y, min(x + 25, KILN_X + half), y + 10, lit, round_by=2)
            x += 28
    for row in range(9):
        for column in range(2):
            tone = mix(_BRICK, (92, 52, 42), chance.uniform(0.1, 0.6))
            x = CHIMNEY_X - 19 + column * 20 - (row % 2) * 3
            brush.box(x, 24 + row * 22, x + 17, 42 + row * 22, tone, round_by=2)
    for step in range(15):
        angle = np.pi * step / 14
        x, y = KILN_X - 60 * np.cos(angle), MOUTH_Y - 52 * np.sin(angle)
        brush.oval(float(x), float(y), 11, 11, mix((192, 112, 78), _DARK, 0.1 + 0.2 * (step % 2)))
    brush.box(KILN_X - 70, MOUTH_Y, KILN_X - 50, MOUTH_Y + 72, mix((192, 112, 78), _DARK, 0.2))
    brush.box(KILN_X + 50, MOUTH_Y, KILN_X + 70, MOUTH_Y + 72, mix((192, 112, 78), _DARK, 0.2))
    brush.box(KILN_X - 90, MOUTH_Y + 70, KILN_X + 90, MOUTH_Y + 84, mix(_BRICK, _DARK, 0.4), round_by=3)


def _corner(brush: Brush, look: Palette) -> None:
    for x, y, length in ((20, 486, 92), (34, 470, 84), (14, 458, 70)):
        brush.stroke([(x, y), (x + length, y + 8)], (122, 84, 56), 17)
        brush.oval(x + length + 3, y + 8, 6, 8.5, (196, 152, 106))
        brush.ring(x + length + 3, y + 8, 3, 4.6, (142, 98, 66), thick=1)
    brush.box(146, 404, 208, 412, mix(_WOOD, (255, 220, 170), 0.2), round_by=2)
    for leg in (154, 200):
        brush.stroke([(leg, 412), (leg + (leg - 177) * 0.14, 468)], _WOOD, 6)
    brush.oval(177, 402, 17, 4, clear(_DARK, 80))
    _pot(brush, 170, 405, 0.28, "cup", look.glazes[0])


def _lit(room: Image.Image) -> Image.Image:
    """Sunlight from the window over wall and floor, and dusk in the corners."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    beam = Image.new("L", (WIDTH, HEIGHT), 0)
    brush = Brush.clear(WIDTH, HEIGHT)
    for left, right in ((64, 176), (190, 312)):
        shape = [(left + 60, 100), (right + 60, 100), (right + 330, HEIGHT + 30), (left + 250, HEIGHT + 30)]
        brush.shape(shape, (255, 255, 255, 255))
    beam = brush.small().getchannel("A").filter(ImageFilter.GaussianBlur(16))
    light = np.asarray(beam, dtype=np.float32) / 255
    fade = np.clip(1.1 - rows / HEIGHT * 0.75, 0, 1)
    far = np.hypot((columns - 480) / 620, (rows - 280) / 400)
    dusk = 1 - 0.42 * np.clip(far - 0.45, 0, 1)
    picture = np.asarray(room, dtype=np.float32) * dusk[..., None]
    picture += (light * fade * 0.17)[..., None] * np.array((255, 226, 160), dtype=np.float32)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
