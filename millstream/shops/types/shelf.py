"""What buyers see of shops and products."""

from dataclasses import dataclass
from uuid import UUID

from millstream.kernel.texts import Text
from millstream.people.types import ActorId
from millstream.places.types import PlaceId
from millstream.shops.types.words import PhotoId, ProductId, ProductState, ShelfOrder, ShopId, VariantId


@dataclass(frozen=True, slots=True)
class Picture:
    """A kept picture: its folder in the file store, its own size in pixels, the widths it is kept in."""

    key: str
    width: int
    height: int
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """A photo of a product, with what it shows for those who do not see it."""

    id: PhotoId
    picture: Picture
    alt: Text


@dataclass(frozen=True, slots=True)
class ShopRecord:
    """A shop as buyers see it."""

    id: ShopId
    actor: ActorId
    slug: str
    name: Text
    story: Text
    place_id: PlaceId | None
    station_actor: ActorId | None
    currency: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """A shelf of the storefront."""

    id: UUID
    slug: str
    name: Text


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """A sellable form of a product with its price and what is free of it."""

    id: VariantId
    sku: str
    title: Text
    price_minor: int
    currency: str
    left: int
    is_offered: bool


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product with all that its page shows, its shop included."""

    id: ProductId
    slug: str
    title: Text
    story: Text
    state: ProductState
    weight_grams: int
    made_in: PlaceId | None
    category: CategoryRecord | None
    shop: ShopRecord
    variants: tuple[VariantRecord, ...]
    photos: tuple[PhotoRecord, ...]

    @property
    def left(self) -> int:
        """What is free of all its variants."""
        return sum(variant.left for variant in self.variants)

    @property
    def lowest_minor(self) -> int:
        """The lowest price of its variants; 0 without any."""
        return min((variant.price_minor for variant in self.variants), default=0)


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """A product as a card shows it. `left` is what is free; `lowest_minor` to `highest_minor` its prices."""

    product_id: ProductId
    slug: str
    title: Text
    shop_slug: str
    shop_name: Text
    place_id: PlaceId | None
    lowest_minor: int
    highest_minor: int
    currency: str
    left: int
    image: str


@dataclass(frozen=True, slots=True)
class MakerCard:
    """Who makes and sells, for lists of makers: the shop, its actor, how much is on its shelf."""

    shop: ShopRecord
    listed: int
    image: str


@dataclass(frozen=True, slots=True)
class ShelfAsk:
    """Which listed goods to show, and from where on. `after` is a page's `next_after`."""

    words: str = ""
    category: str = ""
    shop_id: ShopId | None = None
    order: ShelfOrder = ShelfOrder.NEWEST
    only_available: bool = False
    after: str | None = None
    size: int = 24
