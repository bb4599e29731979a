"""Print the label of a parcel."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from millstream.kernel.refusals import NotFound
from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.kernel.web.formats import format_weight
from millstream.logistics.adapters.label_content import LabelContent
from millstream.logistics.models import CarrierBooking, Parcel
from millstream.logistics.queries.runs import route_codes
from millstream.logistics.rules.codes import mask_phone
from millstream.people.api import actors, address_lines
from millstream.people.types import ActorId


def print_label(parcel_id: UUID, *, acting: UUID, now: datetime) -> bytes:
    """The label as PDF, in the reader's language; for the maker, the station and the centre of the parcel.

    Reading the address in the clear is logged under the acting actor.
    """
    rows = Parcel.objects.visible_to(acting).exclude(buyer_id=acting)
    parcel = rows.filter(id=parcel_id).first()
    if parcel is None:
        raise NotFound(what="parcel")
    # Drawing takes 50 MB of a process, so it comes with the first label.
    from millstream.logistics.adapters.label_pdf import draw_label  # noqa: PLC0415

    return draw_label(_content(parcel, acting, now))


def _content(parcel: Parcel, acting: UUID, now: datetime) -> LabelContent:
    route, centre_code = route_codes([parcel.station_id])[parcel.station_id]
    names = actors([parcel.seller_id, parcel.station_id])
    seller, station = names[ActorId(parcel.seller_id)], names[ActorId(parcel.station_id)]
    sort = CarrierBooking.objects.filter(parcel=parcel).values_list("sort_code", flat=True).first() or ""
    to_name, to_phone, to_lines = "", "", ""
    if parcel.address_id is not None:
        address = address_lines(parcel.address_id, reader=acting, reason="parcel label", now=now)
        to_name, to_phone, to_lines = address.name, mask_phone(address.phone), address.lines
    return LabelContent(
        code=parcel.code,
        link=f"{conf().public_origin}/track/{parcel.code}/",
        route_code=route,
        centre_code=centre_code,
        sort_code=sort,
        to_name=to_name,
        to_phone=to_phone,
        to_lines=to_lines,
        from_name=localised(seller.name),
        station_name=localised(station.name),
        contents=tuple(f"{line['quantity']} × {localised(line['title'])}" for line in parcel.contents),
        weight=format_weight(parcel.weight_grams),
        order_code=parcel.order_code,
        day=timezone.localtime(now).date().isoformat(),
    )
