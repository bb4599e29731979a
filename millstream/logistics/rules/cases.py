"""How a case can end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from millstream.logistics.types import CaseKind, Resolution

# The first is the usual one. A parcel that the carrier brings back has none but its scan, until it is given up.
WAYS_OUT: Final[Mapping[CaseKind, tuple[Resolution, ...]]] = {
    CaseKind.UNKNOWN_LABEL: (Resolution.NOT_OURS,),
    CaseKind.MISROUTED: (Resolution.CARRY_ON, Resolution.SEND_BACK),
    CaseKind.DOUBLE_CUSTODY: (Resolution.CARRY_ON,),
    CaseKind.MISSING: (Resolution.FOUND, Resolution.CARRY_ON, Resolution.WRITTEN_OFF),
    CaseKind.EXTRA: (Resolution.CARRY_ON,),
    CaseKind.DAMAGED: (Resolution.CARRY_ON, Resolution.SEND_BACK, Resolution.WRITTEN_OFF),
    CaseKind.SEAL_BROKEN: (Resolution.CARRY_ON,),
    CaseKind.CARRIER_REFUSED: (Resolution.SEND_BACK, Resolution.CARRY_ON),
    CaseKind.RETURNED: (Resolution.WRITTEN_OFF,),
}


def ways_out(kind: CaseKind, *, giver_is_over: bool) -> tuple[Resolution, ...]:
    """How a case of this kind may be settled.

    What a van that is back did not bring cannot carry on with it: nobody would ever scan it there again.
    """
    ways = WAYS_OUT[kind]
    if kind is CaseKind.MISSING and giver_is_over:
        return tuple(way for way in ways if way is not Resolution.CARRY_ON)
    return ways
