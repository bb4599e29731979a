"""Ids, levels and records of the registry."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NewType
from uuid import UUID

from millstream.kernel.texts import Text

PlaceId = NewType("PlaceId", UUID)

type Level = Literal["province", "prefecture", "county", "town", "village"]


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """A place to be added. `vintage` is the year of the code list that `code` is from; degrees are WGS 84."""

    id: PlaceId
    code: str
    vintage: int
    level: Level
    name: Text
    parent_id: PlaceId | None
    valid_from: date
    valid_to: date | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One place as the registry has it; `code` is of the newest vintage known, `valid_to` is the first day after."""

    id: PlaceId
    code: str
    vintage: int
    level: Level
    name: Text
    parent_id: PlaceId | None
    valid_from: date
    valid_to: date | None
    longitude: float | None
    latitude: float | None
