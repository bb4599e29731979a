# ruff: noqa: PLR2004 - the measures of the drawing stand where they are drawn
"""The clay on the wheel: a lump that grows into a pot and sinks back, shaded as a turning body."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from millstream.media.plane.scenes.brush import FINE, Colour
from millstream.media.plane.scenes.palette import SHAPES

PATCH_HEIGHT = 168
FOOT_Y = 150
ROUNDS = 16
_LUMP = (46.0, ((0.0, 52.0), (0.3, 54.0), (0.6, 46.0), (0.85, 30.0), (0.96, 16.0), (1.0, 6.0)))
_PIPE = (92.0, ((0.0, 42.0), (0.2, 41.0), (0.5, 38.0), (0.8, 37.0), (0.95, 38.0), (1.0, 38.0)))
_STAGES = ((0.0, 0), (0.07, 0), (0.36, 1), (0.76, 2), (0.87, 2), (1.0, 0))


class Clay:
    """The pot of one scene; `moment` runs from 0 to 1 over the loop."""

    def __init__(self, shape: str, colour: Colour) -> None:
        self._shapes = [_table(*_LUMP), _table(*_PIPE), _table(*SHAPES[shape])]
        self._colour = np.array(colour[:3], dtype=np.float32)

    def profile(self, moment: float) -> tuple[float, NDArray[np.float64]]:
        """Height and 65 radii from foot to lip."""
        for (start, one), (end, two) in pairwise(_STAGES):
            if start <= moment <= end:
                share = _ease((moment - start) / (end - start))
                height = self._shapes[one][0] * (1 - share) + self._shapes[two][0] * share
                return height, self._shapes[one][1] * (1 - share) + self._shapes[two][1] * share
        raise AssertionError("a moment lies between 0 and 1")

    def grip(self, moment: float) -> tuple[float, float]:
        """Height above the wheel and radius where the hands hold the clay now."""
        height, radii = self.profile(moment)
        climb = 0.5 - 0.5 * math.cos(2 * math.pi * 5 * moment)
        share = 0.42 + 0.44 * climb
        return share * height, float(np.interp(share * 64, np.arange(65), radii))

    def patch(self, moment: float) -> Image.Image:
        """The clay as an RGBA picture at twice the size, its foot in the middle at `FOOT_Y`."""
        height, radii = self.profile(moment)
        rows = (np.arange(PATCH_HEIGHT * FINE) / FINE).astype(np.float32)
        wide = math.ceil(float(radii.max())) + 3
        columns = (np.arange(2 * wide * FINE) / FINE - wide).astype(np.float32)
        lift = ((FOOT_Y - rows) / height).astype(np.float32)
        # Seen from a little above, each round of the wall is a flat ellipse: its front hangs lower than its sides.
        radius = np.interp(lift * 64, np.arange(65), radii, left=0, right=0).astype(np.float32)
        wobble = 0.5 * math.sin(2 * math.pi * 3 * moment)
        across = ((columns[None, :] + wobble) / np.maximum(radius[:, None], 0.1)).astype(np.float32)
        inside = (np.abs(across) < 1) & (radius[:, None] > 0)
        picture = self._shade(across, lift, rows, moment)
        picture[..., 3] = np.where(inside, 255, 0)
        foot = float(radii[0])
        under = (columns[None, :] / foot) ** 2 + ((rows[:, None] - FOOT_Y) / (foot * 0.16)) ** 2 < 1
        bottom = under & (rows[:, None] >= FOOT_Y)
        picture[bottom] = picture[min(FOOT_Y * FINE - 1, len(rows) - 1)][None, :].repeat(len(rows), 0)[bottom]
        picture[bottom, 3] = 255
        self._mouth(picture, rows, columns, height, radii)
        return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8), "RGBA")

    def _shade(
        self, across: NDArray[np.float32], lift: NDArray[np.float32], rows: NDArray[np.float32], moment: float
    ) -> NDArray[np.float32]:
        side = np.clip(across, -1, 1)
        round_body = np.sqrt(1 - side**2)
        light = 0.5 + 0.52 * np.clip(0.86 * round_body - 0.5 * side, 0, 1)
        shine = np.exp(-(((side + 0.42) / 0.12) ** 2)) * 0.2
        fire = np.exp(-(((side - 0.93) / 0.13) ** 2)) * 0.5
        turn = 2 * math.pi * ROUNDS * moment
        grooves = 0.05 * np.sin(rows[:, None] * 1.25 + 5 * round_body + turn) * round_body
        streak = 0.05 * np.cos(np.arcsin(side) * 3 - turn)
        value = (light + grooves + streak)[..., None] * self._colour
        value = value + shine[..., None] * 255 + fire[..., None] * np.array((255, 142, 60), dtype=np.float32)
        out = np.empty((*across.shape, 4), dtype=np.float32)
        out[..., :3] = value
        return out

    def _mouth(
        self,
        picture: NDArray[np.float32],
        rows: NDArray[np.float32],
        columns: NDArray[np.float32],
        height: float,
        radii: NDArray[np.float64],
    ) -> None:
        lip = float(radii[-1])
        if lip < 9:
            return
        top = FOOT_Y - height
        flat = 0.2
        outer = (columns[None, :] / lip) ** 2 + ((rows[:, None] - top) / (lip * flat)) ** 2
        inner = (columns[None, :] / (lip - 4)) ** 2 + ((rows[:, None] - top - 0.6) / ((lip - 4) * flat)) ** 2
        rim = outer < 1
        hollow = inner < 1
        picture[rim] = [*(self._colour * 1.18), 255]
        depth = np.clip((rows[:, None] - top) / (lip * flat), -1, 1) + 0 * columns[None, :]
        dark = 0.34 + 0.22 * depth
        picture[hollow, :3] = (dark[..., None] * self._colour)[hollow]


def _ease(share: float) -> float:
    return share * share * (3 - 2 * share)


def _table(height: float, points: tuple[tuple[float, float], ...]) -> tuple[float, NDArray[np.float64]]:
    at = np.linspace(0, 1, 65)
    radii = np.interp(at, [share for share, _ in points], [radius for _, radius in points])
    padded = np.pad(radii, 4, mode="edge")
    return height, np.convolve(padded, np.hanning(11)[1:-1] / np.hanning(11)[1:-1].sum(), mode="valid")
