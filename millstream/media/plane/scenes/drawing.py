"""Draws the workshop: one picture for each moment of the loop."""

from __future__ import annotations

from PIL import Image

from millstream.media.plane.scenes import hearth, potter
from millstream.media.plane.scenes.backdrop import HEIGHT, WIDTH, backdrop
from millstream.media.plane.scenes.clay import FOOT_Y, PATCH_WIDTH, ROUNDS, Clay
from millstream.media.plane.scenes.palette import palette

__all__ = ["HEIGHT", "WIDTH", "Workshop"]


class Workshop:
    """One scene; the same seed always gives the same pictures."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._look = palette(seed)
        self._room = backdrop(self._look)
        self._clay = Clay(self._look.shape, self._look.clay)
        self._air = hearth.Air(seed)
        self._glow = hearth.glow_mask()

    def picture(self, moment: float) -> Image.Image:
        """The RGB picture at a moment from 0 to 1; 1 would be 0 again."""
        look = self._look
        picture = self._room.copy()
        self._lay(picture, hearth.fire(moment, self._seed), (hearth.MOUTH_LEFT, hearth.MOUTH_TOP))
        self._air.drift(picture, moment)
        self._lay(picture, potter.behind(look, moment, ROUNDS), (potter.LEFT, potter.TOP))
        corner = (potter.WHEEL_X - PATCH_WIDTH // 2, potter.WHEEL_Y - FOOT_Y)
        self._lay(picture, self._clay.patch(moment), corner)
        self._lay(picture, potter.hands(look, moment, self._clay.grip(moment)), (potter.LEFT, potter.TOP))
        self._lay(picture, hearth.cat(moment, look.cat), (hearth.CAT_LEFT, hearth.CAT_TOP))
        strength = 0.55 + 0.4 * hearth.flicker(moment)
        picture.paste((255, 150, 62), (0, 0), self._glow.point([round(level * strength) for level in range(256)]))
        return picture

    @staticmethod
    def _lay(picture: Image.Image, layer: Image.Image, corner: tuple[int, int]) -> None:
        picture.paste(layer, corner, layer)
