"""What varies from scene to scene by its seed: the light, the walls, the glazes, the clothes, the pot."""

from __future__ import annotations

import random
from dataclasses import dataclass

from millstream.media.plane.scenes.brush import Colour

_LIGHTS: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    # sky above, sky below, far hills, near hills
    ((246, 190, 120), (253, 226, 176), (186, 140, 120), (120, 110, 96)),
    ((150, 196, 214), (232, 240, 226), (134, 168, 152), (92, 132, 104)),
    ((216, 142, 122), (250, 206, 160), (150, 104, 112), (96, 78, 92)),
    ((120, 158, 190), (214, 222, 214), (108, 138, 158), (74, 106, 112)),
)
_WALLS: tuple[Colour, ...] = ((203, 164, 122), (190, 160, 132), (206, 172, 138), (178, 150, 126))
_GLAZES: tuple[tuple[Colour, ...], ...] = (
    ((126, 160, 142), (164, 190, 166), (92, 124, 116), (214, 206, 182), (150, 92, 62)),
    ((62, 92, 132), (214, 220, 224), (112, 140, 172), (190, 168, 132), (84, 70, 66)),
    ((168, 74, 48), (206, 132, 74), (92, 52, 44), (222, 196, 152), (122, 128, 96)),
    ((72, 66, 64), (138, 112, 92), (196, 178, 150), (104, 128, 120), (172, 88, 60)),
)
_COATS: tuple[Colour, ...] = ((52, 78, 112), (116, 54, 50), (62, 92, 84), (94, 72, 108), (70, 76, 88))
_CLAYS: tuple[Colour, ...] = ((186, 122, 84), (164, 132, 108), (198, 148, 112), (150, 112, 92))

SHAPES: dict[str, tuple[float, tuple[tuple[float, float], ...]]] = {
    # height, then (share of height, radius) from foot to lip
    "vase": (122, ((0, 31), (0.14, 40), (0.38, 55), (0.6, 46), (0.78, 23), (0.9, 20), (1, 31))),
    "bottle": (130, ((0, 34), (0.2, 46), (0.42, 50), (0.6, 34), (0.74, 15), (0.92, 13), (1, 20))),
    "jar": (100, ((0, 38), (0.2, 52), (0.5, 60), (0.76, 52), (0.9, 38), (0.95, 37), (1, 42))),
    "bowl": (74, ((0, 27), (0.1, 28), (0.3, 45), (0.55, 60), (0.8, 70), (0.95, 75), (1, 76))),
    "cup": (92, ((0, 34), (0.12, 40), (0.4, 45), (0.65, 45), (0.85, 47), (0.95, 50), (1, 52))),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """The look of one scene."""

    sky_top: Colour
    sky_low: Colour
    far_hills: Colour
    near_hills: Colour
    wall: Colour
    glazes: tuple[Colour, ...]
    coat: Colour
    scarf: Colour
    clay: Colour
    shape: str
    cat: Colour
    shelf_seed: int


def palette(seed: int) -> Palette:
    """The look that belongs to a seed; neighbouring seeds differ in shape and light."""
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    light = _LIGHTS[seed % len(_LIGHTS)]
    coat = _COATS[seed % len(_COATS)]
    names = list(SHAPES)
    return Palette(
        *light,
        wall=chance.choice(_WALLS),
        glazes=chance.choice(_GLAZES),
        coat=coat,
        scarf=chance.choice([other for other in _COATS if other != coat]),
        clay=chance.choice(_CLAYS),
        shape=names[seed % len(names)],
        cat=chance.choice(((66, 60, 58), (206, 142, 84), (222, 212, 198))),
        shelf_seed=chance.randrange(1 << 30),
    )
