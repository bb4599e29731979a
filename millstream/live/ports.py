"""What the pages of live ask of those above them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from millstream.people.acting import Acting


@dataclass(frozen=True, slots=True)
class SellerWay:
    """An entry of the navigation at a seller's desk."""

    label: str
    url: str
    icon: str


type SellerWays = Callable[[Acting], Sequence[SellerWay]]


def _no_ways(acting: Acting) -> Sequence[SellerWay]:
    return ()


@dataclass(slots=True)
class _Plugs:
    seller_ways: SellerWays = _no_ways


PLUGS = _Plugs()


def plug_seller_ways(give: SellerWays) -> None:
    """Say what stands in the navigation of the seller's desk that slips and listed goods belong to."""
    PLUGS.seller_ways = give
