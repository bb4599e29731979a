"""Rules of the receipt: the chain proves the order, and any change to it is seen."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millstream.deals.rules.bidding import Standing, take_bid
from millstream.deals.rules.receipt import moment, seal_of, step_hash, terms_hash, verify_receipt
from millstream.kernel.refusals import Refusal

OPENED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLOSES = OPENED + timedelta(seconds=60)


def receipt_of(wanted: list[tuple[int, int, int]]) -> dict[str, Any]:
    """The receipt of an auction in which these (bidder, maximum, second) were tried."""
    terms: dict[str, Any] = {
        "auction": str(UUID(int=7)),
        "currency": "CNY",
        "start_minor": 500,
        "opened_at": moment(OPENED),
        "first_closes_at": moment(CLOSES),
        "extend_seconds": 10,
        "most_extensions": 5,
    }
    table = Standing("CNY", 500, 500, CLOSES, 10, 5, 0, 0, OPENED, None, frozenset())
    head, own, leader = terms_hash(terms), dict[int, int](), ""
    steps = []
    for bidder, maximum, second in sorted(wanted, key=lambda one: one[2]):
        try:
            taken = take_bid(table, UUID(int=bidder), maximum, own.get(bidder), OPENED + timedelta(seconds=second))
        except Refusal:
            continue
        table, own[bidder] = taken.standing, maximum
        assert table.leader is not None
        leader = f"#{bidder}" if table.leader.bidder == UUID(int=bidder) else leader
        step: dict[str, Any] = {
            "number": table.bids,
            "at": moment(table.last_at),
            "name": f"#{bidder}",
            "price_minor": table.price_minor,
            "leader": leader,
            "closes_at": moment(table.closes_at),
            "extended": taken.extended,
            "seal": seal_of(maximum, "salt"),
        }
        head = step_hash(head, step)
        steps.append({**step, "hash": head})
    return {"terms": terms, "bids": steps, "head": head, "state": "open", "winner": None}


tries = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9_000), st.integers(0, 130)), max_size=30)


@settings(deadline=None)
@given(wanted=tries)
def test_every_auction_proves_itself(wanted):
    """Whatever was tried, the receipt of what was taken holds."""
    assert verify_receipt(receipt_of(wanted)) == []


BIDS = [(1, 2_000, 5), (2, 3_000, 20), (3, 5_000, 55), (1, 6_000, 57), (1, 9_000, 58)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price_minor", 501),
        ("name", "#9"),
        ("leader", "#9"),
        ("seal", "0" * 64),
        ("at", moment(OPENED)),
        ("closes_at", moment(CLOSES + timedelta(seconds=500))),
        ("number", 9),
        ("extended", True),
    ],
)
def test_a_changed_bid_is_seen(field, value):
    """Whatever of a bid is changed afterwards, the proof fails."""
    receipt = receipt_of(BIDS)
    assert verify_receipt(receipt) == []
    forged = deepcopy(receipt)
    forged["bids"][1][field] = value
    assert verify_receipt(forged)


@settings(deadline=None)
@given(place=st.integers(0, 4), other=st.integers(0, 4))
def test_a_dropped_or_moved_bid_is_seen(place, other):
    """A bid that is left out, or two that change places, break the chain."""
    receipt = receipt_of(BIDS)
    dropped = deepcopy(receipt)
    del dropped["bids"][place]
    assert verify_receipt(dropped)
    if place != other:
        moved = deepcopy(receipt)
        moved["bids"][place], moved["bids"][other] = moved["bids"][other], moved["bids"][place]
        assert verify_receipt(moved)


def test_a_chain_that_was_made_anew_must_still_keep_the_rules():
    """Who forges a whole chain cannot take a bid after the close, nor forget the time that a late bid gives."""
    receipt = receipt_of(BIDS)
    late = deepcopy(receipt["bids"][-1])
    late |= {"number": 6, "at": moment(CLOSES + timedelta(minutes=5)), "name": "#4"}
    late["hash"] = step_hash(receipt["head"], late)
    receipt["bids"].append(late)
    receipt["head"] = late["hash"]
    assert "bid 6: not so that it came before the close" in verify_receipt(receipt)
    silent = receipt_of(BIDS[:2])
    step: dict[str, Any] = {
        "number": 3,
        "at": moment(CLOSES - timedelta(seconds=1)),
        "name": "#4",
        "price_minor": 4_000,
        "leader": "#4",
        "closes_at": moment(CLOSES),
        "extended": False,
        "seal": "1" * 64,
    }
    step["hash"] = step_hash(silent["head"], step)
    silent["bids"].append(step)
    silent["head"] = step["hash"]
    assert verify_receipt(silent) == ["bid 3: not so that a late bid of another gives time"]


def test_a_seal_fits_its_maximum_alone():
    """The bidder can show what they had bid; nobody can show another figure."""
    assert seal_of(5_000, "aa") == seal_of(5_000, "aa")
    assert seal_of(5_000, "aa") != seal_of(5_001, "aa")
