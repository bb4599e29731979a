"""A scan inside an open handover: what is really there, offered or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from millstream.logistics.actions.accept_handover import lock_handover, sides_of
from millstream.logistics.actions.confirm_side import side_actor
from millstream.logistics.models import Bag, HandoverItem, Parcel
from millstream.logistics.refusals import InBag, NotYours, ParcelCancelled
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import ItemOutcome, ParcelState


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was scanned, by whom, and whether it is damaged (for a bag: its seal is broken)."""

    handover_id: UUID
    acting: UUID
    parcel: Parcel | None
    bag: Bag | None
    damaged: bool = False


def scan_in_handover(scanned: Scanned, *, now: datetime) -> bool:
    """Mark it as seen; what was not offered is written down as extra. False when it was seen before.

    Either side may scan, because a scan moves nothing: only the taker's accept does. A parcel inside an offered bag
    is seen by scanning its bag. One that was called off is refused: it goes back to its maker.
    """
    handover = lock_handover(scanned.handover_id)
    sides = {side_actor(side, handover.run) for side in sides_of(handover)}
    thing = scanned.parcel or scanned.bag
    assert thing is not None
    if scanned.acting not in sides:
        raise NotYours(label=for_people(thing.code))
    _check_not_inside(scanned)
    if scanned.parcel is not None and scanned.parcel.state == ParcelState.CANCELLED:
        raise ParcelCancelled(label=for_people(scanned.parcel.code))
    item = HandoverItem.objects.filter(handover=handover, parcel=scanned.parcel, bag=scanned.bag).first()
    if item is None:
        HandoverItem.objects.create(
            handover=handover,
            parcel=scanned.parcel,
            bag=scanned.bag,
            expected=False,
            scanned_at=now,
            damaged=scanned.damaged,
            outcome=ItemOutcome.EXTRA.value,
        )
        return True
    if item.scanned_at is not None and item.damaged == (item.damaged or scanned.damaged):
        return False
    item.scanned_at = item.scanned_at or now
    item.damaged = item.damaged or scanned.damaged
    item.save(update_fields=["scanned_at", "damaged"])
    return True


def _check_not_inside(scanned: Scanned) -> None:
    if scanned.parcel is None or scanned.parcel.bag_id is None:
        return
    bag = Bag.objects.unscoped("names the bag it lies in").get(id=scanned.parcel.bag_id)
    raise InBag(label=for_people(scanned.parcel.code), bag=for_people(bag.code))
