"""A sale's shares as a page shows them: a bar, a line for each part, in the words of the reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from millstream.kernel.texts import localised
from millstream.kernel.web.formats import format_number
from millstream.pacts.types import Part, ShareShown
from millstream.people.api import actors
from millstream.people.types import ActorId, ActorRecord

PARTS: Final[Mapping[Part, str | Promise]] = {
    Part.MAKER: _l("Maker"),
    Part.HOST: _l("Host"),
    Part.STATION: _l("Station"),
    Part.PARK: _l("Park"),
    Part.PLATFORM: _l("Platform"),
    Part.CARRIAGE: _l("Carriage"),
}


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One part of a sale, ready for a template; `start` and `width` are permille of the bar."""

    part: str
    label: str
    name: str
    percent: str
    amount_minor: int
    start: int
    width: int


def percent(permille: int) -> str:
    """Parts per thousand as people read them: 200 is `20 %`."""
    return f"{format_number(Decimal(permille) / 10)} %"


def share_rows(shares: Iterable[ShareShown]) -> list[ShareRow]:
    """The rows of some shares, one query for all names."""
    told = list(shares)
    known = actors(share.actor for share in told if share.actor is not None)
    rows, start = [], 0
    for share in told:
        rows.append(
            ShareRow(
                part=share.part.value,
                label=str(PARTS[share.part]),
                name=_named(share.actor, known),
                percent=percent(share.permille),
                amount_minor=share.amount_minor,
                start=start,
                width=share.permille,
            )
        )
        start += share.permille
    return rows


def _named(actor: UUID | None, known: Mapping[ActorId, ActorRecord]) -> str:
    if actor is None:
        return _("whoever hosts the show")
    return localised(known[ActorId(actor)].name)
