"""Forms of the shop desk: what is typed becomes what the door takes, with the reason beside the field if not."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.kernel.texts import Text, localised
from millstream.kernel.wording import say
from millstream.shops.types import CategoryRecord, ProductRecord, ProductTexts

HEAVIEST_GRAMS: Final = 500_000
LARGEST_QUANTITY: Final = 1_000_000


def refuse(form: forms.Form, refusal: Refusal, field: str | None = None) -> None:
    """Show a refusal beside a field, or above the form."""
    said = say(refusal)
    form.add_error(field, f"{said.what} {said.next}".strip())


def _texts(en: str, zh: str) -> dict[str, str]:
    """A text in the languages in which it was written."""
    told = {"en": en.strip(), "zh-hans": zh.strip()}
    return {language: text for language, text in told.items() if text}


def _long(label: Any, rows: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=8_000, required=False, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )


class ShopForm(forms.Form):
    """What it takes to open a shop."""

    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=80, required=False)
    story_en = _long(_("Story in English"), 5, _("Who you are and how you work. Buyers read this on your page."))
    story_zh = _long(_("Story in Chinese"), 5)

    def name(self) -> Text:
        """The shop's name."""
        return _texts(self.cleaned_data["name_en"], self.cleaned_data["name_zh"])

    def story(self) -> Text:
        """The shop's story."""
        return _texts(self.cleaned_data["story_en"], self.cleaned_data["story_zh"])


class ProductForm(forms.Form):
    """What a maker says of a product."""

    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120, required=False)
    story_en = _long(_("Story in English"), 6, _("How it is made, by whom, what it is good for."))
    story_zh = _long(_("Story in Chinese"), 6)
    category = forms.ChoiceField(label=_("Category"), required=False)
    weight_grams = forms.IntegerField(
        label=_("Weight in grams, packed"), min_value=0, max_value=HEAVIEST_GRAMS, required=False
    )

    def __init__(self, *args: Any, categories: Iterable[CategoryRecord], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((str(shelf.id), localised(shelf.name)) for shelf in categories)]

    def clean(self) -> dict[str, Any]:
        """A product has a title in one language at least."""
        told = super().clean() or self.cleaned_data
        if not (told.get("title_en") or told.get("title_zh")) and not self.errors:
            self.add_error("title_en", _("Write the title in one language at least."))
        return told

    def texts(self, known: ProductRecord | None = None) -> ProductTexts:
        """What was written, as the door takes it; the origin stays what it was."""
        told = self.cleaned_data
        return ProductTexts(
            title=_texts(told["title_en"], told["title_zh"]),
            story=_texts(told["story_en"], told["story_zh"]),
            category_id=UUID(told["category"]) if told["category"] else None,
            weight_grams=told["weight_grams"] or 0,
            made_in=known.made_in if known else None,
        )

    @staticmethod
    def told_by(product: ProductRecord) -> dict[str, Any]:
        """What the form shows of a product."""
        return {
            "title_en": product.title.get("en", ""),
            "title_zh": product.title.get("zh-hans", ""),
            "story_en": product.story.get("en", ""),
            "story_zh": product.story.get("zh-hans", ""),
            "category": str(product.category.id) if product.category else "",
            "weight_grams": product.weight_grams or None,
        }


class NewProductForm(ProductForm):
    """A product with its first variant."""

    sku = forms.CharField(label=_("SKU"), max_length=40, help_text=_("Your own number for it, as on the box."))
    price = forms.CharField(label=_("Price"), max_length=16, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    on_hand = forms.IntegerField(
        label=_("How many are on the shelf"), min_value=0, max_value=LARGEST_QUANTITY, required=False, initial=1
    )
    source_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class VariantForm(forms.Form):
    """A further form of a product."""

    sku = forms.CharField(label=_("SKU"), max_length=40)
    title_en = forms.CharField(label=_("Variant in English"), max_length=80)
    title_zh = forms.CharField(label=_("Variant in Chinese"), max_length=80, required=False)
    price = forms.CharField(label=_("Price"), max_length=16, widget=forms.TextInput(attrs={"inputmode": "decimal"}))

    def title(self) -> Text:
        """What this form is called."""
        return _texts(self.cleaned_data["title_en"], self.cleaned_data["title_zh"])


class ReceiveForm(forms.Form):
    """Goods that came onto the shelf. `source_id` makes sending the form twice count once."""

    quantity = forms.IntegerField(label=_("How many came"), min_value=1, max_value=LARGEST_QUANTITY)
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)
    source_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class CorrectForm(forms.Form):
    """What was counted on the shelf."""

    counted = forms.IntegerField(
        label=_("How many you counted"),
        min_value=0,
        max_value=LARGEST_QUANTITY,
        help_text=_("All that lies there, with what is held for buyers."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    source_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class DamageForm(forms.Form):
    """What broke or got lost."""

    quantity = forms.IntegerField(label=_("How many are lost"), min_value=1, max_value=LARGEST_QUANTITY)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    source_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class ListForm(forms.Form):
    """A list of products: a file, or lines pasted from a spreadsheet."""

    file = forms.FileField(label=_("CSV file"), required=False)
    lines = _long(_("Or paste lines here"), 8, _("With the line of column names first."))
    import_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = self.fields["lines"]
        assert isinstance(lines, forms.CharField)
        lines.max_length = None
        lines.validators = []
        lines.widget.attrs.pop("maxlength", None)
