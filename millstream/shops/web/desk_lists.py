"""The shop desk: the whole shop as a list, out and in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from millstream.kernel.clock import read_now
from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.shops import api
from millstream.shops.refusals import ListTooLong, NothingUploaded
from millstream.shops.types import ImportDone, ImportRow
from millstream.shops.web.desk_frame import by, framed, shop_desk, shop_of
from millstream.shops.web.forms import ListForm, refuse

LARGEST_UPLOAD = 3 * 1024 * 1024
OUTCOMES: dict[str, tuple[Promise, str]] = {
    "made": (gettext_lazy("Made"), "good"),
    "changed": (gettext_lazy("Changed"), "good"),
    "same": (gettext_lazy("As it was"), ""),
    "refused": (gettext_lazy("Refused"), "bad"),
}


@shop_desk
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The shop's products as a CSV file that the import takes back."""
    shop = shop_of(request)
    content = api.write_rows(api.export_lines(shop.id))
    headers = {"Content-Disposition": f'attachment; filename="{shop.slug}-products.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@shop_desk
@require_http_methods(["GET", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Bring a list in. Lines that are refused come back into the form, to be corrected and sent again."""
    form = ListForm(request.POST or None, request.FILES or None)
    done: list[ImportDone] = []
    if form.is_valid():
        try:
            done = api.import_products(
                _rows(form),
                shop_id=shop_of(request).id,
                import_id=form.cleaned_data["import_id"],
                by=by(request),
                now=read_now,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            kept = [one.row for one in done if one.refusal is not None]
            form = ListForm(initial={"lines": _again(kept)} if kept else None)
    told = framed(
        request,
        "desk_lists",
        _("Lists"),
        form=form,
        done=[(one, *OUTCOMES[one.outcome], say(one.refusal) if one.refusal else None) for one in done],
        columns=api.COLUMNS,
        categories=api.categories(),
    )
    wrong = form.is_bound and form.errors
    return render(request, "shops/desk_lists.html", told, status=422 if wrong else 200)


def _rows(form: ListForm) -> list[ImportRow]:
    """The lines of the file, else those that were pasted."""
    upload, pasted = form.cleaned_data["file"], form.cleaned_data["lines"]
    if upload is not None:
        if upload.size > LARGEST_UPLOAD:
            raise ListTooLong(limit="3 MB")
        return api.read_rows(upload.read())
    if pasted.strip():
        return api.read_rows(pasted.encode())
    raise NothingUploaded


def _again(rows: list[ImportRow]) -> str:
    """Refused lines as they were sent, with the columns that they had."""
    columns = [name for name in api.COLUMNS if any(name in row.cells for row in rows)]
    content = api.write_rows(([row.cells.get(name, "") for name in columns] for row in rows), columns=columns)
    return content.decode("utf-8-sig")
