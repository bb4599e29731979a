"""A town with the demo's pacts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from millstream.kernel.clock import read_now
from millstream.pacts.api import agree_pact
from millstream.pacts.types import PactSpec, Part
from millstream.people.types import ActorKind
from tests.ledger.cast import actor, platform


@dataclass(frozen=True, slots=True)
class Town:
    """Who shares a sale."""

    amina: UUID
    dao: UUID
    esi: UUID
    femi: UUID
    park: UUID
    platform: UUID
    now: datetime


def open_town() -> Town:
    """Amina makes, Dao hosts, Esi keeps the station, Femi is a stranger; 5 %, 3 %, 20 %, 2 %."""
    town = Town(
        amina=actor("Amina", ActorKind.HOUSEHOLD),
        dao=actor("Dao"),
        esi=actor("Esi", ActorKind.STATION),
        femi=actor("Femi"),
        park=actor("Kiln Park", ActorKind.PARK),
        platform=platform(),
        now=read_now(),
    )
    for spec in (
        PactSpec(Part.PLATFORM, 50, town.platform),
        PactSpec(Part.PARK, 30, town.park),
        PactSpec(Part.HOST, 200, None),
        PactSpec(Part.STATION, 20, town.esi, seller=town.amina),
    ):
        agree_pact(spec, now=town.now)
    return town
