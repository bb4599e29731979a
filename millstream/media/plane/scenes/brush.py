# ruff: noqa: PLR2004 - the measures of the drawing stand where they are drawn
"""A drawing surface in picture coordinates, twice as fine inside, so that edges come out smooth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Self

from PIL import Image, ImageDraw

FINE = 2

type Colour = tuple[int, int, int] | tuple[int, int, int, int]
type Point = tuple[float, float]
type _Fill = int | Colour
type _Drawing = Callable[[ImageDraw.ImageDraw, list[Point], _Fill], None]


class Brush:
    """Draws on an image whose left upper corner lies at (left, top) of the picture."""

    def __init__(self, image: Image.Image, *, left: float = 0, top: float = 0) -> None:
        self.image = image
        self._draw = ImageDraw.Draw(image)
        self._left, self._top = left, top

    @classmethod
    def clear(cls, width: int, height: int, *, left: float = 0, top: float = 0) -> Self:
        """A surface that shows nothing yet."""
        return cls(Image.new("RGBA", (width * FINE, height * FINE)), left=left, top=top)

    def _at(self, point: Point) -> Point:
        return (point[0] - self._left) * FINE, (point[1] - self._top) * FINE

    def _paint(self, points: list[Point], margin: float, colour: Colour, draw: _Drawing) -> None:
        """Draw at once when the colour covers; else through a mask, because Pillow replaces instead of blending."""
        if len(colour) == 3 or colour[3] == 255:
            draw(self._draw, points, colour)
            return
        left = math.floor(min(x for x, _ in points) - margin)
        top = math.floor(min(y for _, y in points) - margin)
        wide = math.ceil(max(x for x, _ in points) + margin) - left + 1
        high = math.ceil(max(y for _, y in points) + margin) - top + 1
        mask = Image.new("L", (wide, high), 0)
        draw(ImageDraw.Draw(mask), [(x - left, y - top) for x, y in points], colour[3])
        self.image.paste(colour[:3] if self.image.mode == "RGB" else (*colour[:3], 255), (left, top), mask)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled polygon."""
        fine = [self._at(point) for point in points]
        self._paint(fine, 0, colour, lambda draw, at, fill: draw.polygon(at, fill=fill))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, *, round_by: float = 0) -> None:
        """A filled rectangle, with rounded corners."""
        corners = [self._at((left, top)), self._at((right, bottom))]
        self._paint(corners, 0, colour, lambda draw, at, fill: draw.rounded_rectangle(at, round_by * FINE, fill=fill))

    def oval(self, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
        """A filled ellipse around a centre, half axes given."""
        corners = [self._at((x - wide, y - high)), self._at((x + wide, y + high))]
        self._paint(corners, 0, colour, lambda draw, at, fill: draw.ellipse(at, fill=fill))

    def ring(self, x: float, y: float, wide: float, high: float, colour: Colour, *, thick: float = 1) -> None:
        """The outline of an ellipse."""
        corners = [self._at((x - wide, y - high)), self._at((x + wide, y + high))]
        width = max(round(thick * FINE), 1)
        self._paint(corners, width, colour, lambda draw, at, fill: draw.ellipse(at, outline=fill, width=width))

    def arc(
        self, x: float, y: float, wide: float, high: float, *, span: tuple[float, float], colour: Colour, thick: float
    ) -> None:
        """A piece of an ellipse's outline, angles in degrees clockwise from the right."""
        corners = [self._at((x - wide, y - high)), self._at((x + wide, y + high))]
        width = max(round(thick * FINE), 1)
        self._paint(corners, width, colour, lambda draw, at, fill: draw.arc(at, *span, fill=fill, width=width))

    def stroke(self, points: Sequence[Point], colour: Colour, thick: float) -> None:
        """A line with round joints and ends."""
        fine = [self._at(point) for point in points]
        width = max(round(thick * FINE), 1)
        half = thick * FINE / 2

        def line(draw: ImageDraw.ImageDraw, at: list[Point], fill: _Fill) -> None:
            draw.line(at, fill=fill, width=width, joint="curve")
            for x, y in (at[0], at[-1]):
                draw.ellipse([x - half, y - half, x + half, y + half], fill=fill)

        self._paint(fine, width, colour, line)

    def limb(self, points: Sequence[Point], colour: Colour, thick_from: float, thick_to: float) -> None:
        """A curved line that changes its thickness, as an arm does."""
        count = len(points) - 1
        for place, (x, y) in enumerate(points):
            half = (thick_from + (thick_to - thick_from) * place / count) / 2
            self.oval(x, y, half, half, colour)
            if place < count:
                self._wedge(points[place], points[place + 1], half, colour)

    def _wedge(self, one: Point, two: Point, half: float, colour: Colour) -> None:
        length = math.hypot(two[0] - one[0], two[1] - one[1]) or 1
        side = (-(two[1] - one[1]) / length * half, (two[0] - one[0]) / length * half)
        self.shape(
            [
                (one[0] + side[0], one[1] + side[1]),
                (two[0] + side[0], two[1] + side[1]),
                (two[0] - side[0], two[1] - side[1]),
                (one[0] - side[0], one[1] - side[1]),
            ],
            colour,
        )

    def small(self) -> Image.Image:
        """The picture at its real size."""
        return self.image.reduce(FINE)


def curve(start: Point, by: Point, end: Point, *, steps: int = 16) -> list[Point]:
    """Points along a quadratic Bezier curve."""
    points: list[Point] = []
    for step in range(steps + 1):
        t = step / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        points.append((a * start[0] + b * by[0] + c * end[0], a * start[1] + b * by[1] + c * end[1]))
    return points


def mix(one: Colour, two: Colour, share: float) -> tuple[int, int, int]:
    """A colour between two: 0 gives the first, 1 the second."""
    red, green, blue = (round(one[place] + (two[place] - one[place]) * share) for place in range(3))
    return red, green, blue


def clear(colour: Colour, opacity: int) -> tuple[int, int, int, int]:
    """The colour with an opacity of 0 to 255."""
    return colour[0], colour[1], colour[2], opacity
