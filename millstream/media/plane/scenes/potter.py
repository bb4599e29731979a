"""The potter behind the wheel: coat, scarf, arms, and hands on the clay."""

from __future__ import annotations

import math

from millstream.media.plane.scenes.brush import Brush, Colour, Point, clear, curve, mix
from millstream.media.plane.scenes.palette import Palette

LEFT, TOP, WIDE, HIGH = 300, 70, 360, 470
WHEEL_X, WHEEL_Y = 480, 404
_SKIN: Colour = (214, 160, 120)
_HAIR: Colour = (48, 38, 36)
_DARK: Colour = (46, 30, 24)
_APRON: Colour = (222, 206, 178)


def behind(brush: Brush, look: Palette, moment: float, rounds: int) -> None:
    """Draw everything behind the clay: the potter without arms, and the wheel."""
    _body(brush, look, moment)
    _wheel(brush, look.clay, moment, rounds)


def _body(brush: Brush, look: Palette, moment: float) -> None:
    sway = 2.2 * math.sin(2 * math.pi * 2 * moment)
    nod = 1.6 * math.sin(2 * math.pi * 4 * moment + 0.8)
    coat, shade = look.coat, mix(look.coat, _DARK, 0.35)
    brush.oval(WHEEL_X, 500, 168, 17, clear(_DARK, 110))
    _legs(brush, shade)
    chest = [*curve((424 + sway, 214), (394 + sway, 250), (402, 404))]
    chest += [(558, 404), *reversed(curve((536 + sway, 214), (566 + sway, 250), (558, 404)))]
    brush.shape([*curve((424 + sway, 214), (480 + sway, 186), (536 + sway, 214)), *reversed(chest)], shade)
    brush.shape(_chest(sway), coat)
    brush.stroke(curve((480 + sway, 206), (470 + sway, 250), (452 + sway, 296)), mix(coat, (255, 255, 255), 0.25), 4)
    brush.stroke(curve((474 + sway, 204), (498 + sway, 220), (508 + sway, 232)), mix(coat, (255, 255, 255), 0.25), 4)
    apron = [(434 + sway, 262), (526 + sway, 262), *curve((530 + sway, 264), (552, 330), (556, 410)), (404, 410)]
    brush.shape([*apron, *reversed(curve((430 + sway, 264), (408, 330), (404, 410)))], _APRON)
    brush.shape([(500 + sway, 264), (527 + sway, 264), (552, 404), (520, 404)], clear(mix(_APRON, _DARK, 0.4), 90))
    brush.stroke(curve((436 + sway, 264), (440 + sway, 230), (452 + sway, 205)), mix(_APRON, _DARK, 0.15), 5)
    brush.stroke(curve((524 + sway, 264), (520 + sway, 230), (508 + sway, 205)), mix(_APRON, _DARK, 0.15), 5)
    _smears(brush, look, sway)
    _head(brush, look, 480 + sway * 1.5, 152 + nod)


def _chest(sway: float) -> list[Point]:
    left = curve((428 + sway, 214), (404 + sway, 262), (412, 404))
    right = curve((532 + sway, 214), (550 + sway, 262), (546, 404))
    return [*curve((428 + sway, 214), (480 + sway, 190), (532 + sway, 214)), *right, *reversed(left)]


def _legs(brush: Brush, cloth: Colour) -> None:
    for side in (-1, 1):
        knee = (WHEEL_X + side * 118, 424)
        thigh = curve((WHEEL_X + side * 52, 396), (WHEEL_X + side * 96, 394), knee)
        brush.limb(thigh, mix(cloth, _DARK, 0.25), 54, 46)
        shin = curve(knee, (WHEEL_X + side * 124, 456), (WHEEL_X + side * 108, 496))
        brush.limb(shin, mix(cloth, _DARK, 0.35), 42, 28)
        brush.oval(WHEEL_X + side * 116, 502, 26, 9, (66, 46, 38))


def _smears(brush: Brush, look: Palette, sway: float) -> None:
    for x, y, wide, high in ((452, 320, 12, 5), (500, 346, 9, 4), (470, 292, 7, 3), (512, 304, 5, 6)):
        brush.oval(x + sway, y, wide, high, clear(look.clay, 120))


def _head(brush: Brush, look: Palette, x: float, y: float) -> None:
    skin, shade = _SKIN, mix(_SKIN, (120, 62, 44), 0.3)
    brush.limb(curve((x - 1, y + 30), (x, y + 46), (x, y + 58)), shade, 26, 32)
    brush.oval(x, y - 26, 24, 20, _HAIR)
    brush.oval(x + 2, y - 44, 14, 12, _HAIR)
    brush.oval(x, y, 37, 42, skin)
    brush.oval(x - 37, y + 6, 6, 9, shade)
    brush.oval(x + 37, y + 6, 6, 9, shade)
    hair = curve((x - 39, y + 2), (x - 44, y - 46), (x, y - 48))
    hair += curve((x, y - 48), (x + 44, y - 46), (x + 39, y + 2))
    hair += curve((x + 39, y + 2), (x + 26, y - 22), (x - 4, y - 24))
    hair += curve((x - 4, y - 24), (x - 30, y - 20), (x - 39, y + 2))
    brush.shape(hair, _HAIR)
    scarf = curve((x - 41, y - 12), (x, y - 40), (x + 41, y - 12))
    scarf += curve((x + 42, y - 24), (x, y - 56), (x - 42, y - 24))
    brush.shape(scarf, look.scarf)
    brush.stroke(curve((x - 40, y - 17), (x, y - 46), (x + 40, y - 17)), mix(look.scarf, (255, 255, 255), 0.3), 1.6)
    for side in (-1, 1):
        brush.arc(x + side * 15, y + 5, 8, 6, span=(20, 160), colour=(66, 44, 40), thick=2.4)
        brush.arc(x + side * 15, y - 8, 10, 6, span=(215, 325), colour=_HAIR, thick=2.6)
        brush.oval(x + side * 21, y + 17, 8, 5, (226, 122, 96, 90))
    brush.arc(x, y + 13, 4, 4, span=(20, 160), colour=shade, thick=2)
    brush.arc(x, y + 21, 9, 6, span=(25, 155), colour=(164, 80, 70), thick=2.4)
    brush.arc(x + 4, y, 33, 39, span=(-50, 60), colour=(255, 176, 104, 110), thick=3)


def _wheel(brush: Brush, clay: Colour, moment: float, rounds: int) -> None:
    brush.shape([(398, 446), (562, 446), (548, 500), (412, 500)], (92, 62, 44))
    brush.shape([(398, 446), (430, 446), (436, 500), (412, 500)], (118, 82, 58))
    brush.oval(WHEEL_X, 446, 82, 17, (116, 80, 56))
    brush.oval(WHEEL_X, 443, 76, 14, (70, 46, 36))
    brush.box(WHEEL_X - 13, 414, WHEEL_X + 13, 446, (82, 76, 74))
    brush.oval(WHEEL_X, WHEEL_Y + 7, 92, 19, (72, 66, 64))
    brush.oval(WHEEL_X, WHEEL_Y, 92, 19, (128, 118, 112))
    brush.oval(WHEEL_X, WHEEL_Y, 86, 17, (146, 136, 128))
    brush.oval(WHEEL_X, WHEEL_Y, 70, 13.6, mix(clay, (128, 110, 100), 0.35))
    for ring in range(4):
        brush.ring(WHEEL_X, WHEEL_Y, 84 - ring * 7, 16.5 - ring * 1.4, clear(_DARK, 36), thick=0.8)
    for spot in range(5):
        angle = 2 * math.pi * (rounds * moment + spot / 5) + spot
        away = 0.82 + 0.07 * (spot % 2)
        x, y = WHEEL_X + 86 * away * math.cos(angle), WHEEL_Y + 17 * away * math.sin(angle)
        brush.oval(x, y, 7 - spot * 0.7, 2, clear(mix(clay, (255, 240, 220), 0.3), 150))


def hands(brush: Brush, look: Palette, moment: float, grip: tuple[float, float]) -> None:
    """Draw both arms with their hands at the clay, in front of everything."""
    sway = 2.2 * math.sin(2 * math.pi * 2 * moment)
    height, radius = grip
    tremble = 0.8 * math.sin(2 * math.pi * 16 * moment)
    for side in (-1, 1):
        hold = (WHEEL_X + side * (radius + 4 + tremble), WHEEL_Y - height - side * 3)
        shoulder = (WHEEL_X + side * 56 + sway, 226)
        elbow = (WHEEL_X + side * 116 + sway * 0.5, 316 - side * 3)
        sleeve = look.coat if side < 0 else mix(look.coat, _DARK, 0.12)
        wrist = (hold[0] + side * 30, hold[1] - 8)
        upper = curve(shoulder, (WHEEL_X + side * 106 + sway, 250), elbow)
        fore = curve(elbow, (elbow[0] - side * 6, (elbow[1] + wrist[1]) / 2 + 16), wrist)
        brush.limb([(x + side * 2, y + 4) for x, y in upper], mix(sleeve, _DARK, 0.4), 46, 42)
        brush.limb(upper, sleeve, 44, 40)
        brush.limb(fore[:11], sleeve, 40, 31)
        brush.limb(fore[8:11], mix(sleeve, (255, 255, 255), 0.22), 33, 31)
        brush.limb(fore[10:], _SKIN, 24, 18)
        _hand(brush, hold, wrist, side, look.clay)


def _hand(brush: Brush, hold: Point, wrist: Point, side: int, clay: Colour) -> None:
    shade = mix(_SKIN, (120, 62, 44), 0.32)
    palm = (hold[0] + side * 17, hold[1] - 2)
    brush.limb(curve(wrist, ((wrist[0] + palm[0]) / 2, wrist[1] - 2), palm), _SKIN, 20, 25)
    for finger in range(4):
        knuckle = (palm[0] - side * 5, palm[1] - 10 + finger * 6.2)
        tip = (hold[0] - side * (7 - finger * 1.6), hold[1] - 7 + finger * 6.6)
        bend = (hold[0] + side * 4, knuckle[1] - 3)
        brush.limb(curve(knuckle, bend, (tip[0], tip[1] + 1.2)), shade, 8.4, 6.2)
        brush.limb(curve(knuckle, bend, tip), mix(_SKIN, clay, 0.12 + finger * 0.05), 7.6, 5.4)
        brush.oval(tip[0], tip[1], 2.6, 2.4, clear(clay, 150))
    ball, bent = (palm[0] + side * 2, palm[1] - 10), (palm[0] - side * 8, palm[1] - 22)
    thumb = curve(ball, bent, (hold[0] - side * 2, hold[1] - 19))
    brush.limb(thumb, shade, 9, 6.6)
    brush.limb([(x, y - 0.8) for x, y in thumb], _SKIN, 8, 5.8)
    brush.oval(palm[0] + side * 3, palm[1] + 3, 9, 8, clear(clay, 60))
