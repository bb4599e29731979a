"""The giver offers: a frozen list, signed by the giver's own sign-in or code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.confirm_side import confirm_side, count_wrong_code, side_actor
from millstream.logistics.actions.move_custody import holder_of, lock_bags, lock_children, lock_parcels
from millstream.logistics.actions.new_codes import new_codes
from millstream.logistics.models import Bag, Centre, Handover, HandoverItem, Manifest, Parcel, Run, Station, Stop
from millstream.logistics.queries.handovers import handover_record
from millstream.logistics.refusals import (
    AlreadyOffered,
    BagUnsealed,
    HandoverWithdrawn,
    InBag,
    NothingToHandOver,
    NotYours,
    WrongCode,
    WrongState,
)
from millstream.logistics.rules import codes
from millstream.logistics.rules.codes import for_people
from millstream.logistics.rules.custody import STAYS
from millstream.logistics.rules.handovers import ManifestLine, manifest_hash
from millstream.logistics.types import (
    BagState,
    HandoverRecord,
    HandoverState,
    Holder,
    HolderKind,
    ItemOutcome,
    OfferAsk,
)


def offer_handover(ask: OfferAsk, *, now: datetime) -> HandoverRecord:
    """Freeze what is to change hands; nothing moves until the taker accepts.

    Refuses what the giver does not hold, parcels inside a bag, unsealed bags, and what is in another open offer.
    """
    try:
        return _offer(ask, now)
    except WrongCode as refusal:
        count_wrong_code(refusal)
        raise


@transaction.atomic
def _offer(ask: OfferAsk, now: datetime) -> HandoverRecord:
    run, stop = _lock_journey(ask)
    how = confirm_side(ask.giver, acting=ask.acting, code=ask.code, run=run, stop=stop)
    bags, parcels = lock_bags(ask.bag_ids), lock_parcels(ask.parcel_ids)
    if len(bags) + len(parcels) < len(set(ask.bag_ids)) + len(set(ask.parcel_ids)):
        raise NotFound(what="parcel")
    if not bags and not parcels:
        raise NothingToHandOver
    _check(bags, parcels, ask.giver)
    manifest = _freeze(ask, bags, parcels, now)
    handover = Handover(
        code=new_codes(codes.HANDOVER, 1)[0],
        manifest=manifest,
        giver_kind=ask.giver.kind.value,
        giver_id=ask.giver.id,
        taker_kind=ask.taker.kind.value,
        taker_id=ask.taker.id,
        run=run,
        stop=stop,
        centre_id=_centre_of(ask, run),
        state=HandoverState.OFFERED.value,
        offered_by_id=side_actor(ask.giver, run),
        offered_how=how,
        offered_at=now,
    )
    Handover.objects.unscoped("the giver offers").bulk_create([handover])
    _write_items(handover, bags, parcels)
    return handover_record(handover)


@transaction.atomic
def withdraw_handover(handover_id: UUID, *, acting: UUID, now: datetime) -> HandoverRecord:
    """The giver takes an offer back that nobody accepted yet."""
    rows = Handover.objects.unscoped("the action checks the giver")
    handover = rows.select_for_update(of=("self",)).select_related("run").filter(id=handover_id).first()
    if handover is None:
        raise NotFound(what="handover")
    giver = Holder(HolderKind(handover.giver_kind), handover.giver_id)
    confirm_side(giver, acting=acting, code="", run=handover.run, stop=None)
    if handover.state == HandoverState.WITHDRAWN:
        return handover_record(handover)
    if handover.state != HandoverState.OFFERED:
        raise HandoverWithdrawn
    rows.filter(id=handover.id).update(state=HandoverState.WITHDRAWN.value)
    handover.state = HandoverState.WITHDRAWN.value
    HandoverItem.objects.filter(handover=handover).update(is_open=False)
    return handover_record(handover)


def _lock_journey(ask: OfferAsk) -> tuple[Run | None, Stop | None]:
    if ask.run_id is None:
        return None, None
    run = Run.objects.unscoped("both sides are checked").select_for_update().filter(id=ask.run_id).first()
    if run is None:
        raise NotFound(what="run")
    stop = Stop.objects.filter(run=run, id=ask.stop_id).first() if ask.stop_id else None
    if ask.stop_id is not None and stop is None:
        raise NotFound(what="stop")
    return run, stop


def _centre_of(ask: OfferAsk, run: Run | None) -> UUID:
    if run is not None:
        centre: UUID = run.centre_id
        return centre
    for side in (ask.giver, ask.taker):
        if side.kind is HolderKind.CENTRE:
            return side.id
    sides = [ask.giver.id, ask.taker.id]
    found = Station.objects.filter(actor_id__in=sides).values_list("centre__actor_id", flat=True).first()
    assert found is not None, "a handover has a station, a centre or a run on one side"
    return found


def _check(bags: Sequence[Bag], parcels: Sequence[Parcel], giver: Holder) -> None:
    things: Iterable[Bag | Parcel] = [*bags, *parcels]
    for thing in things:
        if holder_of(thing) != giver:
            raise NotYours(label=for_people(thing.code))
    for bag in bags:
        if bag.state not in (BagState.SEALED, BagState.BROKEN):
            raise BagUnsealed(label=for_people(bag.code))
    for parcel in parcels:
        if parcel.bag_id is not None:
            bag = Bag.objects.unscoped("names the bag it lies in").get(id=parcel.bag_id)
            raise InBag(label=for_people(parcel.code), bag=for_people(bag.code))
        if parcel.state in STAYS:
            raise WrongState(label=for_people(parcel.code), state=parcel.state)


def _freeze(ask: OfferAsk, bags: Sequence[Bag], parcels: Sequence[Parcel], now: datetime) -> Manifest:
    inside: dict[UUID, list[Parcel]] = {bag.id: [] for bag in bags}
    for child in lock_children(bags):
        assert child.bag_id is not None
        inside[child.bag_id].append(child)
    lines = [
        ManifestLine(
            bag.code,
            codes.BAG,
            sum(child.weight_grams for child in inside[bag.id]),
            tuple(sorted(child.code for child in inside[bag.id])),
        )
        for bag in bags
    ] + [ManifestLine(parcel.code, codes.PARCEL, parcel.weight_grams) for parcel in parcels]
    return Manifest.objects.create(
        hash=manifest_hash(f"{ask.giver.kind}:{ask.giver.id}", f"{ask.taker.kind}:{ask.taker.id}", lines),
        giver_kind=ask.giver.kind.value,
        giver_id=ask.giver.id,
        taker_kind=ask.taker.kind.value,
        taker_id=ask.taker.id,
        lines=[
            {
                "code": line.code,
                "kind": line.kind,
                "weight_grams": line.weight_grams,
                "children": list(line.children),
            }
            for line in lines
        ],
        pieces=sum(len(line.children) or 1 for line in lines),
        weight_grams=sum(line.weight_grams for line in lines),
        frozen_at=now,
    )


def _write_items(handover: Handover, bags: Sequence[Bag], parcels: Sequence[Parcel]) -> None:
    items = [HandoverItem(handover=handover, bag=bag, expected=True, outcome=ItemOutcome.EXPECTED) for bag in bags]
    items += [
        HandoverItem(handover=handover, parcel=parcel, expected=True, outcome=ItemOutcome.EXPECTED)
        for parcel in parcels
    ]
    try:
        with transaction.atomic():
            HandoverItem.objects.bulk_create(items)
    except IntegrityError as error:
        if "in_one_open_offer" in str(error):
            raise AlreadyOffered from None
        raise


def centre_row(actor: UUID) -> Centre:
    """The centre of an actor; refuses whoever is none."""
    centre = Centre.objects.filter(actor_id=actor).first()
    if centre is None:
        raise NotFound(what="centre")
    return centre
