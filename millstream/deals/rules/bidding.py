"""Proxy bidding: who leads, at what price, and when a late bid makes the auction longer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from millstream.deals.refusals import AuctionOver, BidLowered, BidTooHigh, BidTooLow, NotYourAuction
from millstream.deals.types import LONGEST_KEY, SHORTEST_KEY, BidState
from millstream.kernel.money import exponent, format_minor

HIGHEST_BID_MINOR: Final = 10**11
MOST_BIDS: Final = 100_000
# Up to this price (whole units of the currency) the next bid is this much higher, in hundredths of a unit.
LADDER: Final = (
    (10, 50),
    (50, 100),
    (200, 200),
    (500, 500),
    (1_000, 1_000),
    (5_000, 2_500),
    (10_000, 5_000),
)
TOP_STEP: Final = 10_000


def is_key(key: str) -> bool:
    """Whether a bid can be known by this key: 8 to 64 letters of ASCII that can be printed, such as every row takes."""
    return SHORTEST_KEY <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()


@dataclass(frozen=True, slots=True)
class Maximum:
    """The most that a bidder pays, and the number of the bid that said so: the earlier of two equal ones wins."""

    bidder: UUID
    max_minor: int
    number: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An auction as a bid finds it. `price_minor` is the start price while nobody leads."""

    currency: str
    start_minor: int
    price_minor: int
    closes_at: datetime
    extend_seconds: int
    most_extensions: int
    extensions: int
    bids: int
    last_at: datetime
    leader: Maximum | None
    barred: frozenset[UUID]

    @property
    def next_minor(self) -> int:
        """The least that somebody who does not lead can bid."""
        if self.leader is None:
            return self.start_minor
        return self.price_minor + step_above(self.price_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Taken:
    """A bid that was taken: how the auction stands after it, and what it came to for the bidder."""

    standing: Standing
    state: BidState
    extended: bool


def step_above(price_minor: int, currency: str) -> int:
    """By how much the next bid is above a price: about 2 to 5 percent, in coins of the currency, one at least."""
    unit: int = 10 ** exponent(currency)
    for below, hundredths in LADDER:
        if price_minor < below * unit:
            return max(1, hundredths * unit // 100)
    return TOP_STEP * unit // 100


def take_bid(standing: Standing, bidder: UUID, max_minor: int, own_minor: int | None, now: datetime) -> Taken:
    """The auction after a bid up to `max_minor`; `own_minor` is the bidder's maximum so far. Refuses what cannot be.

    The leader pays one step above the best of the others, never more than their own maximum. Who raises their own
    maximum changes nothing that others see.
    """
    at = max(now, standing.last_at)
    if at >= standing.closes_at or standing.bids >= MOST_BIDS:
        raise AuctionOver
    if bidder in standing.barred:
        raise NotYourAuction
    if max_minor > HIGHEST_BID_MINOR:
        raise BidTooHigh(most=format_minor(HIGHEST_BID_MINOR, standing.currency))
    if own_minor is not None and max_minor <= own_minor:
        raise BidLowered(own=format_minor(own_minor, standing.currency))
    leader, number = standing.leader, standing.bids + 1
    fresh = Maximum(bidder, max_minor, number)
    if leader is not None and leader.bidder == bidder:
        return Taken(replace(standing, leader=fresh, bids=number, last_at=at), BidState.RAISED, extended=False)
    if max_minor < standing.next_minor:
        least = standing.next_minor
        raise BidTooLow(least=format_minor(least, standing.currency), next_minor=least)
    leads, price = _outcome(standing, fresh)
    closes_at, extended = _extended(standing, at)
    after = replace(
        standing,
        leader=leads,
        price_minor=price,
        bids=number,
        last_at=at,
        closes_at=closes_at,
        extensions=standing.extensions + extended,
    )
    return Taken(after, BidState.LEADING if leads is fresh else BidState.OUTBID, extended)


def _outcome(standing: Standing, fresh: Maximum) -> tuple[Maximum, int]:
    """Who leads after a bid that was high enough, and at what price: a tie goes to who was first."""
    leader = standing.leader
    if leader is None:
        return fresh, standing.start_minor
    winner, loser = (fresh, leader) if fresh.max_minor > leader.max_minor else (leader, fresh)
    above = loser.max_minor + step_above(loser.max_minor, standing.currency)
    return winner, max(standing.price_minor, min(winner.max_minor, above))


def _extended(standing: Standing, at: datetime) -> tuple[datetime, bool]:
    """When the auction closes after a bid at `at`: a late one gives the others `extend_seconds`, a bounded number."""
    until = at + timedelta(seconds=standing.extend_seconds)
    if until <= standing.closes_at or standing.extensions >= standing.most_extensions:
        return standing.closes_at, False
    return until, True


def next_in_line(maxima: list[Maximum], gone: UUID, start_minor: int, currency: str) -> tuple[Maximum, int] | None:
    """Who gets the lot when the winner does not pay, at the price as if the winner had never bid; None for nobody."""
    rest = sorted((one for one in maxima if one.bidder != gone), key=lambda one: (-one.max_minor, one.number))
    if not rest:
        return None
    heir = rest[0]
    if len(rest) == 1:
        return heir, start_minor
    second = rest[1].max_minor
    return heir, max(start_minor, min(heir.max_minor, second + step_above(second, currency)))


def offered_steps(standing_next_minor: int, currency: str) -> list[int]:
    """Three maxima to press: the least, and two of the steps above it."""
    first = standing_next_minor
    second = first + 2 * step_above(first, currency)
    return [first, second, second + 3 * step_above(second, currency)]
