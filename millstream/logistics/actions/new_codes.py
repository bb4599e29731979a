"""Fresh random codes: unguessable, and free in the table that will hold them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from millstream.kernel.scoping import OwnedManager
from millstream.logistics.models import Bag, Handover, Parcel, Run
from millstream.logistics.rules import codes

_HOLDERS: Final[Mapping[str, OwnedManager[Any]]] = {
    codes.PARCEL: Parcel.objects,
    codes.BAG: Bag.objects,
    codes.RUN: Run.objects,
    codes.HANDOVER: Handover.objects,
}
MOST_ROUNDS = 5


def new_codes(kind: str, count: int) -> list[str]:
    """``count`` different codes that no row has. A race for the same one of 32**10 is left to the unique constraint."""
    free: dict[str, None] = {}
    rows = _HOLDERS[kind].unscoped("codes are unique over all of them")
    for _ in range(MOST_ROUNDS):
        fresh = [codes.make_code(kind, secrets.randbelow(codes.BODY_LIMIT)) for _ in range(count - len(free))]
        taken = set(rows.filter(code__in=fresh).values_list("code", flat=True))
        free.update(dict.fromkeys(code for code in fresh if code not in taken))
        if len(free) >= count:
            return list(free)
    raise AssertionError("no free codes: the source of randomness is broken")


def draw_secret_digits() -> str:
    """A six-digit code for the other side of a handover to read aloud."""
    return f"{secrets.randbelow(10**6):06d}"
