"""The centre hands parcels to the carrier: a frozen manifest on our side, the carrier's receipt on the other."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.logistics.actions.accept_handover import AcceptAsk, accept_handover, done_of
from millstream.logistics.actions.apply_tracking import apply_early
from millstream.logistics.actions.offer_handover import centre_row, offer_handover
from millstream.logistics.models import Handover, HandoverItem, Parcel
from millstream.logistics.ports import CarrierAdapter, CarrierAwayError, CarrierReceipt, ManifestAsk
from millstream.logistics.refusals import AlreadyAccepted, CarrierAway, NothingToHandOver
from millstream.logistics.types import (
    HandoverDone,
    HandoverId,
    HandoverRecord,
    HandoverState,
    Holder,
    HolderKind,
    OfferAsk,
    ParcelState,
)

MOST_PARCELS: Final = 200
MOST_HANDOVERS: Final = 20


def hand_to_carrier(carrier: CarrierAdapter, *, acting: UUID, now: datetime) -> HandoverDone:
    """Offer all checked parcels that have a number, give the carrier the list, and take its receipt.

    The carrier is asked outside any transaction. When it does not answer, the offer stands, the centre still holds
    the parcels, and ``send_offered`` gives the same list again.
    """
    offered = offer_to_carrier(acting=acting, now=now)
    try:
        return send_manifest(carrier, offered.id, now=now)
    except CarrierAwayError as error:
        raise CarrierAway(trouble=str(error)[:80]) from error


@transaction.atomic
def offer_to_carrier(*, acting: UUID, now: datetime) -> HandoverRecord:
    """Freeze the list of what goes to the carrier now; refuses when nothing is ready."""
    centre = centre_row(acting)
    offered = HandoverItem.objects.filter(is_open=True, expected=True, parcel__isnull=False).values("parcel_id")
    ready = (
        Parcel.objects.visible_to(acting)
        .filter(holder_id=acting, state=ParcelState.CHECKED.value, destination_station__isnull=True)
        .exclude(carrier_number="")
        .exclude(id__in=offered)
        .order_by("id")
        .values_list("id", flat=True)[:MOST_PARCELS]
    )
    parcels = tuple(ready)
    if not parcels or centre.carrier_id is None:
        raise NothingToHandOver
    return offer_handover(
        OfferAsk(
            giver=Holder(HolderKind.CENTRE, acting),
            taker=Holder(HolderKind.CARRIER, centre.carrier_id),
            acting=acting,
            parcel_ids=parcels,
        ),
        now=now,
    )


def send_manifest(carrier: CarrierAdapter, handover_id: HandoverId, *, now: datetime) -> HandoverDone:
    """Give the carrier the frozen list of an offer and accept in its name what its receipt lists.

    May be done again after a lost answer: the carrier receives a key once, and we accept once.
    """
    handover = (
        Handover.objects.unscoped("the worker sends every centre's").select_related("manifest").get(id=handover_id)
    )
    items = HandoverItem.objects.filter(handover=handover, expected=True).select_related("parcel")
    numbers = tuple(item.parcel.carrier_number for item in items if item.parcel is not None)
    receipt = carrier.manifest(ManifestAsk(handover.id, handover.manifest.hash, numbers))
    done = _accept(handover, receipt, now)
    apply_early(numbers, now=now)
    return done


def send_offered(carrier: CarrierAdapter, *, now: datetime) -> int:
    """Give the carrier the lists that it did not answer before; how many it took now."""
    waiting = Handover.objects.unscoped("the worker sends every centre's").filter(
        taker_kind=HolderKind.CARRIER.value, state=HandoverState.OFFERED.value
    )
    sent = 0
    for handover_id in waiting.order_by("offered_at").values_list("id", flat=True)[:MOST_HANDOVERS]:
        try:
            send_manifest(carrier, HandoverId(handover_id), now=now)
        except CarrierAwayError:
            return sent
        sent += 1
    return sent


@transaction.atomic
def _accept(handover: Handover, receipt: CarrierReceipt, now: datetime) -> HandoverDone:
    rows = Handover.objects.unscoped("the carrier's receipt is being written")
    locked = rows.select_for_update().get(id=handover.id)
    if locked.accepted_at is not None:
        return done_of(locked)
    HandoverItem.objects.filter(
        handover=handover, parcel__carrier_number__in=receipt.received, scanned_at__isnull=True
    ).update(scanned_at=now)
    try:
        return accept_handover(
            AcceptAsk(HandoverId(handover.id), acting=handover.taker_id, receipt=receipt.receipt), now=now
        )
    except AlreadyAccepted:
        raise AssertionError("the handover is locked") from None
