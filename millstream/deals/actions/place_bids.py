"""Place bids, in batches: the hottest moment of an auction is its last second."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.deals.facts import AuctionExtended, BidTaken
from millstream.deals.ports import shows_port
from millstream.deals.queries import bid_rows
from millstream.deals.queries.bid_rows import BidderKey, KnownBidder, LockedAuction, NewBid
from millstream.deals.refusals import AuctionOver, ContactNeeded, KeyMissing, KeyReused, NoSuchAuction
from millstream.deals.rules.bidding import Maximum, Standing, Taken, is_key, take_bid
from millstream.deals.rules.receipt import moment, seal_of, step_hash
from millstream.deals.types import MOST_BIDS_AT_ONCE, BidAnswer, BidAsk, BidState
from millstream.kernel.facts import Fact, record_many
from millstream.kernel.refusals import Refusal
from millstream.kernel.texts import localised
from millstream.people.api import actors, guests_of, mask_name

SALT_BYTES: Final = 16


@dataclass(slots=True)
class Table:
    """What a batch knows and writes: the auctions as they stand, who bids, the bids that were taken."""

    auctions: dict[UUID, LockedAuction]
    standings: dict[UUID, Standing]
    leaders: dict[UUID, str]
    heads: dict[UUID, str]
    bidders: dict[BidderKey, KnownBidder]
    paddles: dict[UUID, int]
    names: Mapping[UUID, str]
    closed: Mapping[UUID, Refusal]
    taken: list[NewBid] = field(default_factory=list)


def place_bids(asks: Sequence[BidAsk], *, now: datetime) -> list[BidAnswer | Refusal]:
    """Take bids in the order asked, each under the next number of its auction; one answer per ask, in their order.

    Auctions are locked in key order until the batch is written, so their bids have one order, and times never go
    back. A bid whose key stands already is answered as it stands. A bid at or after the close is refused, whether
    the auction was settled or not, and so is one in a show whose counter is closed, by whichever door it came.
    Nothing is written of a bid that is refused. About nine statements a batch.
    """
    assert 0 < len(asks) <= MOST_BIDS_AT_ONCE
    with transaction.atomic():
        auctions = bid_rows.lock_auctions(ask.auction for ask in asks)
        guests = guests_of(ask.visitor for ask in asks if ask.actor is None)
        actors_of = [ask.actor or guests.get(ask.visitor) for ask in asks]
        table = _table(auctions, asks, actors_of)
        known = bid_rows.read_known(
            (ask.auction, actor, ask.key)
            for ask, actor in zip(asks, actors_of, strict=True)
            if actor and is_key(ask.key)
        )
        answers: list[BidAnswer | Refusal] = []
        for ask, actor in zip(asks, actors_of, strict=True):
            try:
                answers.append(_take(table, ask, actor, known, now))
            except Refusal as refusal:
                answers.append(refusal)
        if table.taken:
            _write(table, now)
        return answers


def place_bid(ask: BidAsk, *, now: datetime) -> BidAnswer:
    """Place one bid, or raise its refusal."""
    answer = place_bids([ask], now=now)[0]
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _table(auctions: dict[UUID, LockedAuction], asks: Sequence[BidAsk], actors_of: Sequence[UUID | None]) -> Table:
    """Read what the batch needs to know of its bidders and of the leaders."""
    keys = {(ask.auction, actor) for ask, actor in zip(asks, actors_of, strict=True) if actor}
    bidders = bid_rows.read_bidders(keys, auctions) if auctions else {}
    fresh = {actor for auction, actor in keys if (auction, actor) not in bidders}
    found = actors(fresh) if fresh else {}
    standings = {}
    for auction, locked in auctions.items():
        leader_id = locked.leader_id
        leader = bidders[auction, leader_id] if leader_id else None
        standings[auction] = replace(
            locked.standing,
            leader=Maximum(leader_id, leader.max_minor, leader.number) if leader and leader_id else None,
        )
    return Table(
        auctions=auctions,
        standings=standings,
        leaders={auction: locked.leader_name for auction, locked in auctions.items()},
        heads={auction: locked.head for auction, locked in auctions.items()},
        bidders=bidders,
        paddles=dict.fromkeys(auctions, 0) | bid_rows.read_paddles(auctions),
        names={actor: mask_name(localised(record.name)) for actor, record in found.items()},
        closed=shows_port().closed_counters({locked.show for locked in auctions.values()}),
    )


type Known = dict[tuple[UUID, UUID, str], tuple[int, int, str]]


def _take(table: Table, ask: BidAsk, actor: UUID | None, known: Known, now: datetime) -> BidAnswer:
    """Take one bid on the table, or refuse it and leave the table as it was."""
    locked = table.auctions.get(ask.auction)
    if locked is None:
        raise NoSuchAuction
    if not is_key(ask.key):
        raise KeyMissing
    before = known.get((ask.auction, actor, ask.key)) if actor else None
    if actor and before is not None:
        number, max_minor, _ = before
        if max_minor != ask.max_minor:
            raise KeyReused
        return _answer(table, ask.auction, actor, number)
    if locked.is_open and locked.show in table.closed:
        raise table.closed[locked.show]
    if actor is None:
        raise ContactNeeded
    if not locked.is_open:
        raise AuctionOver
    bidder = table.bidders.get((ask.auction, actor))
    taken = take_bid(table.standings[ask.auction], actor, ask.max_minor, bidder.max_minor if bidder else None, now)
    _keep(table, ask, actor, bidder, taken)
    number = taken.standing.bids
    known[ask.auction, actor, ask.key] = (number, ask.max_minor, taken.state.value)
    return _answer(table, ask.auction, actor, number, raised=taken.state is BidState.RAISED)


def _keep(table: Table, ask: BidAsk, actor: UUID, bidder: KnownBidder | None, taken: Taken) -> None:
    """Put a bid that was taken on the table, linked to the one before it."""
    standing = taken.standing
    if bidder is None:
        table.paddles[ask.auction] += 1
        paddle = table.paddles[ask.auction]
        name = f"{table.names[actor]} #{paddle}"
    else:
        paddle, name = bidder.paddle, bidder.name
    known = KnownBidder(name, ask.max_minor, standing.bids, paddle)
    leads = standing.leader is not None and standing.leader.bidder == actor
    leader_name = name if leads else table.leaders[ask.auction]
    bid = _linked(table.heads[ask.auction], ask, actor, known, taken, leader_name)
    table.taken.append(bid)
    table.bidders[ask.auction, actor] = known
    table.standings[ask.auction], table.leaders[ask.auction] = standing, leader_name
    table.heads[ask.auction] = bid.hash


def _linked(before: str, ask: BidAsk, actor: UUID, known: KnownBidder, taken: Taken, leader_name: str) -> NewBid:
    """The row of a bid: its maximum sealed, its hash following on the one before."""
    standing, salt = taken.standing, secrets.token_hex(SALT_BYTES)
    seal = seal_of(ask.max_minor, salt)
    step = {
        "number": standing.bids,
        "at": moment(standing.last_at),
        "name": known.name,
        "price_minor": standing.price_minor,
        "leader": leader_name,
        "closes_at": moment(standing.closes_at),
        "extended": taken.extended,
        "seal": seal,
    }
    return NewBid(
        auction=ask.auction,
        number=standing.bids,
        actor=actor,
        visitor=ask.visitor,
        paddle=known.paddle,
        key=ask.key,
        at=standing.last_at,
        name=known.name,
        max_minor=ask.max_minor,
        salt=salt,
        seal=seal,
        price_minor=standing.price_minor,
        leader_name=leader_name,
        closes_at=standing.closes_at,
        extended=taken.extended,
        state=taken.state.value,
        hash=step_hash(before, step),
        language=ask.language,
    )


def _answer(table: Table, auction: UUID, actor: UUID, number: int, *, raised: bool = False) -> BidAnswer:
    """How the bidder stands now: for a bid that came again, as it is by now."""
    standing, bidder = table.standings[auction], table.bidders[auction, actor]
    leads = standing.leader is not None and standing.leader.bidder == actor
    return BidAnswer(
        auction=auction,
        number=number,
        state=BidState.RAISED if raised else BidState.LEADING if leads else BidState.OUTBID,
        you=bidder.name,
        your_max_minor=bidder.max_minor,
        price_minor=standing.price_minor,
        next_minor=standing.next_minor,
        currency=standing.currency,
        closes_at=standing.closes_at,
    )


def _write(table: Table, now: datetime) -> None:
    """Write the batch and record one BidTaken per auction, and AuctionExtended where the close moved."""
    touched = sorted({bid.auction for bid in table.taken})
    bid_rows.write_bids(
        table.taken,
        {auction: (table.standings[auction], table.leaders[auction], table.heads[auction]) for auction in touched},
    )
    told: list[Fact] = []
    for auction in touched:
        locked, standing = table.auctions[auction], table.standings[auction]
        told.append(
            BidTaken(
                auction=auction,
                show=locked.show,
                number=standing.bids,
                price_minor=standing.price_minor,
                currency=standing.currency,
            )
        )
        if standing.extensions > locked.standing.extensions:
            told.append(
                AuctionExtended(
                    auction=auction,
                    show=locked.show,
                    closes_at=moment(standing.closes_at),
                    extensions=standing.extensions,
                )
            )
    record_many(told, now=now)
