"""Sharing a sale: exact sums, the order of ties, whose pact counts."""

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.kernel.ids import new_id
from millstream.pacts.rules import choose_pacts, left_for, mistakes_in, parts_of, share_sale, split_line
from millstream.pacts.types import SHARING, PactId, PactRecord, PactSpec, Part, SplitAsk, SplitLineRecord

AMINA, DAO, ESI, PARK, TOWN, FEMI = (UUID(int=number) for number in range(1, 7))
DAY = datetime(2026, 11, 21, tzinfo=UTC)
DEMO = {Part.MAKER: 700, Part.HOST: 200, Part.STATION: 20, Part.PARK: 30, Part.PLATFORM: 50}

totals = st.integers(min_value=0, max_value=10**13)


@st.composite
def permilles(draw: st.DrawFn) -> dict[Part, int]:
    """Any way to cut a thousand into some of the parts."""
    parts = draw(st.lists(st.sampled_from(SHARING), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=len(parts) - 1, max_size=len(parts) - 1)))
    edges = [0, *cuts, 1000]
    return {part: edges[place + 1] - edges[place] for place, part in enumerate(parts)}


def pact(
    part: Part, permille: int, to: UUID | None, seller: UUID | None = None, host: UUID | None = None
) -> PactRecord:
    """A pact in force."""
    return PactRecord(PactId(new_id()), part, permille, to, seller, host, DAY, DAY, None, 1)


TOWN_PACTS = (
    pact(Part.PLATFORM, 50, TOWN),
    pact(Part.PARK, 30, PARK),
    pact(Part.HOST, 200, None),
    pact(Part.STATION, 20, ESI, seller=AMINA),
)


@given(totals, permilles())
def test_the_shares_sum_to_the_total(total: int, permille: dict[Part, int]) -> None:
    """To the last minor unit, whatever the total and the parts."""
    shares = share_sale(total, permille)
    assert sum(shares.values()) == total
    assert set(shares) == set(permille)


@given(totals, permilles())
def test_no_share_is_a_whole_unit_off(total: int, permille: dict[Part, int]) -> None:
    """Each share is its exact share rounded down or up; a part of nothing gets nothing."""
    for part, share in share_sale(total, permille).items():
        exact = Fraction(total * permille[part], 1000)
        assert abs(share - exact) < 1
        assert share == exact or exact.denominator != 1


@given(totals, permilles())
def test_the_order_in_which_parts_are_told_does_not_matter(total: int, permille: dict[Part, int]) -> None:
    """No order bias: only the order of ties counts, and that is fixed."""
    turned = dict(reversed(list(permille.items())))
    assert share_sale(total, turned) == share_sale(total, permille)


@given(totals, permilles())
def test_larger_remainders_are_served_first(total: int, permille: dict[Part, int]) -> None:
    """Who was rounded up had a remainder at least as large as who was rounded down, ties by part order."""
    shares = share_sale(total, permille)
    remainder = {part: total * permille[part] % 1000 for part in permille}
    up = [part for part in SHARING if part in permille and shares[part] > total * permille[part] // 1000]
    down = [part for part in SHARING if part in permille and part not in up and remainder[part]]
    for lucky in up:
        for unlucky in down:
            assert (remainder[lucky], -SHARING.index(lucky)) > (remainder[unlucky], -SHARING.index(unlucky))


@pytest.mark.parametrize(
    ("total", "shares"),
    [
        (10_000, {"maker": 7_000, "host": 2_000, "station": 200, "park": 300, "platform": 500}),
        (0, {"maker": 0, "host": 0, "station": 0, "park": 0, "platform": 0}),
        (1, {"maker": 1, "host": 0, "station": 0, "park": 0, "platform": 0}),
        (99, {"maker": 69, "host": 20, "station": 2, "park": 3, "platform": 5}),
        (25, {"maker": 18, "host": 5, "station": 0, "park": 1, "platform": 1}),
    ],
)
def test_the_demo_pacts_share_known_totals(total: int, shares: dict[str, int]) -> None:
    """Worked by hand: 5 % platform, 3 % park, 20 % host, 2 % station, the rest to the maker."""
    assert share_sale(total, DEMO) == shares


def test_ties_go_maker_host_station_park_platform() -> None:
    """Five equal parts of 1, 2, 3 and 4 units: the units go out in part order."""
    fifths = dict.fromkeys(reversed(SHARING), 200)
    for total in range(5):
        shares = share_sale(total, fifths)
        assert [shares[part] for part in SHARING] == [1] * total + [0] * (5 - total)


@pytest.mark.parametrize("permille", [{Part.MAKER: 999}, {Part.MAKER: 1001}, {Part.MAKER: 1100, Part.HOST: -100}, {}])
def test_parts_that_are_no_whole_are_our_own_mistake(permille: dict[Part, int]) -> None:
    """The parts sum to a thousand and none is negative."""
    with pytest.raises(AssertionError):
        share_sale(100, permille)


def test_bought_outside_a_room_the_hosts_part_stays_with_the_maker() -> None:
    """Without a host there is no host's line, and the maker has 90 %."""
    outside = parts_of(choose_pacts(TOWN_PACTS, seller=AMINA, host=None))
    assert outside == {Part.MAKER: 900, Part.STATION: 20, Part.PARK: 30, Part.PLATFORM: 50}
    inside = parts_of(choose_pacts(TOWN_PACTS, seller=AMINA, host=DAO))
    assert inside == DEMO


def test_a_maker_who_hosts_the_own_show_keeps_the_hosts_part() -> None:
    """Nobody pays themselves a commission."""
    assert Part.HOST not in choose_pacts(TOWN_PACTS, seller=AMINA, host=AMINA)


def test_another_sellers_station_has_no_part() -> None:
    """The station's pact is with Amina; Femi's sales know no station."""
    assert Part.STATION not in choose_pacts(TOWN_PACTS, seller=FEMI, host=DAO)


@pytest.mark.parametrize("turned", [False, True])
def test_the_closest_pact_counts(turned: bool) -> None:
    """Seller and host, then the seller's own, then the host's own, then the one for everybody."""
    everybody = pact(Part.HOST, 200, None)
    of_host = pact(Part.HOST, 210, DAO, host=DAO)
    of_seller = pact(Part.HOST, 150, None, seller=AMINA)
    of_both = pact(Part.HOST, 100, DAO, seller=AMINA, host=DAO)
    pacts = [everybody, of_host, of_seller, of_both]
    for left_out, expected in ((None, of_both), (of_both, of_seller), (of_seller, of_host), (of_host, everybody)):
        if left_out is not None:
            pacts.remove(left_out)
        told = pacts[::-1] if turned else pacts
        assert choose_pacts(told, seller=AMINA, host=DAO)[Part.HOST] == expected


def _ask(goods: int, delivery: int = 800, host: UUID | None = DAO) -> SplitAsk:
    return SplitAsk(new_id(), AMINA, host, goods, delivery, "CNY")


@given(st.integers(0, 10**10), st.integers(0, 10**6), st.sampled_from([None, DAO, AMINA, FEMI]))
def test_split_lines_sum_to_what_is_captured(goods: int, delivery: int, host: UUID | None) -> None:
    """Goods and delivery, to the last unit, and computing it anew finds no mistake."""
    ask = _ask(goods, delivery, host)
    lines = split_line(ask, choose_pacts(TOWN_PACTS, seller=AMINA, host=host), platform=TOWN)
    assert sum(line.amount_minor for line in lines) == goods + delivery
    assert mistakes_in(goods, delivery, lines) == []


def test_delivery_is_a_line_of_its_own_for_the_platforms_carriage() -> None:
    """No pact shares it; without delivery there is no such line."""
    chosen = choose_pacts(TOWN_PACTS, seller=AMINA, host=DAO)
    lines = split_line(_ask(10_000), chosen, platform=TOWN)
    assert [(line.part.value, line.actor, line.amount_minor) for line in lines] == [
        ("maker", AMINA, 7_000),
        ("host", DAO, 2_000),
        ("station", ESI, 200),
        ("park", PARK, 300),
        ("platform", TOWN, 500),
        ("carriage", TOWN, 800),
    ]
    assert [line.pact_id is None for line in lines] == [True, False, False, False, False, True]
    assert len(split_line(_ask(10_000, 0), chosen, platform=TOWN)) == 5


def test_a_sale_without_a_platform_pact_is_our_own_mistake() -> None:
    """An installation has a pact with its platform from its first day."""
    with pytest.raises(AssertionError, match="no pact with the platform"):
        split_line(_ask(100), choose_pacts(TOWN_PACTS[1:], seller=AMINA, host=DAO), platform=TOWN)


def test_a_new_pact_takes_what_others_leave() -> None:
    """Others of the same part are replaced and do not count; those of other sellers never meet."""
    assert left_for(PactSpec(Part.HOST, 0, None), TOWN_PACTS) == 900
    assert left_for(PactSpec(Part.HOST, 0, None, seller=FEMI), TOWN_PACTS) == 920
    assert left_for(PactSpec(Part.PARK, 0, PARK), TOWN_PACTS) == 730


def _lines(*told: tuple[Part, int, int]) -> list[SplitLineRecord]:
    return [SplitLineRecord(part, AMINA, permille, 100, minor, None) for part, permille, minor in told]


@pytest.mark.parametrize(
    ("lines", "promise"),
    [
        (_lines((Part.MAKER, 950, 95), (Part.PLATFORM, 50, 4)), "split lines sum to the goods"),
        (_lines((Part.MAKER, 950, 94), (Part.PLATFORM, 50, 6)), "computed from its permille"),
        (_lines((Part.MAKER, 900, 90), (Part.PLATFORM, 50, 10)), "the parts are a whole"),
        (_lines((Part.MAKER, 500, 50), (Part.MAKER, 500, 50)), "the parts are a whole"),
        (_lines((Part.MAKER, 1000, 100), (Part.CARRIAGE, 1000, 8)), "delivery goes to carriage"),
        ([], "the parts are a whole"),
    ],
)
def test_a_wrong_split_is_found(lines: list[SplitLineRecord], promise: str) -> None:
    """Each promise of a split is looked at."""
    assert any(promise in told[0] for told in mistakes_in(100, 0, lines))
