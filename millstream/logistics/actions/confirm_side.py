"""Each side of a handover confirms for itself: by its own sign-in, or by its code typed on the other's device."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.db import transaction
from django.db.models import F

from millstream.logistics.models import Run, Stop
from millstream.logistics.refusals import CodeLocked, NotYours, WrongCode
from millstream.logistics.rules.handovers import CODE_TRIES
from millstream.logistics.types import Holder, HolderKind

SIGN_IN, CODE, RECEIPT = "sign_in", "code", "receipt"


def side_actor(side: Holder, run: Run | None) -> UUID:
    """The actor who speaks for a side: a run's driver, else the holder itself."""
    if side.kind is HolderKind.RUN:
        assert run is not None, "a side that is a run comes with its run"
        assert run.id == side.id, "the side is this run"
        driver: UUID = run.driver_id
        return driver
    return side.id


def confirm_side(side: Holder, *, acting: UUID, code: str, run: Run | None, stop: Stop | None) -> str:
    """How the side confirmed: ``sign_in`` or ``code``; refuses anybody else, and a code after five wrong tries."""
    if acting == side_actor(side, run):
        return SIGN_IN
    if not code:
        raise NotYours(label="")
    keeper = _code_row(side, run, stop)
    if keeper is None:
        raise NotYours(label="")
    row, right = keeper
    if row.code_tries >= CODE_TRIES:
        raise CodeLocked
    if not right or not hmac.compare_digest(right.encode(), code.strip().encode()):
        on = "run" if isinstance(row, Run) else "stop"
        raise WrongCode(left=CODE_TRIES - row.code_tries - 1, on=on, row=row.id)
    return CODE


def _code_row(side: Holder, run: Run | None, stop: Stop | None) -> tuple[Run | Stop, str] | None:
    if side.kind is HolderKind.RUN and run is not None:
        return run, run.driver_code
    if side.kind is HolderKind.STATION and stop is not None and stop.station_id == side.id:
        return stop, stop.station_code
    return None


@transaction.atomic
def count_wrong_code(refusal: WrongCode) -> None:
    """Count a wrong code in a transaction of its own: the refused action has left nothing behind."""
    row = UUID(str(refusal.facts["row"]))
    if refusal.facts["on"] == "run":
        Run.objects.unscoped("counts tries").filter(id=row).update(code_tries=F("code_tries") + 1)
    else:
        Stop.objects.filter(id=row).update(code_tries=F("code_tries") + 1)
