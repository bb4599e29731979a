"""What `live` decides without asking anybody."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from millstream.kernel.ids import new_id
from millstream.live.rules import agreement, in_order, is_gop_too_long, is_too_late, slug_from, takes_picture
from millstream.live.types import ShowState
from millstream.pacts.types import PactId, PactRecord, Part

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAO, AMINA, CHEN = new_id(), new_id(), new_id()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ({"en": "Opening the kiln!"}, "opening-the-kiln-7k3m"),
        ({"en": "Café à Łódź"}, "cafe-a-odz-7k3m"),
        ({"zh-hans": "开窑啦"}, "show-7k3m"),
        ({"zh-hans": "DIY 开窑"}, "diy-7k3m"),
        ({}, "show-7k3m"),
        ({"en": "x" * 200}, "x" * 60 + "-7k3m"),
    ],
)
def test_an_address_is_made_of_the_titles_latin_letters(title: dict[str, str], slug: str) -> None:
    """What has none is called a show; the suffix makes it its own."""
    assert slug_from(title, "7k3m") == slug


@given(some.dictionaries(some.sampled_from(["en", "zh-hans"]), some.text(max_size=300)))
def test_an_address_always_fits_its_column(title: dict[str, str]) -> None:
    """Only lower-case letters, digits and single dashes, at most 80."""
    slug = slug_from(title, "7k3m")
    assert len(slug) <= 80
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert "--" not in slug


@given(some.lists(some.integers(), unique=True, max_size=20), some.dictionaries(some.integers(), some.integers()))
def test_ordering_keeps_every_product_once(items: list[int], wanted: dict[int, int]) -> None:
    """Whatever numbers were typed."""
    ordered = in_order(items, wanted)
    assert sorted(ordered) == sorted(items)
    assert in_order(ordered, wanted) == ordered


def test_typed_numbers_order_a_rundown() -> None:
    """Those without one stand behind, in their order."""
    assert in_order(["a", "b", "c", "d"], {"c": 1, "a": 2}) == ["c", "a", "b", "d"]
    assert in_order(["a", "b"], {"a": 1, "b": 1}) == ["a", "b"]


@pytest.mark.parametrize(
    ("state", "hours", "taken"),
    [
        (ShowState.LIVE, 100, True),
        (ShowState.PLANNED, 1.1, False),
        (ShowState.PLANNED, 0.9, True),
        (ShowState.PLANNED, -11, True),
        (ShowState.PLANNED, -13, False),
        (ShowState.ENDED, 0, False),
        (ShowState.CANCELLED, 0, False),
    ],
)
def test_a_show_takes_a_picture_around_its_time(state: ShowState, hours: float, taken: bool) -> None:
    """An hour before until twelve after; a live one always, one that is over never."""
    assert takes_picture(state, NOW + timedelta(hours=hours), NOW) is taken


def test_a_show_may_be_planned_for_this_very_moment() -> None:
    """Five minutes of typing are forgiven."""
    assert not is_too_late(NOW - timedelta(minutes=4), NOW)
    assert is_too_late(NOW - timedelta(minutes=6), NOW)


def pact(
    seller: UUID | None,
    *,
    part: Part = Part.HOST,
    host: UUID | None = DAO,
    beneficiary: UUID | None = DAO,
    since: float = -1,
    until: float | None = None,
) -> PactRecord:
    return PactRecord(
        id=PactId(new_id()),
        part=part,
        permille=200,
        beneficiary=beneficiary,
        seller=seller,
        host=host,
        agreed_at=NOW,
        valid_from=NOW + timedelta(days=since),
        valid_to=None if until is None else NOW + timedelta(days=until),
        version=1,
    )


def test_a_pact_with_one_seller_covers_that_one() -> None:
    """And the host's own goods, always."""
    agreed = agreement(DAO, [pact(AMINA)], NOW)
    assert agreed.covers(AMINA)
    assert agreed.covers(DAO)
    assert not agreed.covers(CHEN)


def test_a_pact_with_every_seller_covers_everybody() -> None:
    """Also one for whoever hosts."""
    assert agreement(DAO, [pact(None)], NOW).covers(CHEN)
    assert agreement(DAO, [pact(None, host=None, beneficiary=None)], NOW).covers(CHEN)


@pytest.mark.parametrize(
    "other",
    [
        pact(AMINA, part=Part.STATION),
        pact(AMINA, host=CHEN),
        pact(AMINA, beneficiary=CHEN),
        pact(AMINA, since=1),
        pact(AMINA, until=0),
    ],
)
def test_other_pacts_cover_nothing(other: PactRecord) -> None:
    """Another part, another host, not yet, not any more."""
    assert not agreement(DAO, [other], NOW).covers(AMINA)


@pytest.mark.parametrize(("gop_ms", "too_long"), [(None, False), (1_000, False), (2_000, False), (2_040, True)])
def test_key_frames_two_seconds_apart_are_fine(gop_ms: int | None, too_long: bool) -> None:
    """Anything longer is told to the host."""
    assert is_gop_too_long(gop_ms) is too_long
