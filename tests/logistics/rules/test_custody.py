"""Who holds a parcel: the fold of its events, and what a station may do."""

from __future__ import annotations

from uuid import UUID

import pytest

from millstream.kernel.ids import new_id
from millstream.logistics.rules.custody import ChainBrokenError, Link, TakeIn, decide_take_in, fold, may_cancel
from millstream.logistics.types import EventKind, Holder, HolderKind, ParcelState

MAKER = Holder(HolderKind.MAKER, new_id())
HERE = new_id()
ELSEWHERE = new_id()
STATION = Holder(HolderKind.STATION, HERE)


def test_the_last_taker_holds_it() -> None:
    """Two events, one holder, two counted."""
    links = [Link(1, EventKind.ANNOUNCE, None, MAKER), Link(2, EventKind.TAKE_IN, MAKER, STATION)]
    assert fold(links) == (STATION, 2)


@pytest.mark.parametrize(
    "links",
    [
        [],
        [Link(2, EventKind.TAKE_IN, MAKER, STATION)],
        [Link(1, EventKind.ANNOUNCE, None, MAKER), Link(3, EventKind.TAKE_IN, MAKER, STATION)],
        [Link(1, EventKind.ANNOUNCE, None, MAKER), Link(2, EventKind.ACCEPT, STATION, MAKER)],
        [Link(1, EventKind.ANNOUNCE, None, MAKER), Link(2, EventKind.ANNOUNCE, None, STATION)],
    ],
)
def test_a_chain_with_a_gap_is_noticed(links: list[Link]) -> None:
    """No event, a missing number, or a giver who did not hold it."""
    with pytest.raises(ChainBrokenError):
        fold(links)


@pytest.mark.parametrize(
    ("state", "holder", "planned", "decision"),
    [
        (ParcelState.PACKED, MAKER, HERE, TakeIn.ACCEPT),
        (ParcelState.PACKED, MAKER, ELSEWHERE, TakeIn.ACCEPT_MISROUTED),
        (ParcelState.ANNOUNCED, MAKER, HERE, TakeIn.NOT_PACKED),
        (ParcelState.CANCELLED, MAKER, HERE, TakeIn.CANCELLED),
        (ParcelState.AT_STATION, STATION, HERE, TakeIn.REPEATED),
        (ParcelState.BAGGED, STATION, HERE, TakeIn.REPEATED),
        (ParcelState.AT_STATION, Holder(HolderKind.STATION, ELSEWHERE), HERE, TakeIn.DOUBLE_CUSTODY),
        (ParcelState.ON_RUN, Holder(HolderKind.RUN, ELSEWHERE), HERE, TakeIn.ALREADY_GONE),
        (ParcelState.DELIVERED, Holder(HolderKind.RECIPIENT, ELSEWHERE), HERE, TakeIn.ALREADY_GONE),
    ],
)
def test_what_a_station_scan_leads_to(state: ParcelState, holder: Holder, planned: UUID, decision: TakeIn) -> None:
    """Custody is real wherever the parcel is, and only one place can have it."""
    assert decide_take_in(state=state, holder=holder, planned=planned, station=HERE) is decision


def test_a_parcel_can_be_called_back_until_it_lies_in_a_bag() -> None:
    """After that it is returned."""
    assert [state for state in ParcelState if may_cancel(state)] == [
        ParcelState.ANNOUNCED,
        ParcelState.PACKED,
        ParcelState.AT_STATION,
    ]
