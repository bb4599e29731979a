"""Who gets what of a gift follows from the seed alone."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from millstream.gifts.rules import (
    amount_of,
    commitment_of,
    discount_of,
    drawn_of,
    mistakes_in,
    order_of_draw,
    parts_of,
    state_at,
)
from millstream.gifts.types import (
    CouponAsk,
    CouponId,
    CouponRecord,
    GiftId,
    GiftKind,
    GiftSpec,
    GiftState,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEEDS = st.binary(min_size=32, max_size=32)


@given(SEEDS, st.uuids(), st.integers(1, 300), st.integers(0, 50_000))
def test_the_parts_of_a_red_packet_sum_to_its_budget(seed: bytes, gift: UUID, pieces: int, more: int) -> None:
    """Every piece is at least 1, and the pieces come to the budget exactly."""
    parts = parts_of(seed, gift, budget_minor=pieces + more, pieces=pieces)
    assert len(parts) == pieces
    assert sum(parts) == pieces + more
    assert min(parts) >= 1


def test_every_composition_is_as_likely() -> None:
    """Cutting 5 into 3 pieces has 6 ways; 12,000 seeds hit each about 2,000 times (chi-squared, 5 degrees)."""
    gift = UUID(int=7)
    seen = Counter(parts_of(number.to_bytes(32, "big"), gift, budget_minor=5, pieces=3) for number in range(12_000))
    assert len(seen) == 6
    assert sum((count - 2_000) ** 2 / 2_000 for count in seen.values()) < 25  # beyond 1 in 5,000


@given(SEEDS, st.uuids(), st.integers(0, 500))
def test_a_draw_orders_every_entry_once(seed: bytes, gift: UUID, entries: int) -> None:
    """The order of a draw is a permutation of the entries, the same for the same seed."""
    order = order_of_draw(seed, gift, entries)
    assert sorted(order) == list(range(1, entries + 1))
    assert order == order_of_draw(seed, gift, entries)


def test_every_entry_is_as_likely_to_win() -> None:
    """Over 10,000 seeds each of 5 entries comes first about 2,000 times."""
    gift = UUID(int=3)
    first = Counter(order_of_draw(number.to_bytes(32, "big"), gift, 5)[0] for number in range(10_000))
    assert sum((first[number] - 2_000) ** 2 / 2_000 for number in range(1, 6)) < 23.5


def test_a_known_seed_gives_known_pieces() -> None:
    """The algorithm is frozen: who kept a seed can check a receipt in ten years."""
    seed, gift = bytes(range(32)), UUID(int=1)
    assert commitment_of(seed) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    assert parts_of(seed, gift, budget_minor=1_000, pieces=5) == PIECES_OF_A_KNOWN_SEED
    assert order_of_draw(seed, gift, 8) == DRAW_OF_A_KNOWN_SEED


PIECES_OF_A_KNOWN_SEED = (236, 223, 65, 281, 195)
DRAW_OF_A_KNOWN_SEED = (7, 2, 3, 4, 6, 5, 1, 8)


def test_equal_coupons_make_up_the_budget() -> None:
    """Coupons and draws give equal pieces."""
    seed = bytes(32)
    assert amount_of(GiftKind.COUPON, seed, uuid4(), budget_minor=600, pieces=3) == (200, 200, 200)


@given(st.permutations(range(1, 12)), st.integers(1, 12), st.frozensets(st.integers(1, 11)))
def test_whoever_has_won_enough_is_passed_over(order: list[int], pieces: int, at_limit: frozenset[int]) -> None:
    """Winners are the first of the draw that may still win; nobody past them is called passed over."""
    won, passed = drawn_of(order, pieces=pieces, at_limit=at_limit)
    assert not set(won) & at_limit
    assert set(passed) <= at_limit
    assert len(won) == min(pieces, len(set(order) - at_limit))
    assert [number for number in order if number in {*won, *passed}] == order[: len(won) + len(passed)]


def _spec(**changes: object) -> GiftSpec:
    told: dict[str, object] = {
        "show": uuid4(),
        "host": uuid4(),
        "kind": GiftKind.RED_PACKET,
        "title": "Spring",
        "currency": "CNY",
        "budget_minor": 10_000,
        "pieces": 20,
        "opens_at": NOW,
        "closes_at": NOW + timedelta(minutes=2),
        "usable_until": NOW + timedelta(days=1),
    }
    return GiftSpec(**{**told, **changes})  # type: ignore[arg-type]


def test_a_gift_that_cannot_be_is_said_by_field() -> None:
    """Every field that is wrong is named; a right gift has none."""
    assert mistakes_in(_spec(), NOW) == []
    assert mistakes_in(_spec(title=""), NOW) == ["title"]
    assert mistakes_in(_spec(pieces=0), NOW) == ["pieces"]
    assert mistakes_in(_spec(budget_minor=19), NOW) == ["budget"]
    assert mistakes_in(_spec(kind=GiftKind.DRAW, budget_minor=10_001), NOW) == ["budget"]
    assert mistakes_in(_spec(closes_at=NOW + timedelta(seconds=1)), NOW) == ["closes_at"]
    assert mistakes_in(_spec(usable_until=NOW), NOW) == ["usable_until"]
    assert mistakes_in(_spec(minimum_minor=-1), NOW) == ["minimum"]
    assert mistakes_in(_spec(most_wins=0), NOW) == ["most_wins"]


def test_the_clock_says_what_a_gift_does() -> None:
    """Announced, open, over: past its closing time it is over, swept or not."""
    later = NOW + timedelta(minutes=1)
    for is_over, now, state in (
        (False, NOW - timedelta(seconds=1), GiftState.ANNOUNCED),
        (False, NOW, GiftState.OPEN),
        (False, later, GiftState.OVER),
        (True, NOW, GiftState.OVER),
    ):
        assert state_at(is_over=is_over, opens_at=NOW, closes_at=later, now=now) is state


@given(st.integers(1, 5_000), st.integers(1, 20_000), st.one_of(st.none(), st.integers(0, 25_000)))
def test_a_coupon_never_goes_below_what_the_maker_agreed_to(amount: int, goods: int, least: int | None) -> None:
    """What is left to pay is at least the floor and at least 1; without an agreement nothing is taken off."""
    coupon = CouponRecord(
        CouponId(uuid4()), "X", GiftId(uuid4()), uuid4(), uuid4(), amount, "CNY", 0, NOW + timedelta(1), used=False
    )
    ask = CouponAsk("X", uuid4(), None, coupon.host, "CNY", goods, least)
    discount = discount_of(coupon, ask)
    assert 0 <= discount <= amount
    if least is None:
        assert discount == 0
    elif discount:
        assert goods - discount >= max(1, least)
