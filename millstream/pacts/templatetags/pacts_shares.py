"""The tag that tells a buyer where the money goes."""

from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context

from millstream.kernel.clock import read_now
from millstream.kernel.money import to_minor
from millstream.kernel.settings import conf
from millstream.pacts.api import where_it_goes as shares_of
from millstream.pacts.web.shares import share_rows

register = template.Library()


@register.inclusion_tag("pacts/_where_it_goes.html", takes_context=True)
def where_it_goes(context: Context, seller: UUID, host: UUID | None = None, in_room: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - a template's argument
    """Draw where a hundred paid to a seller goes: two queries, pacts and names."""
    request = context.get("request")
    now = request.now() if request is not None else read_now()
    total = to_minor("100", conf().currency)
    shares = shares_of(seller, total, host=host, in_room=in_room, now=now)
    return {"total_minor": total, "currency": conf().currency, "in_room": share_rows(shares), "outside": []}
