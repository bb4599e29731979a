"""What it takes to open a shop, to write a product down, to import a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from millstream.kernel.refusals import Refusal
from millstream.kernel.texts import Text
from millstream.people.types import ActorId
from millstream.places.types import PlaceId
from millstream.shops.types.words import ShopId, VariantId


@dataclass(frozen=True, slots=True)
class ShopSpec:
    """A shop to be opened for an actor. `station_actor` is the station that takes in what it sells."""

    id: ShopId
    actor: ActorId
    slug: str
    name: Text
    currency: str
    story: Text = field(default_factory=dict)
    place_id: PlaceId | None = None
    station_actor: ActorId | None = None


@dataclass(frozen=True, slots=True)
class ProductTexts:
    """What a maker says of a product, in the languages of the installation."""

    title: Text
    story: Text = field(default_factory=dict)
    category_id: UUID | None = None
    weight_grams: int = 0
    made_in: PlaceId | None = None


@dataclass(frozen=True, slots=True)
class VariantSpec:
    """A sellable form to be added. The price is in minor units of `currency`, which must be the shop's."""

    id: VariantId
    sku: str
    price_minor: int
    currency: str
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of an import as it was read: its number in the file, its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportDone:
    """What became of one line: `made`, `changed` or `same`; or `refused`, and then the line changed nothing."""

    row: ImportRow
    outcome: str
    refusal: Refusal | None = None
