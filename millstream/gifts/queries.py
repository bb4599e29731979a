"""What can be asked about gifts and coupons."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db.models import Q

from millstream.gifts.models import Coupon, Gift, Reach, Wins
from millstream.gifts.refusals import NoSuchGift
from millstream.gifts.rules import amount_of, commitment_of, drawn_of, entry_line, order_of_draw, state_at
from millstream.gifts.types import (
    CouponId,
    CouponRecord,
    Difference,
    GiftId,
    GiftKind,
    GiftRecord,
    GiftState,
    Grabbed,
    ReachRecord,
)

MOST_LISTED: Final = 50
MOST_REACHES: Final = 5_000
LINES_AT_ONCE: Final = 2_000


def gift_record(row: Gift, now: datetime) -> GiftRecord:
    """The record of a row, as it stands at a moment."""
    return GiftRecord(
        id=GiftId(row.id),
        show=row.show,
        host=row.host_id,
        kind=GiftKind(row.kind),
        state=state_at(is_over=row.ended_at is not None, opens_at=row.opens_at, closes_at=row.closes_at, now=now),
        title=row.title,
        currency=row.currency,
        budget_minor=row.budget_minor,
        pieces=row.pieces,
        taken=row.taken,
        entries=row.entries,
        given_minor=row.given_minor,
        minimum_minor=row.minimum_minor,
        most_wins=row.most_wins,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        usable_until=row.usable_until,
        commitment=row.commitment,
        seed=row.seed,
        verified_only=row.verified_only,
        entries_sha256=row.entries_sha256,
    )


def gift(gift_id: UUID, now: datetime) -> GiftRecord:
    """One gift; refuses with `NoSuchGift`."""
    row = Gift.objects.filter(id=gift_id).first()
    if row is None:
        raise NoSuchGift
    return gift_record(row, now)


def gifts_of(show: UUID, now: datetime) -> list[GiftRecord]:
    """The gifts of a show, the newest first."""
    return [gift_record(row, now) for row in Gift.objects.filter(show=show).order_by("-id")[:MOST_LISTED]]


def open_gifts_of(show: UUID, now: datetime) -> list[GiftRecord]:
    """What a room shows: gifts that are announced or open, and the newest that is over."""
    told = gifts_of(show, now)
    current = [gift for gift in told if gift.state is not GiftState.OVER]
    return current or told[:1]


def reaches(gift_id: UUID, *, after: int = 0, limit: int = MOST_REACHES, won: bool = False) -> list[ReachRecord]:
    """Who reached for a gift, in order, `limit` of them behind the number `after`; only the winners with `won`."""
    rows = Reach.objects.filter(gift_id=gift_id, number__gt=after).order_by("number")
    if won:
        rows = rows.filter(amount_minor__gt=0)
    return [_reach_record(row) for row in rows[:limit]]


def _reach_record(row: Reach) -> ReachRecord:
    return ReachRecord(row.number, row.name, row.at, row.amount_minor, row.passed_over)


def entry_file(gift_id: UUID, entries: int, *, told: bool) -> Iterator[bytes]:
    """The file of a gift's entries, some thousand lines at a time; amounts only when they are `told`."""
    after = 0
    while after < entries:
        found = reaches(gift_id, after=after, limit=min(LINES_AT_ONCE, entries - after))
        if not found:
            return
        yield b"".join(entry_line(one, told=told) for one in found)
        after = found[-1].number


def entries_hash(gift_id: UUID, entries: int) -> str:
    """The SHA-256 of the file of entries of a gift that is over."""
    found = sha256()
    for lines in entry_file(gift_id, entries, told=True):
        found.update(lines)
    return found.hexdigest()


def read_reaches(row: Gift, people: Sequence[tuple[UUID, bytes]]) -> dict[bytes, Grabbed]:
    """What these people (visitor, buyer key) got of a gift before, under both of their names."""
    keys = [key for _, key in people]
    visitors = [visitor for visitor, _ in people]
    found = list(Reach.objects.filter(Q(buyer_key__in=keys) | Q(visitor__in=visitors), gift=row))
    codes = dict(
        Coupon.objects.filter(gift=row, number__in=[reach.number for reach in found]).values_list("number", "code")
    )
    known: dict[bytes, Grabbed] = {}
    for reach in found:
        told = Grabbed(
            gift=GiftId(row.id),
            number=reach.number,
            won=reach.amount_minor > 0,
            amount_minor=reach.amount_minor,
            currency=row.currency,
            coupon=codes.get(reach.number, ""),
            existed=True,
        )
        known[bytes(reach.buyer_key)] = known[reach.visitor.bytes] = told
    return known


def mine(gift_id: UUID, visitor: UUID) -> Grabbed | None:
    """What a visitor got of a gift."""
    row = Gift.objects.filter(id=gift_id).first()
    return read_reaches(row, [(visitor, b"")]).get(visitor.bytes) if row else None


def wins_of(show: UUID, keys: Sequence[bytes]) -> dict[bytes, int]:
    """How many gifts of a show these people have won; those without a win are left out."""
    rows = Wins.objects.filter(show=show, buyer_key__in=keys).values_list("buyer_key", "wins")
    return {bytes(key): wins for key, wins in rows}


def coupon_record(row: Coupon) -> CouponRecord:
    """The record of a coupon's row (with its gift)."""
    return CouponRecord(
        id=CouponId(row.id),
        code=row.code,
        gift=GiftId(row.gift_id),
        show=row.gift.show,
        host=row.gift.host_id,
        amount_minor=row.amount_minor,
        currency=row.gift.currency,
        minimum_minor=row.gift.minimum_minor,
        usable_until=row.gift.usable_until,
        used=row.used_order is not None,
    )


def coupons_of(
    visitor: UUID, buyer_key: bytes | None, *, now: datetime, host: UUID | None = None
) -> list[CouponRecord]:
    """The coupons that a person can still use, with one host or with all, the one that ends first first."""
    whose = Q(visitor=visitor) if buyer_key is None else Q(visitor=visitor) | Q(buyer_key=buyer_key)
    rows = Coupon.objects.filter(whose, used_order__isnull=True, gift__usable_until__gt=now).select_related("gift")
    if host is not None:
        rows = rows.filter(gift__host=host)
    return [coupon_record(row) for row in rows.order_by("gift__usable_until", "id")[:MOST_LISTED]]


def check_gifts() -> list[Difference]:
    """Everything about gifts that is not as promised, computed anew from seeds and rows."""
    wrong: list[Difference] = []
    for row in Gift.objects.order_by("id").iterator():
        where = f"gift {row.id}"
        rows = list(Reach.objects.filter(gift=row).order_by("number"))
        given = sum(reach.amount_minor for reach in rows)
        numbers = [reach.number for reach in rows]
        coupons = sum(Coupon.objects.filter(gift=row).values_list("amount_minor", flat=True))
        for promise, expected, found in (
            ("numbers count from 1 without a gap", list(range(1, row.entries + 1)), numbers),
            ("given is the sum of the reaches", row.given_minor, given),
            ("coupons come to what was given", row.given_minor, coupons),
        ):
            if expected != found:
                wrong.append(Difference(where, promise, str(expected)[:200], str(found)[:200]))
        if row.seed:
            wrong += _by_seed(row, rows)
        if row.entries_sha256 and row.entries_sha256 != (now := entries_hash(row.id, row.entries)):
            wrong.append(Difference(where, "the file of entries is the one whose hash stands", row.entries_sha256, now))
    return wrong


def _by_seed(row: Gift, rows: Sequence[Reach]) -> list[Difference]:
    seed, kind = bytes.fromhex(row.seed), GiftKind(row.kind)
    wrong = []
    if commitment_of(seed) != row.commitment:
        wrong.append(Difference(f"gift {row.id}", "the seed is the one committed to", row.commitment, row.seed))
    amounts = amount_of(kind, seed, row.id, budget_minor=row.budget_minor, pieces=row.pieces)
    if kind is GiftKind.DRAW:
        passed = frozenset(reach.number for reach in rows if reach.passed_over)
        won, _ = drawn_of(order_of_draw(seed, row.id, len(rows)), pieces=row.pieces, at_limit=passed)
        expected = {number: amounts[place] for place, number in enumerate(won)}
    else:
        expected = {reach.number: amounts[place] for place, reach in enumerate(rows)}
    found = {reach.number: reach.amount_minor for reach in rows if reach.amount_minor}
    if expected != found:
        wrong.append(
            Difference(f"gift {row.id}", "who got what follows from the seed", str(expected)[:200], str(found)[:200])
        )
    return wrong
