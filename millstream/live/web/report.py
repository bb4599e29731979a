"""The report of a show, and the page that says what each of its figures means."""

import csv
import io
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.rules.after import curve
from millstream.live.types import ShowRecord
from millstream.live.types.after import ReportRecord
from millstream.live.web.after import after_frame, for_crew
from millstream.live.web.desk import now_of
from millstream.live.web.replay import clock

CHART_WIDTH: Final = 600
CHART_HEIGHT: Final = 120
RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@for_crew
def report(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """Who watched, what they looked at and bought, what of it is whose, and whether the ledger says the same."""
    now = now_of(request)
    told = api.report(show, now=now)
    if request.GET.get("form") == "csv":
        return _csv(show, told)
    started_at, ended_at = show.started_at or show.starts_at, show.ended_at or now
    context = {
        **after_frame(request, _("Show report"), "report_of_show", show),
        "report": told,
        "watched": clock(told.audience.watch_seconds),
        "mean": f"{told.audience.mean:.1f}",
        "curve": curve(told.audience.samples, started_at, ended_at, width=CHART_WIDTH, height=CHART_HEIGHT),
        "chart": {"width": CHART_WIDTH, "height": CHART_HEIGHT},
        "products": [{"row": row, "shown": clock(row.pinned_seconds)} for row in told.products],
        "currency": told.money[0].currency if told.money else "",
        "holds": all(figures.holds for figures in told.money),
    }
    return render(request, "live/after/report.html", context)


def _csv(show: ShowRecord, told: ReportRecord) -> HttpResponse:
    """The products of the report as a table, then the sums; amounts in minor units."""
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(
        ["product", "pins", "pinned_seconds", "openings", "orders", "units", "sold", "given_back", "commission"]
    )
    for row in told.products:
        counts = [row.pins, row.pinned_seconds, row.openings, row.orders, row.units]
        write.writerow(
            [_safe(localised(row.title)), *counts, row.sold_minor, row.given_back_minor, row.commission_minor]
        )
    write.writerow([])
    for figures in told.money:
        sums: dict[str, Any] = {
            "currency": figures.currency,
            "orders": figures.orders,
            "units": figures.units,
            "sold": figures.sold_minor,
            "given_back": figures.given_back_minor,
            "commission": figures.commission_minor,
            "commission_due": figures.commission_due_minor,
        }
        write.writerows(sums.items())
        write.writerows(
            [f"{tie.what}_by_split_lines", tie.split_minor, f"{tie.what}_by_ledger", tie.ledger_minor]
            for tie in figures.ties
        )
    seen = told.audience
    write.writerows([("watch_seconds", seen.watch_seconds), ("peak", seen.peak), ("mean", f"{seen.mean:.2f}")])
    write.writerow(("visitors", seen.visitors))
    headers = {"Content-Disposition": f'attachment; filename="{show.slug}.csv"'}
    return HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _safe(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(RISKY) else text


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """What each figure of a report means, and how it is counted."""
    return render(request, "live/after/figures.html", {"section": "shows"})
