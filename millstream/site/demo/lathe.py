"""Drawing turned things (bowls, vases, jars, baskets) as a lathe makes them: a profile, a surface, a light.

A thing is a surface of revolution seen from slightly above. For each picture row the profile gives a radius; the
place of a pixel on that row gives the angle around the axis, and so the normal that catches the light and the spot
of the surface that shows. Everything is numpy on one picture at a time, about 60 ms for 720 x 720.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

type Plane = NDArray[np.float64]
type Colour = tuple[int, int, int]
type Surface = Callable[[Plane, Plane, np.random.Generator], Plane]

LIGHT = np.array([-0.55, -0.45, 0.70])


@dataclass(frozen=True, slots=True)
class Turned:
    """A turned thing. `profile` lists (height 0..1 from the foot, radius as a share of the picture's width)."""

    profile: Sequence[tuple[float, float]]
    surface: Surface
    tall: float = 0.62
    gloss: float = 0.5
    open_mouth: bool = True
    soft: float = 0.07
    inside: Colour = (74, 62, 52)


def lerp(low: Colour, high: Colour, share: Plane) -> Plane:
    """Colours between two, by a share per pixel."""
    start, end = np.asarray(low, float), np.asarray(high, float)
    mixed: Plane = start + (end - start) * share[..., None]
    return mixed


def noise(shape: tuple[int, int], grain: int, random: np.random.Generator) -> Plane:
    """Soft noise between 0 and 1 with spots of about `grain` pixels."""
    small = random.random((max(2, shape[0] // grain), max(2, shape[1] // grain)))
    image = Image.fromarray((small * 255).astype(np.uint8)).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    spots: Plane = np.asarray(image, float) / 255
    return spots


def ground(size: int, wall: Colour, table: Colour, random: np.random.Generator) -> Plane:
    """A quiet wall lit from the left above a table."""
    y, x = np.mgrid[0:size, 0:size] / size
    light = 1.06 - 0.30 * x - 0.16 * y
    picture: Plane = np.asarray(wall, float) * light[..., None]
    front = np.clip((y - 0.72) * 60, 0, 1)
    board: Plane = np.asarray(table, float) * (1.05 - 0.25 * x - 0.3 * (y - 0.72))[..., None]
    streaks = noise((size, size), 3, random) * 0.05 + noise((size // 12, size), 20, random).repeat(12, 0)[:size] * 0.06
    grown = np.zeros((size, size))
    grown[: streaks.shape[0]] = streaks[:size]
    board *= (1.0 - grown)[..., None]
    seen: Plane = picture * (1 - front[..., None]) + board * front[..., None]
    return seen


def turn(
    thing: Turned, picture: Plane, random: np.random.Generator, *, centre: float = 0.5, foot: float = 0.84
) -> Plane:
    """The picture with the thing standing in it; `centre` and `foot` are shares of width and height."""
    size = picture.shape[0]
    heights, radii = _smooth(thing)
    radii = radii * size
    top, bottom = (foot - thing.tall) * size, foot * size
    y, x = np.mgrid[0:size, 0:size].astype(float)
    # Seen from slightly above, a circle at one height is an ellipse: its front hangs lower than its axis.
    squash = 0.17
    height = (bottom - y) / (bottom - top)
    radius = np.interp(height, heights, radii)
    offset = x - centre * size
    around = np.clip(offset / np.maximum(radius, 1), -1, 1)
    depth = np.sqrt(1 - around**2)
    height = np.clip((bottom - (y - squash * radius * depth * 0.6)) / (bottom - top), 0, 1)
    radius = np.interp(height, heights, radii)
    around = offset / np.maximum(radius, 1)
    body = (np.abs(around) < 1) & (y > top) & (y < bottom + squash * np.interp(0, heights, radii) * 0.6 * depth)
    around = np.clip(around, -1, 1)
    picture = _shadow(picture, size, centre, bottom, radii)
    lit = _light(thing, around, height, heights, radii, bottom - top)
    skin = thing.surface(np.arcsin(around) / np.pi, height, random) * lit[..., None]
    shine = thing.gloss * np.clip(1 - ((around + 0.45) ** 2 * 26 + (height - 0.68) ** 2 * 5), 0, 1) ** 2
    skin = skin + 235 * shine[..., None] * 0.55
    edge = np.clip((1 - np.abs(around)) * radius / 1.6, 0, 1) * body
    picture = picture * (1 - edge[..., None]) + np.clip(skin, 0, 255) * edge[..., None]
    return _mouth(thing, picture, (x, y), (centre * size, top), (radii[-1], radii[-1] * squash))


def _smooth(thing: Turned) -> tuple[Plane, Plane]:
    """The profile as 400 points, its corners rounded over 2 * `soft` of the height."""
    fine = np.linspace(0, 1, 400)
    corners = np.interp(fine, [point[0] for point in thing.profile], [point[1] for point in thing.profile])
    wide = max(1, int(thing.soft * 400))
    kernel = np.hanning(2 * wide + 3)
    padded = np.pad(corners, wide + 1, mode="reflect", reflect_type="odd")
    return fine, np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _light(thing: Turned, around: Plane, height: Plane, heights: Plane, radii: Plane, tall: float) -> Plane:
    slope = np.gradient(np.interp(np.linspace(0, 1, 200), heights, radii), 1 / 199) / tall
    tilt = np.interp(height, np.linspace(0, 1, 200), slope)
    depth = np.sqrt(1 - around**2)
    length = np.sqrt(1 + tilt**2)
    dot = (around * LIGHT[0] + tilt * LIGHT[1] * -1 * 0.6 + depth * LIGHT[2]) / length
    bounce = 0.10 * np.clip(around, 0, 1) ** 3
    lit: Plane = np.clip(0.34 + 0.80 * np.clip(dot, 0, 1) + bounce, 0.2, 1.25)
    return lit


def _shadow(picture: Plane, size: int, centre: float, bottom: float, radii: Plane) -> Plane:
    y, x = np.mgrid[0:size, 0:size].astype(float)
    wide = float(radii.max())
    far = ((x - centre * size - wide * 0.55) / (wide * 1.45)) ** 2 + ((y - bottom - 2) / (wide * 0.26)) ** 2
    dark = np.clip(1 - far, 0, 1) * 0.55
    soft = np.asarray(Image.fromarray((dark * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(size / 60)), float)
    return picture * (1 - soft[..., None] / 255)


def _mouth(
    thing: Turned, picture: Plane, pixels: tuple[Plane, Plane], middle: tuple[float, float], half: tuple[float, float]
) -> Plane:
    """The ellipse on top: a rim and the dark inside of an open thing, or the lit top of a closed one."""
    (x, y), (wide, high) = pixels, half
    inner = ((x - middle[0]) / wide) ** 2 + ((y - middle[1]) / max(high, 1)) ** 2
    lip = np.clip((1 - inner) * wide / 2, 0, 1)
    across = np.clip((x - middle[0]) / wide * 0.5 + 0.5, 0, 1)
    if not thing.open_mouth:
        lid = thing.surface(np.zeros_like(x), np.full_like(x, 0.97), np.random.default_rng(0))
        lid = lid * (1.28 - 0.42 * across)[..., None]
        return picture * (1 - lip[..., None]) + np.clip(lid, 0, 255) * lip[..., None]
    hole = np.clip((1 - inner * 1.16) * wide / 2, 0, 1)
    depth = np.clip((y - middle[1] + high) / (2 * max(high, 1)), 0, 1)
    rim = lerp((236, 224, 204), (170, 150, 128), across)
    deep = (int(thing.inside[0] * 0.45), int(thing.inside[1] * 0.45), int(thing.inside[2] * 0.45))
    picture = picture * (1 - lip[..., None]) + rim * lip[..., None]
    return picture * (1 - hole[..., None]) + lerp(deep, thing.inside, depth) * hole[..., None]


def plain(base: Colour, dark: Colour, speckle: float = 0.06) -> Surface:
    """A glaze of one colour that pools darker at the foot, with iron specks."""

    def surface(angle: Plane, height: Plane, random: np.random.Generator) -> Plane:
        mottled = noise(height.shape, 26, random) * 0.35
        skin = lerp(base, dark, np.clip(0.75 - height + mottled - 0.2, 0, 1))
        specks = (random.random(height.shape) > 0.992) * speckle * 6
        specked: Plane = skin * (1 - np.clip(specks, 0, 0.6))[..., None]
        return specked

    return surface


def dipped(upper: Colour, clay: Colour, line: float) -> Surface:
    """A glaze that ends in drips above bare clay."""

    def surface(angle: Plane, height: Plane, random: np.random.Generator) -> Plane:
        drip = 0.06 * np.sin(angle * 34 + 1.3) + 0.04 * np.sin(angle * 71) + line
        glazed = np.clip((height - drip) * 60, 0, 1)
        thick = np.clip(1 - (height - drip) * 5, 0, 1) * 0.35
        skin = lerp(clay, upper, glazed) * (1 - (thick * glazed)[..., None] * 0.6)
        return skin * (0.92 + 0.12 * noise(height.shape, 9, random))[..., None]

    return surface


def banded(base: Colour, ink: Colour, bands: Sequence[tuple[float, float]]) -> Surface:
    """Painted rings on a pale ground, and a row of leaves between them."""

    def surface(angle: Plane, height: Plane, random: np.random.Generator) -> Plane:
        brush = noise(height.shape, 12, random) * 0.25
        painted = np.zeros_like(height)
        for middle, wide in bands:
            painted = np.maximum(painted, np.clip(1 - np.abs(height - middle) / wide, 0, 1) > 0.35)
        leaf = np.abs(np.sin(angle * 22)) * 0.11
        painted = np.maximum(painted, (np.abs(height - 0.55) < leaf * (np.cos(angle * 44) > -0.2)) & (leaf > 0.03))
        return lerp(base, ink, np.clip(painted * (0.8 - brush), 0, 1))

    return surface


def woven(light: Colour, dark: Colour, rows: int = 26, strands: int = 34) -> Surface:
    """Basketry: strands over and under, row by row."""

    def surface(angle: Plane, height: Plane, random: np.random.Generator) -> Plane:
        row = np.floor(height * rows)
        over = np.sin(angle * strands * 2 + np.pi * row)
        round_row = np.sin((height * rows % 1) * np.pi)
        share = np.clip(0.5 + 0.42 * over * round_row + 0.1 * (noise(height.shape, 5, random) - 0.5), 0, 1)
        return lerp(dark, light, share) * (0.55 + 0.45 * round_row)[..., None]

    return surface


def labelled(base: Colour, label: Colour, ink: Colour, low: float = 0.24, high: float = 0.66) -> Surface:
    """A tin, jar or bottle with a paper label and a red seal on it."""

    def surface(angle: Plane, height: Plane, random: np.random.Generator) -> Plane:
        paper = (height > low) & (height < high) & (np.abs(angle) < 0.27)
        skin = lerp(base, base, height)
        skin = np.where(paper[..., None], np.asarray(label, float), skin)
        middle = (low + high) / 2
        strokes = (
            paper & (np.abs(angle + 0.02) < 0.05) & (np.sin(height * 95) > 0.05) & (np.abs(height - middle) < 0.15)
        )
        seal = paper & (np.abs(angle - 0.15) < 0.045) & (np.abs(height - low - 0.08) < 0.035)
        skin = np.where(strokes[..., None], np.asarray(ink, float), skin)
        skin = np.where(seal[..., None], np.asarray((178, 52, 38), float), skin)
        return skin * (0.94 + 0.08 * noise(height.shape, 14, random))[..., None]

    return surface
