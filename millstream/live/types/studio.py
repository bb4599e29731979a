"""The studio: who sits where, and goods listed while the show runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from millstream.kernel.texts import Text

SEAT_KEPT_FOR: Final = timedelta(seconds=30)
SEAT_RENEWED_BELOW: Final = timedelta(seconds=20)
LONGEST_QUICK_KEY: Final = 64
SHORTEST_QUICK_KEY: Final = 8
HOUSEHOLD_TOPIC: Final = "household"
HOUSEHOLD_TOLD_EVERY: Final = timedelta(minutes=2)
HOUSEHOLD_NEWS_FOR: Final = timedelta(hours=24)


class Seat(StrEnum):
    """The two seats of a studio: who films, and who directs (pins, prices, deals, moderation)."""

    CAMERA = "camera"
    DIRECTION = "direction"


class DeviceKind(StrEnum):
    """What sort of device sits there, so that people know which one is meant."""

    IPHONE = "iphone"
    ANDROID = "android"
    TABLET = "tablet"
    COMPUTER = "computer"


class FilmMode(StrEnum):
    """What the filming device sends: nothing yet, video, or sound with a photo every two seconds."""

    NOTHING = ""
    VIDEO = "video"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Device:
    """A device that wants a seat: its browser's signed id, what sort it is, whose it is."""

    id: UUID
    kind: DeviceKind
    actor: UUID


@dataclass(frozen=True, slots=True)
class FilmNote:
    """What the filming device tells of itself: its mode, what it sends in kbit/s, whether its camera is covered."""

    mode: FilmMode
    kbit: int
    away: bool


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """Who holds a seat. It is free from `until` on; `turn` counts holders, so that a press knows which one it saw."""

    seat: Seat
    device: UUID
    kind: DeviceKind
    actor: UUID
    since: datetime
    until: datetime
    turn: int
    note: FilmNote


@dataclass(frozen=True, slots=True)
class QuickWish:
    """Something to be listed during a show for the household of a shop. `key` is the page's own for this one wish.

    An empty title is filled with the number that it gets in the rundown.
    """

    key: str
    show: UUID
    shop: UUID
    title: Text
    price_minor: int
    currency: str
    quantity: int
    photo: bytes
    photo_name: str = ""
    pin: bool = False


@dataclass(frozen=True, slots=True)
class QuickListed:
    """What was listed: its number in the rundown; `fresh` is False when the same wish had been granted before."""

    variant: UUID
    number: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class ListedFor:
    """Something that a host listed for a household: its number in the rundown of its show."""

    product: UUID
    variant: UUID
    number: int
    show: UUID
    listed_at: datetime
