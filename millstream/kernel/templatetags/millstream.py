"""Tags and filters of every page: assets, icons, money, numbers, dates, texts in two languages, sketch maps."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from millstream.kernel.texts import localised as pick_text
from millstream.kernel.web import assets, formats
from millstream.kernel.web.icons import ICONS
from millstream.kernel.web.town_map import TownMap

register = template.Library()

THEMES = frozenset({"light", "dark"})
ICON_SIZES = frozenset({"sm", "md", "lg", "xl"})


@register.simple_tag
def vite_assets(entry: str) -> SafeString:
    """Link the style sheets and the module of a built entry; raises a plain sentence when nothing is built."""
    files = assets.entry_files(assets.read_manifest(), entry)
    styles = format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((assets.asset_url(path),) for path in files.styles)
    )
    preloads = format_html_join(
        "\n", '<link rel="modulepreload" href="{}">', ((assets.asset_url(path),) for path in files.preloads)
    )
    modules = format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((assets.asset_url(path),) for path in files.modules)
    )
    return format_html("{}\n{}\n{}", styles, preloads, modules)


@register.simple_tag
def built(path: str) -> str:
    """Give the address of a file that `frontend/public/` ships, such as `pictures/pot.svg`."""
    return assets.asset_url(path)


@register.simple_tag
def icon(name: str, size: str = "md", label: str = "") -> SafeString:
    """Draw an icon in the colour of the text around it; with a label it speaks, without it is decoration."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"There is no icon named {name!r}: see millstream/kernel/web/icons.py.")
    assert size in ICON_SIZES, f"icon sizes are {sorted(ICON_SIZES)}"
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    drawing = mark_safe(ICONS[name])  # noqa: S308 - our own drawings, constants
    return format_html('<svg class="icon icon-{}" viewBox="0 0 24 24" {}>{}</svg>', size, spoken, drawing)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Write integer minor units as money in the active language; nothing for nothing."""
    return "" if minor is None else formats.format_money(int(minor), currency)


@register.filter
def marked_money(minor: int | None, currency: str) -> SafeString:
    """Write money with its sign and its cents marked, so that a price can set them smaller."""
    if minor is None:
        return mark_safe("")
    sign, units, cents = formats.split_money(int(minor), currency)
    return format_html('<span class="price-sign">{}</span>{}<span class="price-cents">{}</span>', sign, units, cents)


@register.filter
def number(value: float | Decimal | str | None) -> str:
    """Write a number with the grouping of the active language; nothing for nothing, as a name that is not there."""
    return "" if value is None or isinstance(value, str) else formats.format_number(value)


@register.filter
def percent(permille: int | None) -> str:
    """Write parts per thousand as people read them: 25 is `2.5 %`."""
    return "" if permille is None else f"{formats.format_number(Decimal(permille) / 10)} %"


@register.filter
def weight(grams: int | None) -> str:
    """Write a weight given in grams."""
    return "" if grams is None else formats.format_weight(int(grams))


@register.filter
def localised(texts: Mapping[str, str] | str | None) -> str:
    """Pick the active language's text of `{"en": ..., "zh-hans": ...}`."""
    return pick_text(texts)


@register.filter(name="when")
def when_filter(moment: datetime | date | None) -> SafeString:
    """Write a moment as a `<time>`: relative when near, with the full date on hover and to machines."""
    return when(moment)


@register.simple_tag
def when(moment: datetime | date | None, now: datetime | None = None) -> SafeString:
    """Like the filter, with the request's own `now`."""
    if moment is None:
        return mark_safe("")
    short, full = formats.format_when(moment, now)
    return format_html('<time class="when" datetime="{}" title="{}">{}</time>', moment.isoformat(), full, short)


@register.filter
def clock_time(moment: datetime | None) -> SafeString:
    """Write the time of day of a moment."""
    if moment is None:
        return mark_safe("")
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), formats.format_clock_time(moment))


@register.simple_tag
def server_now() -> str:
    """Give the server's clock as ISO 8601, for countdowns that must not trust the phone's clock."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> SafeString:
    """Set `data-theme` on the page when the reader chose one; without a choice the device decides."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else mark_safe("")


@register.inclusion_tag("components/map.html")
def town_map(drawing: TownMap, *, legend: bool = True) -> dict[str, Any]:
    """Draw a sketch map made by `millstream.kernel.web.town_map.draw_town_map`."""
    return {"map": drawing, "legend": legend}
