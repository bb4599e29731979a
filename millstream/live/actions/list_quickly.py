"""List something while the show runs: photo, price, quantity, and it can be bought."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.kernel.texts import Text, both
from millstream.live.actions.change_rundown import add_to_rundown
from millstream.live.actions.lock_show import lock_show
from millstream.live.actions.pin_product import pin_product
from millstream.live.facts import ListedQuickly
from millstream.live.models import RundownItem, Show
from millstream.live.models.studio import QuickListing
from millstream.live.queries import agreement_of
from millstream.live.queries.studio import objects
from millstream.live.refusals import SellerHasNotAgreed
from millstream.live.refusals.studio import HouseholdObjects, QuickKeyMissing
from millstream.live.types import LONGEST_TITLE, ShowState
from millstream.live.types.studio import LONGEST_QUICK_KEY, SHORTEST_QUICK_KEY, QuickListed, QuickWish
from millstream.people.types import ActorId
from millstream.shops import api as shops
from millstream.shops.refusals import NothingUploaded, QuantityNotPositive
from millstream.shops.types import (
    PhotoId,
    Picture,
    ProductId,
    ProductTexts,
    ShopId,
    ShopRecord,
    VariantId,
    VariantSpec,
)


def list_quickly(wish: QuickWish, *, host: UUID, now: datetime) -> QuickListed:
    """Make, stock and list a product of the shop's household and put it into the rundown, all or nothing.

    The same key is listed once, however often it is sent. Refuses a seller who has not agreed with the host or has
    objected since, a file that is no photo, a price or a quantity that cannot be. The photo is drawn anew before the
    transaction.
    """
    if not SHORTEST_QUICK_KEY <= len(wish.key) <= LONGEST_QUICK_KEY:
        raise QuickKeyMissing
    known = _known(wish)
    if known is not None:
        return known
    shop = shops.shops([wish.shop]).get(ShopId(wish.shop))
    if shop is None or not shop.is_open:
        raise NotFound(what="shop")
    if not agreement_of(host, now).covers(shop.actor):
        raise SellerHasNotAgreed
    if objects(shop.actor, host):
        raise HouseholdObjects
    if wish.quantity <= 0:
        raise QuantityNotPositive(quantity=wish.quantity)
    if not wish.photo:
        raise NothingUploaded
    photo_id = PhotoId(new_id())
    picture = shops.keep_picture(wish.photo, picture_id=photo_id, folder="photos", name=wish.photo_name)
    try:
        listed = _list(wish, shop, picture, photo_id, host, now)
    except BaseException:
        shops.drop_picture(picture)
        raise
    if not listed.fresh:
        shops.drop_picture(picture)
    return listed


def _known(wish: QuickWish) -> QuickListed | None:
    row = QuickListing.objects.filter(show_id=wish.show, key=wish.key).first()
    return QuickListed(row.variant_id, row.number, fresh=False) if row else None


@transaction.atomic
def _list(
    wish: QuickWish, shop: ShopRecord, picture: Picture, photo_id: PhotoId, host: UUID, now: datetime
) -> QuickListed:
    """Everything in one transaction, under the show's lock: numbers do not repeat, keys are granted once."""
    show = lock_show(wish.show, host=host)
    known = _known(wish)
    if known is not None:
        return known
    number = (RundownItem.objects.filter(show=show).aggregate(last=Max("position"))["last"] or 0) + 1
    variant = VariantId(new_id())
    product = shops.make_product(
        ProductId(new_id()),
        shop_id=ShopId(shop.id),
        texts=ProductTexts(title=_title(wish.title, number)),
        variant=VariantSpec(
            id=variant, sku=f"live-{variant.hex[-10:]}", price_minor=wish.price_minor, currency=wish.currency
        ),
        on_hand=wish.quantity,
        source_id=new_id(),
        by=ActorId(shop.actor),
        now=now,
    )
    shops.attach_photo(product, picture, photo_id=photo_id, by=ActorId(shop.actor))
    shops.list_product(product, by=ActorId(shop.actor), now=now)
    add_to_rundown(show.id, variant, host=host, now=now)
    QuickListing.objects.create(
        id=new_id(), show=show, key=wish.key, variant_id=variant, shop_id=shop.id, number=number, listed_at=now
    )
    _tell(show, shop, variant, product, wish, now)
    if wish.pin and show.state == ShowState.LIVE.value:
        pin_product(show.id, variant, host=host, now=now)
    return QuickListed(variant, number, fresh=True)


def _title(typed: Text, number: int) -> Text:
    said = {language: text.strip()[:LONGEST_TITLE] for language, text in typed.items() if text.strip()}
    return said or both(f"No. {number}", f"{number}号")


def _tell(show: Show, shop: ShopRecord, variant: UUID, product: UUID, wish: QuickWish, now: datetime) -> None:
    record(
        ListedQuickly(
            show=show.id,
            host=show.host_id,
            seller=shop.actor,
            product=product,
            variant=variant,
            price_minor=wish.price_minor,
            currency=wish.currency,
            quantity=wish.quantity,
        ),
        now=now,
    )
