"""Lay out a sketch map: places, roads and a route become positions in one SVG; no tiles, no scripts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, radians

MOST_NODES = 400
MARGIN = 44.0
LABEL_HEIGHT = 16.0
LABEL_GAP = 11.0
EDGE = 2.0
NARROW_CHARACTER = 7.0
WIDE_CHARACTER = 13.5
FIRST_WIDE_CODE_POINT = 0x2E80
LABELLED_FIRST = ("centre", "park", "station", "stop", "village")


@dataclass(frozen=True, slots=True)
class MapNode:
    """A place on the sketch. `x` grows eastwards and `y` northwards (longitude and latitude will do)."""

    key: str
    x: float
    y: float
    label: str
    kind: str = "village"
    order: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A place with its position in the drawing and the spot of its label, `None` where there was no room."""

    node: MapNode
    x: float
    y: float
    label_x: float | None
    label_y: float | None
    anchor: str


@dataclass(frozen=True, slots=True)
class RouteLeg:
    """One leg of a route as an SVG path, with the middle of it for its arrow."""

    path: str
    middle_x: float
    middle_y: float
    turn_degrees: float


@dataclass(frozen=True, slots=True)
class TownMap:
    """Everything a template needs to draw the sketch."""

    width: int
    height: int
    nodes: tuple[PlacedNode, ...]
    roads: tuple[str, ...]
    legs: tuple[RouteLeg, ...]
    kinds: tuple[str, ...]
    title: str


def draw_town_map(
    nodes: Sequence[MapNode],
    roads: Iterable[tuple[str, str]] = (),
    route: Sequence[str] = (),
    *,
    title: str,
    width: int = 720,
    height: int = 480,
    geographic: bool = True,
) -> TownMap:
    """Fit places, roads (pairs of keys) and a route (keys in order) into a drawing of `width` by `height`.

    With `geographic`, x and y are degrees and east-west distances are shortened by the latitude. Keys a road or
    route names and no node has are an error of the caller. At most 400 places.
    """
    assert len(nodes) <= MOST_NODES, "a sketch map of more than 400 places cannot be read"
    spots = _fit(nodes, width, height, geographic=geographic)
    legs = tuple(_leg(spots[a], spots[b]) for a, b in pairwise(route) if a != b)
    return TownMap(
        width=width,
        height=height,
        nodes=_place_labels(nodes, spots, width, height),
        roads=tuple(_road(spots[a], spots[b]) for a, b in roads),
        legs=legs,
        kinds=tuple(kind for kind in LABELLED_FIRST if any(node.kind == kind for node in nodes)),
        title=title,
    )


def _fit(nodes: Sequence[MapNode], width: int, height: int, *, geographic: bool) -> Mapping[str, tuple[float, float]]:
    """Scale all places by one factor and centre them, north up."""
    if not nodes:
        return {}
    squeeze = cos(radians(sum(node.y for node in nodes) / len(nodes))) if geographic else 1.0
    flat = {node.key: (node.x * squeeze, -node.y) for node in nodes}
    left, right = min(x for x, _ in flat.values()), max(x for x, _ in flat.values())
    top, bottom = min(y for _, y in flat.values()), max(y for _, y in flat.values())
    room_x, room_y = width - 2 * MARGIN, height - 2 * MARGIN
    scale = min(room_x / ((right - left) or 1e-9), room_y / ((bottom - top) or 1e-9))
    if right == left and bottom == top:
        scale = 0.0
    push_x = (width - (right - left) * scale) / 2
    push_y = (height - (bottom - top) * scale) / 2
    return {
        key: (round(push_x + (x - left) * scale, 1), round(push_y + (y - top) * scale, 1))
        for key, (x, y) in flat.items()
    }


def _road(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Bend a road a little to one side, always the same for the same ends: country roads are not straight."""
    (x1, y1), (x2, y2) = start, end
    bend = 0.06 if int(x1 + y2) % 2 else -0.06
    bow_x = (x1 + x2) / 2 - (y2 - y1) * bend
    bow_y = (y1 + y2) / 2 + (x2 - x1) * bend
    return f"M{x1} {y1}Q{bow_x:.1f} {bow_y:.1f} {x2} {y2}"


def _leg(start: tuple[float, float], end: tuple[float, float]) -> RouteLeg:
    """Draw one leg bowed to its right, so the way there and the way back stay apart."""
    (x1, y1), (x2, y2) = start, end
    bow_x = (x1 + x2) / 2 - (y2 - y1) * 0.1
    bow_y = (y1 + y2) / 2 + (x2 - x1) * 0.1
    middle_x, middle_y = (x1 + 2 * bow_x + x2) / 4, (y1 + 2 * bow_y + y2) / 4
    return RouteLeg(
        path=f"M{x1} {y1}Q{bow_x:.1f} {bow_y:.1f} {x2} {y2}",
        middle_x=round(middle_x, 1),
        middle_y=round(middle_y, 1),
        turn_degrees=round(degrees(atan2(y2 - y1, x2 - x1)), 1),
    )


def _text_width(text: str) -> float:
    return sum(WIDE_CHARACTER if ord(sign) >= FIRST_WIDE_CODE_POINT else NARROW_CHARACTER for sign in text)


def _place_labels(
    nodes: Sequence[MapNode], spots: Mapping[str, tuple[float, float]], width: int, height: int
) -> tuple[PlacedNode, ...]:
    """Give each label the first free side, important places first; a label without room is left out."""
    taken: list[tuple[float, float, float, float]] = [(x - 7, y - 7, x + 7, y + 7) for x, y in spots.values()]
    placed: dict[str, PlacedNode] = {}
    ranked = sorted(nodes, key=lambda node: (_rank(node.kind), node.key))
    for node in ranked:
        x, y = spots[node.key]
        placed[node.key] = _with_label(node, x, y, taken, width, height)
    return tuple(placed[node.key] for node in sorted(nodes, key=lambda node: -_rank(node.kind)))


def _rank(kind: str) -> int:
    return LABELLED_FIRST.index(kind) if kind in LABELLED_FIRST else len(LABELLED_FIRST)


def _with_label(
    node: MapNode, x: float, y: float, taken: list[tuple[float, float, float, float]], width: int, height: int
) -> PlacedNode:
    """Try right, left, below and above."""
    wide = _text_width(node.label)
    lift = LABEL_GAP + (6 if node.kind in ("centre", "station", "park") else 0)
    choices = (
        (x + lift, y + 4.5, "start", x + lift),
        (x - lift, y + 4.5, "end", x - lift - wide),
        (x, y + lift + 12, "middle", x - wide / 2),
        (x, y - lift - 2, "middle", x - wide / 2),
    )
    for label_x, label_y, anchor, left in choices:
        box = (left, label_y - LABEL_HEIGHT + 3, left + wide, label_y + 3)
        inside = min(box[0], box[1], width - box[2], height - box[3]) >= EDGE
        if inside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            return PlacedNode(node, x, y, round(label_x, 1), round(label_y, 1), anchor)
    return PlacedNode(node, x, y, None, None, "start")


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
