"""Freezing splits: in set statements, by the pacts in force, never changed after; and raw SQL that tries to."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.pacts.api import agree_pact, check_splits, end_pact, freeze_splits, pacts_of, split_lines, where_it_goes
from millstream.pacts.types import PactSpec, Part, SplitAsk
from tests.pacts.cast import Town, open_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    """A town with the demo's pacts."""
    return open_town()


def _freeze(town: Town, goods: int = 10_000, delivery: int = 800, host: UUID | None = None) -> UUID:
    ask = SplitAsk(new_id(), town.amina, host, goods, delivery, "CNY")
    freeze_splits([ask], now=read_now())
    return ask.line_id


def _parts(line: UUID) -> dict[str, int]:
    return {share.part.value: share.amount_minor for share in split_lines([line])[line]}


def test_a_sale_in_a_show_is_shared_by_five_and_carriage(town: Town) -> None:
    """The worked example: 100.00 of goods and 8.00 of delivery."""
    line = _freeze(town, host=town.dao)
    assert _parts(line) == {
        "maker": 7_000,
        "host": 2_000,
        "station": 200,
        "park": 300,
        "platform": 500,
        "carriage": 800,
    }
    shares = {share.part: share.actor for share in split_lines([line])[line]}
    assert shares[Part.HOST] == town.dao
    assert shares[Part.CARRIAGE] == town.platform
    assert check_splits() == []


def test_a_batch_takes_three_statements(town: Town) -> None:
    """Two hundred lines cost as many statements as one."""
    asks = [SplitAsk(new_id(), town.amina, (town.dao, None)[n % 2], n * 37 + 1, n % 3, "CNY") for n in range(200)]
    with CaptureQueriesContext(connection) as told:
        freeze_splits(asks, now=read_now())
    assert len(told) == 3 + 1  # and the clock
    frozen = split_lines([ask.line_id for ask in asks])
    for ask in asks:
        assert sum(share.amount_minor for share in frozen[ask.line_id]) == ask.goods_minor + ask.delivery_minor
    assert check_splits() == []


def test_what_is_frozen_stays_when_pacts_change(town: Town) -> None:
    """A new platform part counts from the next sale on."""
    before = _freeze(town)
    agree_pact(PactSpec(Part.PLATFORM, 80, town.platform), now=read_now())
    after = _freeze(town)
    assert _parts(before)["platform"] == 500
    assert _parts(after)["platform"] == 800
    assert check_splits() == []


def test_a_pact_agreed_for_later_does_not_count_yet(town: Town) -> None:
    """It counts when its time has come, by predicate."""
    later = read_now() + timedelta(days=1)
    agree_pact(PactSpec(Part.PARK, 60, town.park, valid_from=later), now=read_now())
    ask = SplitAsk(new_id(), town.amina, None, 10_000, 0, "CNY")
    freeze_splits([ask], now=later)
    assert _parts(_freeze(town))["park"] == 300
    assert _parts(ask.line_id)["park"] == 600


def test_an_ended_pact_leaves_its_part_to_the_maker(town: Town) -> None:
    """Without a station's pact the maker has those 2 % too."""
    station = next(agreed for agreed in pacts_of(town.esi) if agreed.part == Part.STATION)
    end_pact(station.id, now=read_now())
    assert _parts(_freeze(town)) == {"maker": 9_200, "park": 300, "platform": 500, "carriage": 800}


def test_a_line_is_frozen_once(town: Town) -> None:
    """Freezing a line again is our own mistake, and the database says so."""
    line = _freeze(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        freeze_splits([SplitAsk(line, town.amina, None, 10_000, 800, "CNY")], now=read_now())


def test_a_page_shows_where_a_hundred_goes(town: Town) -> None:
    """In a room, outside one, and nothing that gets nothing."""
    now = read_now()
    inside = where_it_goes(town.amina, 10_000, in_room=True, now=now)
    assert [(share.part.value, share.permille, share.amount_minor) for share in inside] == [
        ("maker", 700, 7_000),
        ("host", 200, 2_000),
        ("station", 20, 200),
        ("park", 30, 300),
        ("platform", 50, 500),
    ]
    assert inside[1].actor is None
    outside = where_it_goes(town.amina, 10_000, now=now)
    assert [share.part.value for share in outside] == ["maker", "station", "park", "platform"]
    assert where_it_goes(town.amina, 10_000, host=town.dao, now=now)[1].actor == town.dao


SHEET = """
INSERT INTO pacts_splitsheet (line_id, seller_id, goods_minor, delivery_minor, currency, frozen_at)
VALUES (%s, %s, 100, 8, 'CNY', clock_timestamp())
"""
LINES = """
INSERT INTO pacts_splitline (sheet_id, position, part, actor_id, permille, base_minor, amount_minor, pact_id)
SELECT %s, told.position, told.part,
       CASE told.part WHEN 'carriage' THEN %s ELSE coalesce(pact.beneficiary_id, %s) END,
       told.permille, base_minor, amount_minor, pact.id
FROM unnest(%s::int[], %s::text[], %s::int[], %s::int[], %s::int[])
     AS told(position, part, permille, base_minor, amount_minor)
LEFT JOIN pacts_pact AS pact ON pact.part = told.part
"""
type Side = tuple[int, str, int, int, int]
WHOLE: tuple[Side, ...] = ((0, "maker", 950, 100, 95), (1, "platform", 50, 100, 5), (2, "carriage", 1000, 8, 8))


def _raw(town: Town, sides: Sequence[Side], *, whole: bool = True) -> None:
    """Write a split by hand and ask the database at once what it says at commit."""
    line = new_id()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SHEET, [line, town.amina])
        if sides:
            columns = [list(column) for column in zip(*sides, strict=True)]
            cursor.execute(LINES, [line, town.platform, town.amina, *columns])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_hand_written_split_that_adds_up_is_taken(town: Town) -> None:
    """The refusals below are about what is wrong."""
    _raw(town, WHOLE)
    assert check_splits() == []


@pytest.mark.parametrize(
    ("sides", "constraint"),
    [
        (((0, "maker", 950, 100, 94), *WHOLE[1:]), "split_adds_up"),
        (((0, "maker", 950, 100, 96), *WHOLE[1:]), "split_adds_up"),
        (((0, "maker", 900, 100, 95), *WHOLE[1:]), "split_adds_up"),
        (((0, "maker", 950, 101, 95), *WHOLE[1:]), "split_adds_up"),
        (WHOLE[:2], "split_adds_up"),
        (WHOLE[:1], "split_adds_up"),
        ((*WHOLE[:2], (2, "carriage", 1000, 8, 7)), "split_adds_up"),
        ((), "split_adds_up"),
        (((0, "maker", 950, 100, -1), *WHOLE[1:]), "split_within_its_base"),
        (((0, "friend", 950, 100, 95), *WHOLE[1:]), "split_part_is_known|split_names_its_pact"),
        ((*WHOLE, (3, "platform", 0, 100, 0)), "split_part_once"),
    ],
)
def test_a_split_that_does_not_add_up_is_refused(town: Town, sides: Sequence[Side], constraint: str) -> None:
    """A cent too few, too many, a part missing, twice, negative, unknown, of another base, or no lines at all."""
    with pytest.raises(IntegrityError, match=constraint):
        _raw(town, sides)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pacts_splitline SET amount_minor = 0",
        "UPDATE pacts_splitline SET actor_id = actor_id",
        "DELETE FROM pacts_splitline",
        "TRUNCATE pacts_splitline",
        "UPDATE pacts_splitsheet SET goods_minor = 1",
        "DELETE FROM pacts_splitsheet",
    ],
)
def test_a_split_is_never_edited(town: Town, statement: str) -> None:
    """Frozen is frozen."""
    _freeze(town)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="split_is_frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_a_committed_split_takes_no_more_lines() -> None:
    """Not even a line of nothing can be added later."""
    town = open_town()
    with transaction.atomic():
        line = _freeze(town)
    with pytest.raises(IntegrityError, match="split_is_frozen"), connection.cursor() as cursor:
        cursor.execute(LINES, [line, town.platform, town.femi, [9], ["host"], [0], [10_000], [0]])


@pytest.mark.django_db(transaction=True)
def test_wrong_splits_are_found_should_they_ever_stand() -> None:
    """With the triggers off: a moved cent and another's permille are both said, each in a sentence."""
    town = open_town()
    with transaction.atomic():
        _freeze(town)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pacts_splitline DISABLE TRIGGER USER")
        cursor.execute("UPDATE pacts_splitline SET amount_minor = amount_minor - 1 WHERE part = 'maker'")
        cursor.execute("UPDATE pacts_splitline SET permille = 31 WHERE part = 'park'")
    found = [str(difference) for difference in check_splits()]
    assert any("split lines sum to the goods: expected 10000, found 9999" in told for told in found), found
    assert any("the parts are a whole" in told for told in found), found
    assert any("the park's part is as its pact says" in told for told in found), found
