"""What every view of logistics asks of its request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.logistics import api
from millstream.logistics.types import ScanAsk, ScanDone, ScanOutcome, ScanPurpose
from millstream.people.acting import Acting
from millstream.people.api import actors
from millstream.people.types import ActorRecord

LONGEST_CODE = 300
LARGEST_NUMBER = 9


def actors_by_id(ids: Iterable[UUID]) -> dict[UUID, ActorRecord]:
    """The actors with these ids, in one query."""
    return {UUID(int=key.int): record for key, record in actors(ids).items()}


def now_of(request: HttpRequest) -> datetime:
    """The request's one moment."""
    moment: datetime = request.now()  # type: ignore[attr-defined]
    return moment


def acting_of(request: HttpRequest) -> Acting:
    """Who acts, after the guard of the view."""
    acting: Acting = request.acting  # type: ignore[attr-defined]
    return acting


def me(request: HttpRequest) -> UUID:
    """The acting actor's id, after the guard of the view."""
    actor = acting_of(request).actor
    assert actor is not None, "the guard lets nobody past without an actor"
    return actor.id


def uuid_of(request: HttpRequest, name: str) -> UUID | None:
    """A UUID field of a form, or None when it is absent or none."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return None


def number_of(request: HttpRequest, name: str) -> int:
    """A whole number typed in a form; 0 when it is none, which no action accepts."""
    typed = request.POST.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LARGEST_NUMBER else 0


def scan_from(request: HttpRequest, purpose: ScanPurpose, pickup_code: str = "", **given: Any) -> ScanDone:
    """Do the scan that a form sends; its hidden ``scan`` id makes a second sending of the same page a replay."""
    acting = acting_of(request)
    return api.scan(
        ScanAsk(
            id=uuid_of(request, "scan") or new_id(),
            text=request.POST.get("code", "")[:LONGEST_CODE],
            purpose=purpose,
            acting=me(request),
            user_id=acting.user_id,
            device=request.headers.get("User-Agent", "")[:60],
            damaged=request.POST.get("damaged") == "on",
            code=pickup_code,
            **given,
        ),
        now=now_of(request),
    )


def scan_answer(done: ScanDone, good: str, again: str) -> dict[str, Any]:
    """What the scan_result component shows."""
    if done.outcome is ScanOutcome.REFUSED:
        said = said_again(done)
        return {"outcome": "refused", "what": said[0], "note": said[1]}
    return {"outcome": "ok", "what": done.label, "note": good if done.outcome is ScanOutcome.ACCEPTED else again}


def said_again(done: ScanDone) -> tuple[str, str]:
    """The words of a refusal that was kept as data."""
    refusal = Refusal(**dict(done.facts))
    refusal.code = done.refusal_code  # type: ignore[misc]
    said = say(refusal)
    return said.what, said.next


def fresh_scan(**hidden: object) -> dict[str, str]:
    """The hidden fields of a scan form, with a fresh id for the next scan."""
    return {"scan": str(new_id()), **{name: str(value) for name, value in hidden.items()}}
