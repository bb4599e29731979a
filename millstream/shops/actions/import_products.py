"""Import a list of products."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.kernel.money import to_minor
from millstream.kernel.refusals import Refusal
from millstream.kernel.texts import Text
from millstream.people.types import ActorId
from millstream.places.types import PlaceId
from millstream.shops import rules
from millstream.shops.actions.add_variant import add_variant
from millstream.shops.actions.correct_stock import correct_stock
from millstream.shops.actions.draft_product import draft_product
from millstream.shops.actions.edit_product import edit_product
from millstream.shops.actions.list_product import list_product
from millstream.shops.actions.receive_stock import receive_stock
from millstream.shops.actions.set_price import set_price
from millstream.shops.actions.withdraw_product import withdraw_product
from millstream.shops.models import Category, Product, Variant
from millstream.shops.queries.desk import own_shop, stock_lines
from millstream.shops.refusals import BadCell
from millstream.shops.types import (
    ImportDone,
    ImportRow,
    ProductId,
    ProductState,
    ProductTexts,
    ShopId,
    ShopRecord,
    VariantId,
    VariantSpec,
)

REASON: Final = "import"
LONGEST_WHOLE: Final = 7


def import_products(
    rows: Sequence[ImportRow], *, shop_id: ShopId, import_id: UUID, by: ActorId, now: Callable[[], datetime]
) -> list[ImportDone]:
    """Make and change products line by line, each line in a transaction of its own, and say what became of each.

    A line is known by its SKU; a new SKU joins the product that its cell `product` names, or makes it. Cells that
    are empty or not there change nothing. A line that is refused changes nothing; the others stand. The same
    `import_id` again does not count stock twice.
    """
    shop = own_shop(shop_id, by)
    done: list[ImportDone] = []
    named: dict[str, ProductId] = {}
    for row in rows:
        try:
            with transaction.atomic():
                line = _Line(row, shop, by, now(), uuid5(import_id, str(row.number)), named)
                outcome, product_id = line.write()
        except Refusal as refusal:
            done.append(ImportDone(row, "refused", refusal))
        else:
            named[row.cells.get("product", "")] = product_id
            done.append(ImportDone(row, outcome))
    return done


class _Line:
    """One line on its way into the shop."""

    def __init__(
        self,
        row: ImportRow,
        shop: ShopRecord,
        by: ActorId,
        now: datetime,
        source_id: UUID,
        named: dict[str, ProductId],
    ) -> None:
        self.cells, self.shop, self.by, self.now = row.cells, shop, by, now
        self.source_id, self.named = source_id, named
        self.changed = False

    def write(self) -> tuple[str, ProductId]:
        """Write the line; refuses with the reason of whatever refused."""
        sku = self.cells.get("sku", "")
        if not rules.is_sku(sku):
            raise BadCell(field="sku", why=f"“{sku[:40]}”")
        variant = Variant.objects.filter(shop_id=self.shop.id, sku=sku).first()
        made = variant is None
        if variant is None:
            variant_id, product_id = self._make(sku)
        else:
            variant_id, product_id = VariantId(variant.id), ProductId(variant.product_id)
            self._edit(product_id, variant)
        self._count(variant_id)
        self._state(product_id)
        return ("made" if made else "changed" if self.changed else "same"), product_id

    def _make(self, sku: str) -> tuple[VariantId, ProductId]:
        product_id = self._product()
        price_minor = to_minor(self.cells.get("price", ""), self._currency())
        spec = VariantSpec(
            id=VariantId(new_id()),
            sku=sku,
            price_minor=price_minor,
            currency=self._currency(),
            title=self._text("variant", {}),
        )
        return add_variant(product_id, spec, by=self.by), product_id

    def _product(self) -> ProductId:
        slug = self.cells.get("product", "")
        if slug and slug in self.named:
            return self.named[slug]
        products = Product.objects.visible_to(self.by)
        found = products.filter(shop_id=self.shop.id, slug=slug).values_list("id", flat=True).first() if slug else None
        if found is not None:
            return ProductId(found)
        title = self._text("title", {})
        if not title:
            raise BadCell(field="title_en", why="“”")
        product_id = ProductId(new_id())
        draft_product(
            product_id,
            shop_id=self.shop.id,
            slug=slug if slug and rules.is_slug(slug) else rules.slug_for(title, product_id),
            texts=self._texts(ProductTexts(title=title)),
            by=self.by,
            now=self.now,
        )
        return product_id

    def _edit(self, product_id: ProductId, variant: Variant) -> None:
        row = Product.objects.visible_to(self.by).get(id=product_id)
        known = ProductTexts(
            title=row.title,
            story=row.story,
            category_id=row.category_id,
            weight_grams=row.weight_grams,
            made_in=None if row.made_in_id is None else PlaceId(row.made_in_id),
        )
        wanted = self._texts(known)
        if wanted != known:
            edit_product(product_id, wanted, by=self.by, now=self.now)
            self.changed = True
        title = self._text("variant", variant.title)
        if title != variant.title:
            Variant.objects.filter(id=variant.id).update(title=title)
            self.changed = True
        if self.cells.get("price"):
            price_minor = to_minor(self.cells["price"], self._currency())
            self.changed |= set_price(
                VariantId(variant.id), price_minor=price_minor, currency=self._currency(), by=self.by, now=self.now
            )

    def _currency(self) -> str:
        return self.cells.get("currency", "").upper() or self.shop.currency

    def _text(self, name: str, known: Text) -> dict[str, str]:
        told = {"en": self.cells.get(f"{name}_en", ""), "zh-hans": self.cells.get(f"{name}_zh", "")}
        return {**known, **{language: text for language, text in told.items() if text}}

    def _texts(self, known: ProductTexts) -> ProductTexts:
        category_id = known.category_id
        if slug := self.cells.get("category"):
            category_id = Category.objects.filter(slug=slug).values_list("id", flat=True).first()
            if category_id is None:
                raise BadCell(field="category", why=f"“{slug[:40]}”")
        return ProductTexts(
            title=self._text("title", known.title),
            story=self._text("story", known.story),
            category_id=category_id,
            weight_grams=self._whole("weight_grams", known.weight_grams),
            made_in=known.made_in,
        )

    def _whole(self, name: str, known: int) -> int:
        told = self.cells.get(name, "")
        if not told:
            return known
        if not (told.isascii() and told.isdigit() and len(told) <= LONGEST_WHOLE):
            raise BadCell(field=name, why=f"“{told[:20]}”")
        return int(told)

    def _count(self, variant_id: VariantId) -> None:
        if not self.cells.get("on_hand"):
            return
        counted = self._whole("on_hand", 0)
        lines = stock_lines(self.shop.id, variant_id)
        item_id = lines[0].stock_item_id if lines else None
        if item_id is not None:
            moved = correct_stock(
                item_id, counted=counted, reason=REASON, source_id=self.source_id, by=self.by, now=self.now
            )
            self.changed |= bool(moved)
        elif counted:
            receive_stock(
                variant_id,
                location=self.by,
                quantity=counted,
                source_id=self.source_id,
                by=self.by,
                reason=REASON,
                now=self.now,
            )
            self.changed = True

    def _state(self, product_id: ProductId) -> None:
        wanted = self.cells.get("state", "").lower()
        if wanted == ProductState.LISTED:
            self.changed |= list_product(product_id, by=self.by, now=self.now)
        elif wanted == ProductState.WITHDRAWN:
            self.changed |= withdraw_product(product_id, by=self.by, now=self.now)
        elif wanted not in ("", ProductState.DRAFT):
            raise BadCell(field="state", why=f"“{wanted[:20]}”")
