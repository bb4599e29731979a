"""What moves beside the potter: the fire in the kiln's mouth, its glow, smoke, dust in the light, and a cat asleep."""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image, ImageFilter

from millstream.media.plane.scenes.backdrop import CHIMNEY_X, HEIGHT, KILN_X, MOUTH_Y, WIDTH
from millstream.media.plane.scenes.brush import Brush, Colour, clear, curve, mix

MOUTH_LEFT, MOUTH_TOP, MOUTH_WIDE, MOUTH_HIGH = KILN_X - 60, MOUTH_Y - 56, 120, 128
CAT_LEFT, CAT_TOP = 640, 428
PUFFS, MOTES = 7, 26


def flicker(moment: float) -> float:
    """The fire's strength, 0 to 1, the same at both ends of the loop."""
    waves = ((7, 0.0, 0.4), (13, 1.1, 0.3), (29, 2.3, 0.2), (47, 0.7, 0.1))
    return 0.5 + 0.5 * sum(level * math.sin(2 * math.pi * turns * moment + start) for turns, start, level in waves)


def fire(moment: float, seed: int) -> Image.Image:
    """The mouth of the kiln with flames, clipped to its arch."""
    brush = Brush.clear(MOUTH_WIDE, MOUTH_HIGH, left=MOUTH_LEFT, top=MOUTH_TOP)
    floor = MOUTH_Y + 71
    arch = [*curve((KILN_X - 50, floor), (KILN_X - 50, MOUTH_Y - 2), (KILN_X - 48, MOUTH_Y - 4), steps=2)]
    arch += [(KILN_X - 49 * math.cos(a * math.pi / 14), MOUTH_Y - 42 * math.sin(a * math.pi / 14)) for a in range(15)]
    arch += [(KILN_X + 50, floor)]
    strength = flicker(moment)
    brush.shape(arch, mix((58, 18, 12), (112, 36, 18), strength))
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    layers: tuple[tuple[Colour, float, int], ...] = (
        ((196, 62, 24), 1.0, 9),
        ((240, 122, 36), 0.78, 8),
        ((252, 190, 84), 0.54, 7),
        ((255, 240, 186), 0.3, 5),
    )
    for colour, tall, tongues in layers:
        for tongue in range(tongues):
            x = KILN_X - 42 + 84 * (tongue + 0.5) / tongues
            turns, start = chance.randint(9, 26), chance.uniform(0, 6.28)
            wave = 0.5 + 0.5 * math.sin(2 * math.pi * turns * moment + start)
            middle = 1 - abs(x - KILN_X) / 62
            height = tall * middle * (44 + 38 * wave + 12 * strength)
            lean = 7 * math.sin(2 * math.pi * (turns // 2) * moment + start)
            half = 60 / tongues + 3
            left = curve((x - half, floor), (x - half * 0.9, floor - height * 0.55), (x + lean, floor - height))
            right = curve((x + lean, floor - height), (x + half * 0.9, floor - height * 0.5), (x + half, floor))
            brush.shape([*left, *right], clear(colour, 215))
    for log, y in ((-24, 0), (6, 3), (-8, -7)):
        brush.stroke([(KILN_X + log - 18, floor - 5 + y), (KILN_X + log + 28, floor - 3 + y)], (62, 30, 22), 9)
        brush.stroke([(KILN_X + log - 14, floor - 7 + y), (KILN_X + log + 20, floor - 6 + y)], (222, 92, 38), 2)
    mask = Brush.clear(MOUTH_WIDE, MOUTH_HIGH, left=MOUTH_LEFT, top=MOUTH_TOP)
    mask.shape(arch, (255, 255, 255, 255))
    picture = brush.small()
    picture.putalpha(mask.small().getchannel("A"))
    return picture


def glow_mask() -> Image.Image:
    """How strongly the fire's light falls on each place, as an L picture."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    near = np.hypot((columns - KILN_X) / 1.25, rows - MOUTH_Y - 30)
    level = 150 * np.exp(-((near / 120) ** 1.2)) + 40 * np.exp(-((near / 330) ** 2))
    return Image.fromarray(np.clip(level, 0, 255).astype(np.uint8))


class Air:
    """Smoke that leaks at the chimney and dust in the sunlight; everything comes back after one loop."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
        self._motes = [
            (chance.uniform(130, 470), chance.uniform(120, 500), chance.uniform(0, 6.28), chance.randint(1, 3))
            for _ in range(MOTES)
        ]
        self._puffs = [(chance.uniform(-9, 9), chance.uniform(0.8, 1.3)) for _ in range(PUFFS)]
        self._masks = [_puff(radius) for radius in range(8, 56, 2)]

    def drift(self, picture: Image.Image, moment: float) -> None:
        """Draw smoke and dust onto the picture."""
        for place, (shift, size) in enumerate(self._puffs):
            age = (2 * moment + place / PUFFS) % 1
            mask = self._masks[min(int((4 + 22 * age) * size), len(self._masks) - 1)]
            strength = math.sin(math.pi * age) * 0.42
            x = CHIMNEY_X - 96 * age**1.3 + shift + 8 * math.sin(2 * math.pi * (age * 2 + place / 3))
            y = 236 - 196 * age
            box = (round(x - mask.width / 2), round(y - mask.height / 2))
            picture.paste((214, 200, 186), box, mask.point([round(level * strength) for level in range(256)]))
        for x, y, start, turns in self._motes:
            angle = 2 * math.pi * turns * moment + start
            twinkle = 0.5 + 0.5 * math.sin(angle * 2 + start)
            at = (round(x + 16 * math.sin(angle)), round(y - 11 * math.cos(angle + start)))
            if 0 <= at[0] < WIDTH - 1 and 0 <= at[1] < HEIGHT - 1:
                here = picture.getpixel(at)
                assert isinstance(here, tuple)
                bright = mix((int(here[0]), int(here[1]), int(here[2])), (255, 240, 200), 0.55 * twinkle)
                picture.paste(bright, (at[0], at[1], at[0] + 2, at[1] + 2))


def _puff(radius: int) -> Image.Image:
    side = radius * 4
    brush = Brush.clear(side, side)
    brush.oval(side / 2, side / 2, radius, radius, (255, 255, 255, 255))
    return brush.small().getchannel("A").filter(ImageFilter.GaussianBlur(radius * 0.45))


def cat(moment: float, fur: Colour) -> Image.Image:
    """A cat asleep in the warmth; its flank and the end of its tail move."""
    brush = Brush.clear(150, 90, left=CAT_LEFT, top=CAT_TOP)
    breath = 1.6 * math.sin(2 * math.pi * 4 * moment)
    x, y = CAT_LEFT + 76, CAT_TOP + 56
    shade, light = mix(fur, (40, 26, 22), 0.35), mix(fur, (255, 190, 120), 0.3)
    brush.oval(x, y + 20, 66, 9, (40, 26, 20, 120))
    brush.oval(x, y - breath / 2, 52, 25 + breath, shade)
    brush.oval(x + 3, y - 2 - breath / 2, 48, 21 + breath, fur)
    brush.oval(x + 24, y - 6 - breath / 2, 24, 12 + breath / 2, clear(light, 120))
    flick = 5 * math.sin(2 * math.pi * 3 * moment) * max(0.0, math.sin(2 * math.pi * moment))
    tail = curve((x + 44, y + 10), (x + 34, y + 30), (x - 22, y + 20 + flick))
    brush.limb(tail, shade, 13, 9)
    brush.limb([(px, py - 1.5) for px, py in tail], fur, 10, 7)
    head = (x - 38, y + 2)
    for side in (-1, 1):
        ear = ((17, -8), (15, -25), (3, -15))
        brush.shape([(head[0] + side * across, head[1] + down) for across, down in ear], shade)
    brush.oval(head[0], head[1], 21, 17, shade)
    brush.oval(head[0] + 1, head[1] - 1, 19, 15, fur)
    lid = mix(fur, (20, 14, 12), 0.75)
    for side in (-1, 1):
        brush.arc(head[0] + side * 8, head[1] - 1, 5, 3.4, span=(15, 165), colour=lid, thick=1.5)
    brush.oval(head[0], head[1] + 5, 2.2, 1.6, (192, 112, 100))
    return brush.small()
