"""The REST API under /api/v1/: the routers of the contexts, refusals as JSON, OpenAPI at /api/v1/docs."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.parser import Parser

from millstream.deals.web.api import router as deals
from millstream.kernel.refusals import Refusal
from millstream.kernel.texts import fits_a_row
from millstream.kernel.web.middleware import refusal_response
from millstream.ledger.web.api import router as ledger
from millstream.live.web.api import router as live
from millstream.logistics.web.api import router as logistics
from millstream.orders.web.api import router as orders
from millstream.people.access import SIGNED_IN
from millstream.shops.web.api import router as shops


class FittingTexts(Parser):
    """Reads bodies whose texts all fit a row; any other is no body at all."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The JSON of a body."""
        told = super().parse_body(request)
        if not fits_a_row(json.dumps(told, ensure_ascii=False).replace("\\u0000", "\0")):
            raise ValueError("a text that no row takes")
        return told


api = NinjaAPI(
    parser=FittingTexts(),
    title="Millstream",
    version="1",
    urls_namespace="api",
    auth=SIGNED_IN,
    docs_url=None,
    description=(
        "Shows, products, orders, parcels, custody scans, statements. A program sends `Authorization: Bearer KEY` with "
        "a key from its desk; buying takes an `Idempotency-Key`."
    ),
)
for router in (live, deals, shops, orders, logistics, ledger):
    api.add_router("", router)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal in the API's form: code, what, next, facts."""
    return refusal_response(request, refusal)


def docs(request: HttpRequest) -> HttpResponse:
    """What the API can do, from its OpenAPI description, as a page without scripts."""
    described = api.get_openapi_schema()
    operations = [
        {"method": method.upper(), "path": path, "told": told, "open": {} in told.get("security", [{}])}
        for path, methods in described["paths"].items()
        for method, told in methods.items()
    ]
    return render(request, "api_docs.html", {"info": described["info"], "operations": operations})
