"""Seal a bag; open it again at the other end; count a broken one piece by piece."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.move_custody import (
    Why,
    holder_of,
    lock_bags,
    lock_children,
    move_bags,
    move_parcels,
)
from millstream.logistics.actions.open_case import CaseAsk, open_case
from millstream.logistics.models import Bag, HandoverItem, Parcel
from millstream.logistics.queries.bags import bag_record
from millstream.logistics.refusals import (
    AlreadyOffered,
    BadSeal,
    BagEmpty,
    BagNotOpen,
    BagUnsealed,
    NotYours,
    SealTaken,
)
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    BagRecord,
    BagState,
    CaseKind,
    EventKind,
    HolderKind,
    ParcelState,
)

LONGEST_SEAL = 40
BACK_AT = {HolderKind.CENTRE.value: ParcelState.AT_CENTRE, HolderKind.STATION.value: ParcelState.AT_STATION}


@transaction.atomic
def seal_bag(bag_id: UUID, *, seal: str, acting: UUID, now: datetime) -> BagRecord:
    """Close an open bag with a numbered seal; from now on it moves as one thing."""
    seal = seal.strip().upper()
    if not seal or len(seal) > LONGEST_SEAL:
        raise BadSeal(longest=LONGEST_SEAL)
    bag = _lock(bag_id, acting)
    if bag.state == BagState.SEALED and bag.seal == seal:
        return bag_record(bag)
    if bag.state != BagState.OPEN:
        raise BagNotOpen(label=for_people(bag.code))
    if not lock_children([bag]):
        raise BagEmpty(label=for_people(bag.code))
    try:
        with transaction.atomic():
            rows = Bag.objects.unscoped("the station that holds it seals it").filter(id=bag.id, state="open")
            changed = rows.update(state=BagState.SEALED.value, seal=seal, sealed_at=now)
            assert changed == 1, "the bag is locked"
    except IntegrityError as error:
        if "seal_used_once" in str(error):
            raise SealTaken(seal=seal) from None
        raise
    bag.state, bag.seal, bag.sealed_at = BagState.SEALED.value, seal, now
    move_bags([bag], Why(EventKind.SEAL, by=acting, detail={"seal": seal}), now=now)
    return bag_record(bag)


@transaction.atomic
def unseal_bag(bag_id: UUID, *, seal_seen: str, acting: UUID, now: datetime) -> BagRecord:
    """Open a bag that arrived. The right seal frees its parcels at once; any other forces a piece by piece scan.

    An offered bag stays closed. A broken one opens a case that its holder's side must settle.
    """
    bag = _lock(bag_id, acting)
    label = for_people(bag.code)
    if bag.state in (BagState.EMPTIED, BagState.BROKEN):
        return bag_record(bag)
    if bag.state != BagState.SEALED:
        raise BagUnsealed(label=label)
    if HandoverItem.objects.filter(bag=bag, is_open=True, expected=True).exists():
        raise AlreadyOffered(label=label)
    children = lock_children([bag])
    seen = seal_seen.strip().upper()
    if seen != bag.seal:
        break_seal(bag, acting=acting, seal_seen=seen, children=children, now=now)
        return bag_record(bag)
    why = Why(EventKind.UNSEAL, by=acting, detail={"bag": bag.code, "seal": seen})
    move_parcels(children, why, state=BACK_AT[bag.holder_kind], bag=None, now=now)
    _close(bag, why, now)
    return bag_record(bag)


def break_seal(
    bag: Bag, *, acting: UUID, seal_seen: str, children: list[Parcel], now: datetime, handover: UUID | None = None
) -> None:
    """Note a broken or changed seal on a locked bag and open its case; its parcels stay in until they are scanned."""
    Bag.objects.unscoped("its holder found the seal broken").filter(id=bag.id).update(state=BagState.BROKEN.value)
    bag.state = BagState.BROKEN.value
    detail = {"seal": bag.seal, "seen": seal_seen}
    move_bags([bag], Why(EventKind.SEAL_BROKEN, by=acting, handover=handover, detail=detail), now=now)
    owner = bag.destination_id
    open_case(
        CaseAsk(
            kind=CaseKind.SEAL_BROKEN,
            site=acting,
            owner=owner,
            currency=children[0].currency if children else "",
            bag=bag.id,
            handover=handover,
            label=bag.code,
            liable=holder_of(bag),
            value_minor=sum(child.value_minor for child in children),
        ),
        now=now,
    )


@transaction.atomic
def finish_broken_bag(bag_id: UUID, *, acting: UUID, now: datetime) -> list[UUID]:
    """Say that a broken bag was counted: what was not scanned out of it is missing, one case each.

    Gives the ids of the cases. The missing parcels leave the bag on paper; its holder stays liable for them.
    """
    bag = _lock(bag_id, acting)
    if bag.state == BagState.EMPTIED:
        return []
    if bag.state != BagState.BROKEN:
        raise BagUnsealed(label=for_people(bag.code))
    missing = lock_children([bag])
    why = Why(EventKind.CASE_OPEN, by=acting, detail={"bag": bag.code, "kind": CaseKind.MISSING.value})
    move_parcels(missing, why, state=BACK_AT[bag.holder_kind], bag=None, now=now)
    cases = [
        open_case(
            CaseAsk(
                kind=CaseKind.MISSING,
                site=acting,
                owner=bag.destination_id,
                currency=parcel.currency,
                parcel=parcel.id,
                label=parcel.code,
                liable=holder_of(parcel),
                value_minor=parcel.value_minor,
            ),
            now=now,
        )
        for parcel in missing
    ]
    _close(bag, Why(EventKind.UNSEAL, by=acting, detail={"missing": len(missing)}), now)
    return cases


def _lock(bag_id: UUID, acting: UUID) -> Bag:
    bags = lock_bags([bag_id])
    if not bags:
        raise NotFound(what="bag")
    if bags[0].holder_id != acting:
        raise NotYours(label=for_people(bags[0].code))
    return bags[0]


def _close(bag: Bag, why: Why, now: datetime) -> None:
    rows = Bag.objects.unscoped("its holder emptied it").filter(id=bag.id)
    rows.update(state=BagState.EMPTIED.value, emptied_at=now)
    bag.state, bag.emptied_at = BagState.EMPTIED.value, now
    move_bags([bag], why, now=now)
