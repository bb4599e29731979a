"""The REST door: parcels, their timelines, and custody scans."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotAllowed
from millstream.logistics import api
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    ParcelRecord,
    ParcelState,
    ScanAsk,
    ScanDone,
    ScanOutcome,
    ScanPurpose,
    TimelineStep,
)
from millstream.logistics.web.asking import said_again
from millstream.people.acting import Acting

router = Router(tags=["parcels"])

MOST_PARCELS = 100


class HolderOut(Schema):
    """Who holds it."""

    kind: str
    id: UUID


class StepOut(Schema):
    """One custody event."""

    number: int
    kind: str
    holder: HolderOut
    holder_name: dict[str, str]
    note: str
    place: str
    at: datetime


class ParcelOut(Schema):
    """A parcel without personal data."""

    id: UUID
    code: str
    order: UUID
    order_code: str
    state: str
    holder: HolderOut
    weight_grams: int
    misrouted: bool
    carrier_number: str
    opened_at: datetime
    delivered_at: datetime | None


class ParcelPageOut(Schema):
    """A page of parcels; ask for the next with ``after``."""

    items: list[ParcelOut]
    next_after: str | None


class ParcelWithStepsOut(ParcelOut):
    """A parcel with all its custody events in order."""

    steps: list[StepOut]


class Asked(Schema):
    """Which parcels: all, or those in some states; ``after`` continues a page."""

    state: list[ParcelState] = []
    after: str | None = None


class ScanIn(Schema):
    """One scan. The same ``id`` with the same content gets the first answer and does nothing again."""

    id: UUID | None = None
    code: str
    purpose: ScanPurpose
    bag: UUID | None = None
    handover: UUID | None = None
    damaged: bool = False
    pickup_code: str = ""
    device: str = ""
    device_at: datetime | None = None


class ScanOut(Schema):
    """What came of a scan; a refused one is kept too."""

    id: UUID
    outcome: str
    label: str
    parcel: UUID | None
    bag: UUID | None
    case: UUID | None
    refusal: str
    what: str
    next: str


def _me(request: HttpRequest) -> UUID:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    if acting.actor is None:
        raise NotAllowed(path=request.path)
    return acting.actor.id


@router.get("/parcels", response=ParcelPageOut, summary="A maker's own parcels, newest first")
def list_parcels(request: HttpRequest, asked: Annotated[Asked, Query()]) -> Any:
    """The parcels that the acting actor sends."""
    page = api.parcels_of_seller(_me(request), states=asked.state, after=asked.after, size=MOST_PARCELS)
    return {"items": [_parcel(one) for one in page.items], "next_after": page.next_after}


@router.get("/parcels/{code}", response=ParcelWithStepsOut, summary="One parcel with its custody events")
def show_parcel(request: HttpRequest, code: str) -> Any:
    """A parcel that the acting actor sends, awaits, or has at its place."""
    found = api.parcel_by_code(code, reader=_me(request))
    return _parcel(found) | {"steps": [_step(step) for step in api.parcel_timeline(found.id)]}


@router.post("/custody/scans", response={200: ScanOut, 409: ScanOut}, summary="Scan a label")
def scan(request: HttpRequest, told: ScanIn) -> Any:
    """Do what the scan asks for; 409 with the reason when it is refused."""
    acting: Acting = request.acting  # type: ignore[attr-defined]
    done = api.scan(
        ScanAsk(
            id=told.id or new_id(),
            text=told.code,
            purpose=told.purpose,
            acting=_me(request),
            user_id=acting.user_id,
            device=told.device,
            device_at=told.device_at,
            bag_id=told.bag,
            handover_id=told.handover,
            damaged=told.damaged,
            code=told.pickup_code,
        ),
        now=request.now(),  # type: ignore[attr-defined]
    )
    return (409 if done.outcome is ScanOutcome.REFUSED else 200), _scan(done)


def _parcel(one: ParcelRecord) -> dict[str, Any]:
    return {
        "id": one.id,
        "code": for_people(one.code),
        "order": one.order_id,
        "order_code": one.order_code,
        "state": one.state.value,
        "holder": {"kind": one.holder.kind.value, "id": one.holder.id},
        "weight_grams": one.weight_grams,
        "misrouted": one.misrouted,
        "carrier_number": one.carrier_number,
        "opened_at": one.opened_at,
        "delivered_at": one.delivered_at,
    }


def _step(step: TimelineStep) -> dict[str, Any]:
    return {
        "number": step.number,
        "kind": step.kind.value,
        "holder": {"kind": step.holder.kind.value, "id": step.holder.id},
        "holder_name": dict(step.holder_name),
        "note": step.note,
        "place": step.place,
        "at": step.at,
    }


def _scan(done: ScanDone) -> dict[str, Any]:
    what, then = said_again(done) if done.refusal_code else ("", "")
    return {
        "id": done.id,
        "outcome": done.outcome.value,
        "label": done.label,
        "parcel": done.parcel_id,
        "bag": done.bag_id,
        "case": done.case_id,
        "refusal": done.refusal_code,
        "what": what,
        "next": then,
    }
