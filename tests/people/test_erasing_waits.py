"""What else keeps a person from being forgotten now: lots, parcels, runs."""

from datetime import timedelta
from uuid import UUID

import pytest

from millstream.deals.api import place_bid, receipt, settle_auctions, verify_receipt
from millstream.kernel.clock import read_now
from millstream.orders.api import ask_refund
from millstream.people import api
from millstream.people.models import Actor
from millstream.people.types import ActorKind
from tests.deals.fair import make_fair, people
from tests.logistics.town import build_town
from tests.orders.market import buy, leave, make_market, pay, row


def why(actor: UUID) -> str:
    """Everything that is said to stand in the way; nothing is an empty text."""
    refusal = api.why_not_erase(api.person_of_actor(actor), now=read_now())
    return " ".join(thing.what for thing in refusal.facts["things"]) if refusal else ""  # type: ignore[attr-defined]


def test_whoever_leads_or_has_won_a_lot_is_waited_for(db: None) -> None:
    """Who is outbid is not; the winner is until the lot is bought or lapses."""
    fair = make_fair()
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    place_bid(bo.ask(auction.id, 2_000), now=fair.now)
    assert "You bid most for" in why(bo.actor)
    place_bid(chen.ask(auction.id, 9_000), now=fair.now)
    assert "You bid most for" in why(chen.actor)
    api.erase_person(bo.actor, now=read_now())
    settle_auctions(now=fair.now + timedelta(minutes=3))
    assert "You bid most for" in why(chen.actor)
    assert verify_receipt(receipt(auction.id)) == []


@pytest.mark.django_db
def test_a_parcel_that_goes_back_is_waited_for_with_its_refund() -> None:
    """The order is over by its state, and something is still on the road for it."""
    market = make_market()
    placed = buy(market)
    pay(placed)
    leave(market, placed)
    ask_refund(placed.order_id, amount_minor=None, reason="test", by=None, now=read_now())
    said = why(row(placed).buyer_id)
    assert f"Money of order {placed.code}" in said
    assert f"A parcel of order {placed.code}" in said


def test_a_driver_is_waited_for_until_the_run_is_closed(db: None) -> None:
    """From the plan on; whose run it is not, is not."""
    town = build_town()
    town.taken_in()
    town.departed_run()
    assert "You drive run" in why(town.chen)
    Actor.objects.filter(id=town.esi).update(kind=ActorKind.PERSON.value)
    refusal = api.why_not_erase(api.person_of_actor(town.esi), now=read_now())
    assert "run" not in str(refusal and refusal.facts)
