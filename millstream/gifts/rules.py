"""Who gets what of a gift: pure decisions, computed by anybody from the revealed seed.

Randomness is SHA-256 in counter mode over the seed and the gift's id: block n is SHA-256(seed || gift id || n as 8
bytes), read as big-endian 64-bit words; a word that would favour small numbers is left out (rejection sampling).
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from uuid import UUID

from millstream.gifts.types import (
    LONGEST_OPEN,
    LONGEST_TITLE,
    MOST_BUDGET_MINOR,
    MOST_PIECES,
    MOST_WINS,
    SEED_BYTES,
    SHORTEST_OPEN,
    CouponAsk,
    CouponRecord,
    GiftKind,
    GiftSpec,
    GiftState,
    ReachRecord,
)

_WORD = 2**64


def commitment_of(seed: bytes) -> str:
    """What is published before anybody reaches: the SHA-256 of the seed, in hex."""
    assert len(seed) == SEED_BYTES
    return sha256(seed).hexdigest()


def _words(seed: bytes, gift: UUID) -> Iterator[int]:
    block = 0
    while True:
        drawn = sha256(seed + gift.bytes + block.to_bytes(8, "big")).digest()
        yield from (int.from_bytes(drawn[at : at + 8], "big") for at in range(0, 32, 8))
        block += 1


def _below(words: Iterator[int], bound: int) -> int:
    """A number from 0 to `bound` - 1, every one as likely."""
    usable = _WORD - _WORD % bound
    return next(word for word in words if word < usable) % bound


def parts_of(seed: bytes, gift: UUID, *, budget_minor: int, pieces: int) -> tuple[int, ...]:
    """Cut a budget into random pieces of at least 1, every composition as likely; they sum to the budget exactly.

    The cuts are drawn by Floyd's sampling of `pieces` - 1 distinct places out of `budget_minor` - 1
    (Bentley and Floyd, "A sample of brilliance", CACM 30(9), 1987).
    """
    assert 0 < pieces <= budget_minor
    words = _words(seed, gift)
    places = budget_minor - 1
    cuts: set[int] = set()
    for top in range(places - (pieces - 1) + 1, places + 1):
        drawn = 1 + _below(words, top)
        cuts.add(top if drawn in cuts else drawn)
    edges = [0, *sorted(cuts), budget_minor]
    return tuple(after - before for before, after in pairwise(edges))


def order_of_draw(seed: bytes, gift: UUID, entries: int) -> tuple[int, ...]:
    """The entry numbers (from 1) in the order in which they are drawn: a Fisher-Yates shuffle, Durstenfeld's way."""
    words = _words(seed, gift)
    numbers = list(range(1, entries + 1))
    for at in range(entries - 1, 0, -1):
        other = _below(words, at + 1)
        numbers[at], numbers[other] = numbers[other], numbers[at]
    return tuple(numbers)


def amount_of(kind: GiftKind, seed: bytes, gift: UUID, *, budget_minor: int, pieces: int) -> tuple[int, ...]:
    """The amount of every piece in the order in which pieces are given; the amounts sum to the budget."""
    if kind is GiftKind.RED_PACKET:
        return parts_of(seed, gift, budget_minor=budget_minor, pieces=pieces)
    assert budget_minor % pieces == 0, "equal pieces make up the budget"
    return (budget_minor // pieces,) * pieces


def mistakes_in(spec: GiftSpec, now: datetime) -> list[str]:
    """The fields of a gift that cannot be as they are."""
    wrong = []
    if not spec.title or len(spec.title) > LONGEST_TITLE:
        wrong.append("title")
    if not 0 < spec.pieces <= MOST_PIECES:
        wrong.append("pieces")
    elif not spec.pieces <= spec.budget_minor <= MOST_BUDGET_MINOR or (
        spec.kind is not GiftKind.RED_PACKET and spec.budget_minor % spec.pieces
    ):
        wrong.append("budget")
    if spec.closes_at <= now or not SHORTEST_OPEN <= spec.closes_at - spec.opens_at <= LONGEST_OPEN:
        wrong.append("closes_at")
    if spec.usable_until <= spec.closes_at:
        wrong.append("usable_until")
    if spec.minimum_minor < 0:
        wrong.append("minimum")
    if not 0 < spec.most_wins <= MOST_WINS:
        wrong.append("most_wins")
    return wrong


def state_at(*, is_over: bool, opens_at: datetime, closes_at: datetime, now: datetime) -> GiftState:
    """What a gift is doing at a moment; past its closing time it is over, swept or not."""
    if is_over or now >= closes_at:
        return GiftState.OVER
    return GiftState.OPEN if now >= opens_at else GiftState.ANNOUNCED


def discount_of(coupon: CouponRecord, ask: CouponAsk) -> int:
    """What a coupon takes off these goods: its amount, but never below what the maker agreed to, nor to nothing."""
    least = max(1, ask.least_minor if ask.least_minor is not None else ask.goods_minor)
    return max(0, min(coupon.amount_minor, ask.goods_minor - least))


def entry_line(reach: ReachRecord, *, told: bool) -> bytes:
    """One line of the file of entries, always with the same bytes; what an entry won only when it is `told`."""
    line = {
        "number": reach.number,
        "name": reach.name,
        "at": reach.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "amount_minor": reach.amount_minor if told else None,
        "passed_over": reach.passed_over,
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def drawn_of(order: Sequence[int], *, pieces: int, at_limit: frozenset[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The winning entries, and those passed over because their person has won as often as one may."""
    won: list[int] = []
    passed: list[int] = []
    for number in order:
        if len(won) == pieces:
            break
        (passed if number in at_limit else won).append(number)
    return tuple(won), tuple(passed)
