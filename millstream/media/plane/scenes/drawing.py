"""Draws the workshop: one picture for each moment of the loop."""

from __future__ import annotations

from PIL import Image

from millstream.media.plane.scenes import hearth, potter
from millstream.media.plane.scenes.backdrop import HEIGHT, WIDTH, backdrop
from millstream.media.plane.scenes.brush import FINE, Brush
from millstream.media.plane.scenes.clay import FOOT_Y, ROUNDS, Clay
from millstream.media.plane.scenes.palette import palette

__all__ = ["HEIGHT", "WIDTH", "Workshop"]


class Workshop:
    """One scene; the same seed always gives the same pictures."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._look = palette(seed)
        self._room = backdrop(self._look)
        corner = (potter.LEFT, potter.TOP, potter.LEFT + potter.WIDE, potter.TOP + potter.HIGH)
        size = (potter.WIDE * FINE, potter.HIGH * FINE)
        self._stage = self._room.crop(corner).resize(size, Image.Resampling.NEAREST)
        self._clay = Clay(self._look.shape, self._look.clay)
        self._air = hearth.Air(seed)
        self._glow = hearth.glow_mask()

    def picture(self, moment: float) -> Image.Image:
        """The RGB picture at a moment from 0 to 1; 1 would be 0 again."""
        look = self._look
        picture = self._room.copy()
        stage = self._stage.copy()
        brush = Brush(stage, left=potter.LEFT, top=potter.TOP)
        potter.behind(brush, look, moment, ROUNDS)
        clay = self._clay.patch(moment)
        left = (potter.WHEEL_X - potter.LEFT) * FINE - clay.width // 2
        stage.paste(clay, (left, (potter.WHEEL_Y - FOOT_Y - potter.TOP) * FINE), clay)
        potter.hands(brush, look, moment, self._clay.grip(moment))
        picture.paste(brush.small(), (potter.LEFT, potter.TOP))
        self._lay(picture, hearth.fire(moment, self._seed), (hearth.MOUTH_LEFT, hearth.MOUTH_TOP))
        self._air.drift(picture, moment)
        self._lay(picture, hearth.cat(moment, look.cat), (hearth.CAT_LEFT, hearth.CAT_TOP))
        strength = 0.55 + 0.4 * hearth.flicker(moment)
        picture.paste((255, 150, 62), (0, 0), self._glow.point([round(level * strength) for level in range(256)]))
        return picture

    @staticmethod
    def _lay(picture: Image.Image, layer: Image.Image, corner: tuple[int, int]) -> None:
        picture.paste(layer, corner, layer)
