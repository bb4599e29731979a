"""The storefront: goods, a product, a shop, makers; and the pictures of all of them."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from millstream.kernel.money import to_major
from millstream.kernel.settings import conf
from millstream.kernel.texts import Text, localised
from millstream.people import api as people
from millstream.places import api as places
from millstream.places.types import PlaceId
from millstream.shops import api
from millstream.shops.ports import PLUGS
from millstream.shops.types import MakerCard, ProductRecord, ShelfAsk, ShelfItem, ShelfOrder

A_YEAR_SECONDS: Final = 31_536_000
FORMS: Final = {"webp": "image/webp", "jpg": "image/jpeg"}
# Characters that could end the script element that the data stands in.
_SCRIPT_ESCAPES: Final = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@require_safe
def goods(request: HttpRequest) -> HttpResponse:
    """Goods of all shops, searched in both languages, by category, in an order."""
    asked = request.GET
    order = asked.get("order", "")
    ask = ShelfAsk(
        words=asked.get("q", "").strip()[:80],
        category=asked.get("category", "")[:60],
        order=ShelfOrder(order) if order in set(ShelfOrder) else ShelfOrder.NEWEST,
        only_available=asked.get("available") == "1",
        after=asked.get("after"),
    )
    page = api.shelf(ask)
    shelves = api.categories()
    chosen = next((shelf for shelf in shelves if shelf.slug == ask.category), None)
    told = {
        "section": "goods",
        "ask": ask,
        "cards": cards(page.items),
        "categories": [(shelf, _with(request, category=shelf.slug, after=None)) for shelf in shelves],
        "chosen": chosen,
        "all_url": _with(request, category=None, after=None),
        "orders": [
            (ShelfOrder.NEWEST, _("Best match") if ask.words else _("Newest first")),
            (ShelfOrder.CHEAPEST, _("Lowest price first")),
            (ShelfOrder.DEAREST, _("Highest price first")),
        ],
        "next_url": _with(request, after=page.next_after) if page.next_after else "",
        "first_url": _with(request, after=None) if ask.after else "",
    }
    return render(request, "shops/goods.html", told)


@require_safe
def product_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A product: photos, price, stock, its maker, and what other contexts add."""
    product, others = api.product_and_others(slug)
    maker = people.actor(product.shop.actor)
    way = _way(product.made_in or product.shop.place_id)
    told = {
        "section": "goods",
        "product": product,
        "photos": [
            {
                "src": api.picture_url(photo.picture.key, photo.picture.widths, photo.picture.width),
                "thumb": api.picture_url(photo.picture.key, photo.picture.widths, 320),
                "srcset": api.picture_set(photo.picture),
                "width": photo.picture.width,
                "height": photo.picture.height,
                "alt": localised(photo.alt) or localised(product.title),
            }
            for photo in product.photos
        ],
        "variants": [(variant, PLUGS.buy_address(variant.id)) for variant in product.variants],
        "maker": maker,
        "shop_url": f"/shops/{product.shop.slug}/",
        "made_in": way,
        "village": way[-1][1] if way else "",
        "more": cards(others, dict(way)),
        "extras": [_extra(request, extra.template, dict(extra.context)) for extra in PLUGS.extras(request, product)],
        "structured": structured(product),
        "image": _image(product),
    }
    return render(request, "shops/product.html", told)


@require_safe
def shop_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A shop: who makes, where, and all that is on the shelf."""
    shop = api.shop(slug)
    page = api.shelf(ShelfAsk(shop_id=shop.id, after=request.GET.get("after")))
    told = {
        "section": "makers",
        "shop": shop,
        "maker": people.actor(shop.actor),
        "way": _way(shop.place_id),
        "cards": cards(page.items),
        "next_url": _with(request, after=page.next_after) if page.next_after else "",
        "first_url": _with(request, after=None) if request.GET.get("after") else "",
    }
    return render(request, "shops/shop.html", told)


@require_safe
def makers_page(request: HttpRequest) -> HttpResponse:
    """Everybody who makes and sells; only those of a place and what lies in it with `?place=CODE`."""
    code = request.GET.get("place", "")
    place = places.place_by_code(code) if code else None
    found = api.makers(places.ids_within(place.id) if place else None)
    told = {"section": "makers", "place": place, "makers": maker_cards(found)}
    return render(request, "shops/makers.html", told)


@require_safe
def file(request: HttpRequest, folder: str, picture: str, width: int, form: str) -> HttpResponse:
    """A kept picture. Its address never means another one, so browsers keep it for a year."""
    content = api.read_file(f"{folder}/{picture}/{width}.{form}")
    if content is None:
        raise Http404
    headers = {"Cache-Control": f"public, max-age={A_YEAR_SECONDS}, immutable"}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)


def cards(items: tuple[ShelfItem, ...], names: Mapping[PlaceId, Text] | None = None) -> list[dict[str, Any]]:
    """Products as the card component takes them; the names of their places are asked for unless they are known."""
    if names is None:
        found = places.places({item.place_id for item in items if item.place_id is not None})
        names = {place_id: place.name for place_id, place in found.items()}
    return [
        {
            "url": f"/products/{item.slug}/",
            "title": item.title,
            "picture": item.image,
            "minor": item.lowest_minor,
            "currency": item.currency,
            "left": item.left,
            "maker": item.shop_name,
            "place": names.get(item.place_id, "") if item.place_id else "",
        }
        for item in items
    ]


def maker_cards(found: list[MakerCard]) -> list[dict[str, Any]]:
    """Shops as cards: their maker's picture before that of a product."""
    actors = people.actors({card.shop.actor for card in found})
    names = places.places({card.shop.place_id for card in found if card.shop.place_id is not None})
    return [
        {
            "url": f"/shops/{card.shop.slug}/",
            "name": card.shop.name,
            "picture": card.image or actors[card.shop.actor].picture,
            "face": actors[card.shop.actor].picture,
            "maker": actors[card.shop.actor].name,
            "place": names.get(card.shop.place_id) if card.shop.place_id else None,
            "listed": card.listed,
        }
        for card in found
    ]


def structured(product: ProductRecord) -> SafeString:
    """The product as schema.org JSON-LD, safe inside a script element; it is data, no browser runs it."""
    origin = conf().public_origin
    url = f"{origin}/products/{product.slug}/"
    offers = [
        {
            "@type": "Offer",
            "sku": variant.sku,
            "url": url,
            "price": str(to_major(variant.price_minor, variant.currency)),
            "priceCurrency": variant.currency,
            "availability": f"https://schema.org/{'InStock' if variant.left > 0 else 'SoldOut'}",
        }
        for variant in product.variants
    ]
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": localised(product.title),
        "description": localised(product.story),
        "url": url,
        "image": [
            f"{origin}{api.picture_url(photo.picture.key, photo.picture.widths, photo.picture.width, 'jpg')}"
            for photo in product.photos
        ],
        "brand": {"@type": "Brand", "name": localised(product.shop.name)},
        "offers": offers,
    }
    return mark_safe(json.dumps(told, ensure_ascii=False).translate(_SCRIPT_ESCAPES))  # noqa: S308 - escaped above


def _image(product: ProductRecord) -> str:
    if not product.photos:
        return ""
    picture = product.photos[0].picture
    return f"{conf().public_origin}{api.picture_url(picture.key, picture.widths, picture.width, 'jpg')}"


def _way(place_id: PlaceId | None) -> tuple[tuple[PlaceId, Text], ...]:
    """The way from the top of the registry to a place; empty for none."""
    return () if place_id is None else places.paths([place_id]).get(place_id, ())


def _extra(request: HttpRequest, template: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(template, context, request=request)


def _with(request: HttpRequest, **changes: str | None) -> str:
    """This address with some of its parameters changed or, with None, left out."""
    asked = {name: value for name, value in request.GET.items() if value and name not in changes}
    asked |= {name: value for name, value in changes.items() if value}
    return f"{request.path}?{urlencode(asked)}" if asked else request.path
