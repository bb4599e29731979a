"""Products over REST: `GET /api/v1/products`, `GET /api/v1/products/{slug}`. Open to everybody."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from millstream.kernel.settings import conf
from millstream.shops import api
from millstream.shops.types import Picture, ProductRecord, ShelfAsk, ShelfItem, ShelfOrder

router = Router(tags=["products"])
LARGEST_PAGE = 100


class ShelfFilter(Schema):
    """Which goods: words in either language, a category, an order, and from where on."""

    q: str = ""
    category: str = ""
    order: ShelfOrder = ShelfOrder.NEWEST
    available: bool = False
    after: str | None = None
    limit: int = 24


class ShelfItemOut(Schema):
    """A product in a list. Prices in minor units of `currency`; `left` is free now."""

    id: UUID
    slug: str
    title: dict[str, str]
    shop: str
    lowest_minor: int
    highest_minor: int
    currency: str
    left: int
    image: str
    url: str


class ShelfOut(Schema):
    """A page of products; `next_after` is the `after` of the next one."""

    items: list[ShelfItemOut]
    next_after: str | None


class PictureOut(Schema):
    """A photo: its address at the largest width, its pixels there, and what it shows."""

    url: str
    width: int
    height: int
    alt: dict[str, str]


class VariantOut(Schema):
    """A sellable form; `id` is what a buy names."""

    id: UUID
    sku: str
    title: dict[str, str]
    price_minor: int
    currency: str
    left: int


class ProductOut(Schema):
    """A product with everything its page shows."""

    id: UUID
    slug: str
    title: dict[str, str]
    story: dict[str, str]
    category: str | None
    weight_grams: int
    shop: str
    shop_name: dict[str, str]
    variants: list[VariantOut]
    photos: list[PictureOut]
    url: str


@router.get("/products", response=ShelfOut, auth=None, summary="Listed products, searched in both languages")
def list_products(request: HttpRequest, asked: Query[ShelfFilter]) -> ShelfOut:
    """A page of listed products of open shops."""
    page = api.shelf(
        ShelfAsk(
            words=asked.q,
            category=asked.category,
            order=asked.order,
            only_available=asked.available,
            after=asked.after,
            size=min(max(asked.limit, 1), LARGEST_PAGE),
        )
    )
    return ShelfOut(items=[_item(item) for item in page.items], next_after=page.next_after)


@router.get("/products/{slug}", response=ProductOut, auth=None, summary="One product")
def read_product(request: HttpRequest, slug: str) -> ProductOut:
    """A listed product by its address."""
    return _product(api.product(slug))


def _item(item: ShelfItem) -> ShelfItemOut:
    return ShelfItemOut(
        id=item.product_id,
        slug=item.slug,
        title=dict(item.title),
        shop=item.shop_slug,
        lowest_minor=item.lowest_minor,
        highest_minor=item.highest_minor,
        currency=item.currency,
        left=item.left,
        image=_absolute(item.image),
        url=_absolute(f"/products/{item.slug}/"),
    )


def _product(product: ProductRecord) -> ProductOut:
    return ProductOut(
        id=product.id,
        slug=product.slug,
        title=dict(product.title),
        story=dict(product.story),
        category=product.category.slug if product.category else None,
        weight_grams=product.weight_grams,
        shop=product.shop.slug,
        shop_name=dict(product.shop.name),
        variants=[
            VariantOut(
                id=variant.id,
                sku=variant.sku,
                title=dict(variant.title),
                price_minor=variant.price_minor,
                currency=variant.currency,
                left=variant.left,
            )
            for variant in product.variants
        ],
        photos=[_photo(photo.picture, dict(photo.alt)) for photo in product.photos],
        url=_absolute(f"/products/{product.slug}/"),
    )


def _photo(picture: Picture, alt: dict[str, str]) -> PictureOut:
    address = api.picture_url(picture.key, picture.widths, picture.width)
    return PictureOut(url=_absolute(address), width=picture.width, height=picture.height, alt=alt)


def _absolute(address: str) -> str:
    return f"{conf().public_origin}{address}" if address.startswith("/") else address
