"""The shop desk: today, the products and what is said of them, their photos and variants."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.ids import new_id
from millstream.kernel.money import BadAmount, to_minor
from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.places.types import PlaceId
from millstream.shops import api
from millstream.shops.ports import PLUGS
from millstream.shops.refusals import (
    BadCell,
    ForeignCurrency,
    NothingUploaded,
    PhotoTooLarge,
    PriceNotPositive,
    SkuTaken,
)
from millstream.shops.types import (
    DeskAsk,
    DeskStock,
    PhotoId,
    ProductId,
    ProductRecord,
    ProductState,
    ShopId,
    ShopSpec,
    VariantId,
    VariantSpec,
)
from millstream.shops.web.desk_frame import actor_of, by, framed, now_of, shop_desk, shop_of, works_in_shop
from millstream.shops.web.forms import NewProductForm, ProductForm, ShopForm, VariantForm, refuse

LARGEST_UPLOAD: Final = 16 * 1024 * 1024
MOST_AT_ONCE: Final = 200
PRICE_REFUSALS: Final = (PriceNotPositive, ForeignCurrency, BadAmount)
VARIANT_IDS: Final = "variant_%s"  # the product's own form on the same page has fields of the same names


@works_in_shop
@require_http_methods(["GET", "POST"])
def open_shop(request: HttpRequest) -> HttpResponse:
    """Open the acting actor's shop; who has one is sent to its desk."""
    actor = actor_of(request)
    if api.shops_of(actor.id):
        return redirect("shops:today")
    form = ShopForm(
        request.POST or None, initial={"name_en": actor.name.get("en", ""), "name_zh": actor.name.get("zh-hans", "")}
    )
    if form.is_valid():
        spec = ShopSpec(
            id=ShopId(new_id()),
            actor=actor.id,
            slug=actor.slug,
            name=form.name(),
            story=form.story(),
            currency=conf().currency,
            place_id=None if actor.place_id is None else PlaceId(actor.place_id),
        )
        try:
            api.open_shop(spec, now=now_of(request))
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("shops:today")
    return render(
        request, "shops/desk_open.html", framed(request, "", _("Open your shop"), form=form), status=_status(form)
    )


@shop_desk
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What needs a hand in the shop, and elsewhere for the same actor."""
    shop = shop_of(request)
    needs = api.needs_hand(shop.id)
    rows = [
        {"title": row.title, "url": row.url, "count": row.count, "icon": row.icon, "note": row.note, "tone": "warm"}
        for row in PLUGS.desk_rows(shop.actor)
        if row.count
    ]
    own = (
        (needs.sold_out, _("Sold out"), "?stock=out&state=listed", "box", "warm", _("Listed, and nothing is left.")),
        (needs.low, _("Almost sold out"), "?stock=low&state=listed", "box", "caution", _("Five or fewer are left.")),
        (needs.drafts, _("Drafts"), "?state=draft", "edit", "", _("Buyers do not see these yet.")),
        (
            needs.without_photo,
            _("Without a photo"),
            "?state=listed",
            "camera",
            "caution",
            _("A picture sells more than words."),
        ),
    )
    rows += [
        {
            "title": title,
            "url": f"/desk/shop/products/{query}",
            "count": count,
            "icon": icon,
            "tone": tone,
            "note": note,
        }
        for count, title, query, icon, tone, note in own
        if count
    ]
    return render(request, "shops/desk_today.html", framed(request, "today", _("Today"), rows=rows, needs=needs))


@shop_desk
@require_http_methods(["GET", "POST"])
def products(request: HttpRequest) -> HttpResponse:
    """All products with filters; several can be listed or withdrawn at once."""
    if request.method == "POST":
        _change_states(request)
        return redirect(request.get_full_path())
    shop, asked = shop_of(request), request.GET
    state, stock = asked.get("state", ""), asked.get("stock", "")
    ask = DeskAsk(
        state=state if state in set(ProductState) else "",
        stock=DeskStock(stock) if stock in set(DeskStock) else DeskStock.ALL,
        words=asked.get("q", "").strip()[:80],
        after=asked.get("after"),
    )
    page = api.own_products(shop.id, ask)
    kept = request.GET.copy()
    kept.pop("after", None)
    first_url = f"?{kept.urlencode()}" if ask.after else ""
    if page.next_after:
        kept["after"] = page.next_after
    told = framed(
        request,
        "desk_products",
        _("Products"),
        ask=ask,
        products=page.items,
        first_url=first_url,
        next_url=f"?{kept.urlencode()}" if page.next_after else "",
        states=[("", _("All")), ("listed", _("Listed")), ("draft", _("Drafts")), ("withdrawn", _("Withdrawn"))],
        stocks=[("all", _("Any")), ("low", _("Five or fewer")), ("out", _("Nothing left"))],
    )
    return render(request, "shops/desk_products.html", told)


def _change_states(request: HttpRequest) -> None:
    """List or withdraw the chosen products, each for itself, and say what was done and what not."""
    wanted = api.list_product if request.POST.get("do") == "list" else api.withdraw_product
    done = 0
    for typed in request.POST.getlist("product")[:MOST_AT_ONCE]:
        try:
            done += wanted(ProductId(UUID(typed)), by=by(request), now=now_of(request))
        except (Refusal, ValueError) as error:
            told = say(error) if isinstance(error, Refusal) else None
            messages.error(request, f"{told.what} {told.next}" if told else _("This product is not known."))
    if done:
        messages.success(request, ngettext("%(n)d product changed.", "%(n)d products changed.", done) % {"n": done})


@shop_desk
@require_http_methods(["GET", "POST"])
def new_product(request: HttpRequest) -> HttpResponse:
    """Write a product down with its first variant, photos and stock; listed at once if wanted."""
    form = NewProductForm(request.POST or None, categories=api.categories())
    if form.is_valid():
        product = _make(request, form)
        if product is not None:
            return redirect("shops:desk_product", product)
    told = framed(request, "desk_products", _("New product"), form=form, currency=shop_of(request).currency)
    return render(request, "shops/desk_new.html", told, status=_status(form))


def _make(request: HttpRequest, form: NewProductForm) -> ProductId | None:
    """Make what the form says; None when it was refused, with the reason in the form and nothing made."""
    shop, told = shop_of(request), form.cleaned_data
    try:
        made = api.make_product(
            ProductId(new_id()),
            shop_id=shop.id,
            texts=form.texts(),
            variant=VariantSpec(
                id=VariantId(new_id()),
                sku=told["sku"],
                price_minor=to_minor(told["price"], shop.currency),
                currency=shop.currency,
            ),
            on_hand=told["on_hand"] or 0,
            source_id=told["source_id"],
            by=by(request),
            now=now_of(request),
        )
    except PRICE_REFUSALS as refusal:
        refuse(form, refusal, "price")
        return None
    except (SkuTaken, BadCell) as refusal:
        refuse(form, refusal, "sku")
        return None
    _add_photos(request, made)
    if request.POST.get("do") == "list":
        api.list_product(made, by=by(request), now=now_of(request))
        messages.success(request, _("Listed. Buyers can see it now."))
    return made


@shop_desk
@require_http_methods(["GET", "POST"])
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """One product: what is said of it, photos, variants and prices, whether it is listed."""
    record = api.own_product(ProductId(product_id), by(request))
    form = ProductForm(request.POST or None, categories=api.categories(), initial=ProductForm.told_by(record))
    if form.is_valid():
        try:
            api.edit_product(record.id, form.texts(record), by=by(request), now=now_of(request))
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("shops:desk_product", record.id)
    return _product_page(request, record, form, VariantForm(auto_id=VARIANT_IDS))


def _product_page(
    request: HttpRequest, record: ProductRecord, form: ProductForm, variant_form: VariantForm
) -> HttpResponse:
    photos = [
        {
            "id": photo.id,
            "src": api.picture_url(photo.picture.key, photo.picture.widths, 320),
            "width": photo.picture.width,
            "height": photo.picture.height,
        }
        for photo in record.photos
    ]
    told = framed(
        request,
        "desk_products",
        _("Product"),
        product=record,
        form=form,
        variant_form=variant_form,
        photos=photos,
    )
    status = max(_status(form), _status(variant_form))
    return render(request, "shops/desk_product.html", told, status=status)


@shop_desk
@require_POST
def product_state(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """List or withdraw one product."""
    record = api.own_product(ProductId(product_id), by(request))
    wanted = api.list_product if request.POST.get("do") == "list" else api.withdraw_product
    try:
        wanted(record.id, by=by(request), now=now_of(request))
    except Refusal as refusal:
        _say_no(request, refusal)
    return redirect("shops:desk_product", record.id)


@shop_desk
@require_POST
def add_photos(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Add photos; each that is refused is named, the others stay."""
    record = api.own_product(ProductId(product_id), by(request))
    if not request.FILES.getlist("photos"):
        _say_no(request, NothingUploaded())
    _add_photos(request, record.id)
    return redirect("shops:desk_product", record.id)


def _add_photos(request: HttpRequest, product_id: ProductId) -> None:
    for upload in request.FILES.getlist("photos"):
        name = (upload.name or "")[:60]
        try:
            if (upload.size or 0) > LARGEST_UPLOAD:
                raise PhotoTooLarge(limit=f"{LARGEST_UPLOAD // 2**20} MB", name=name)
            api.add_photo(product_id, upload.read(), photo_id=PhotoId(new_id()), name=name, by=by(request))
        except Refusal as refusal:
            _say_no(request, refusal)


@shop_desk
@require_POST
def change_photo(request: HttpRequest, product_id: UUID, photo_id: UUID) -> HttpResponse:
    """Remove a photo, or let it stand for the product."""
    record = api.own_product(ProductId(product_id), by(request))
    if request.POST.get("do") == "remove":
        api.remove_photo(PhotoId(photo_id), by=by(request))
    else:
        api.front_photo(PhotoId(photo_id), by=by(request))
    return redirect("shops:desk_product", record.id)


@shop_desk
@require_POST
def add_variant(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Add a variant; what is refused is shown in the form with what was typed."""
    record, shop = api.own_product(ProductId(product_id), by(request)), shop_of(request)
    form = VariantForm(request.POST, auto_id=VARIANT_IDS)
    if form.is_valid():
        told = form.cleaned_data
        try:
            spec = VariantSpec(
                id=VariantId(new_id()),
                sku=told["sku"],
                price_minor=to_minor(told["price"], shop.currency),
                currency=shop.currency,
                title=form.title(),
            )
            api.add_variant(record.id, spec, by=by(request))
        except PRICE_REFUSALS as refusal:
            refuse(form, refusal, "price")
        except (SkuTaken, BadCell) as refusal:
            refuse(form, refusal, "sku")
        else:
            return redirect("shops:desk_product", record.id)
    untouched = ProductForm(categories=api.categories(), initial=ProductForm.told_by(record))
    return _product_page(request, record, untouched, form)


def _say_no(request: HttpRequest, refusal: Refusal) -> None:
    said = say(refusal)
    messages.error(request, f"{said.what} {said.next}".strip())


def _status(form: ProductForm | VariantForm | ShopForm) -> int:
    """200, or 422 for a form that was sent and refused."""
    return 422 if form.is_bound and form.errors else 200
