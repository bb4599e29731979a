"""A gift and people who reach for it."""

from datetime import datetime, timedelta
from uuid import UUID

from millstream.gifts.api import announce_gift
from millstream.gifts.types import GiftId, GiftKind, GiftRecord, GiftSpec, GrabAsk
from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.people.api import buyer_key
from tests.live.town import make_host

SEED = bytes(range(32))


def make_gift(
    kind: GiftKind = GiftKind.RED_PACKET,
    *,
    pieces: int = 5,
    budget_minor: int = 1_000,
    show: UUID | None = None,
    host: UUID | None = None,
    most_wins: int = 3,
    opens_in: float = 0,
    minimum_minor: int = 0,
    verified_only: bool = False,
    now: datetime | None = None,
) -> GiftRecord:
    """An announced gift, open for a minute."""
    now = now or read_now()
    spec = GiftSpec(
        show=show or new_id(),
        host=host or make_host(),
        kind=kind,
        title="Spring kiln",
        currency="CNY",
        budget_minor=budget_minor,
        pieces=pieces,
        opens_at=now + timedelta(seconds=opens_in),
        closes_at=now + timedelta(seconds=opens_in + 60),
        usable_until=now + timedelta(days=2),
        minimum_minor=minimum_minor,
        most_wins=most_wins,
        verified_only=verified_only,
    )
    return announce_gift(GiftId(new_id()), spec, seed=SEED, now=now)


def person(number: int) -> tuple[UUID, bytes]:
    """A visitor and the key of its contact."""
    return UUID(int=number + 1), buyer_key(f"+86138{number:08d}")


def reach(gift: GiftRecord, number: int, *, visitor: UUID | None = None) -> GrabAsk:
    """Person `number` reaches for a gift, from another browser if a visitor is given."""
    known, key = person(number)
    return GrabAsk(gift.id, visitor or known, key, f"Guest {number}")
