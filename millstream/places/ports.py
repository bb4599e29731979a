"""What places ask of contexts above them; `site` plugs the answers in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from millstream.kernel.texts import Text
from millstream.places.types import PlaceId


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who makes or works at a place, with the page that tells of them. `picture` may be empty."""

    name: Text
    url: str
    place_id: PlaceId
    picture: str = ""
    note: Text | str = ""


class WhoIsHere(Protocol):
    """Who makes at these places."""

    def __call__(self, place_ids: Sequence[PlaceId]) -> Sequence[Here]:
        """Everybody there, by name; the caller shows as many as it is given."""
        ...


def _nobody(place_ids: Sequence[PlaceId]) -> Sequence[Here]:
    return ()


@dataclass(slots=True)
class _Plugs:
    who_is_here: WhoIsHere = _nobody


PLUGS = _Plugs()


def plug_who_is_here(give: WhoIsHere) -> None:
    """Say who makes at a place."""
    PLUGS.who_is_here = give
