"""The statements of a batch of bids: lock the auctions, read the bidders, write by sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from millstream.deals.rules.bidding import Standing

_LOCK: Final = """
SELECT id, show_id, host_id, seller_id, state, currency, start_minor, price_minor, closes_at, extend_seconds,
       most_extensions, extensions, bids, last_at, leader_id, leader_name, head
FROM deals_auction WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
_BIDDERS: Final = """
SELECT auction_id, actor_id, name, max_minor, number, paddle FROM deals_bidder
WHERE (auction_id, actor_id) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))
   OR (auction_id, actor_id) IN (SELECT id, leader_id FROM deals_auction WHERE id = ANY(%s::uuid[]))
"""
_PADDLES: Final = """
SELECT auction_id, max(paddle) FROM deals_bidder WHERE auction_id = ANY(%s::uuid[]) GROUP BY auction_id
"""
_KNOWN: Final = """
SELECT auction_id, actor_id, key, number, max_minor, state FROM deals_bid
WHERE (auction_id, actor_id, key) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[]))
"""
_MOVE: Final = """
UPDATE deals_auction AS auction
SET price_minor = moved.price_minor, closes_at = moved.closes_at, extensions = moved.extensions, bids = moved.bids,
    last_at = moved.last_at, leader_id = moved.leader_id, leader_name = moved.leader_name, head = moved.head
FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::int[], %s::int[], %s::timestamptz[], %s::uuid[],
            %s::text[], %s::text[])
     AS moved(id, price_minor, closes_at, extensions, bids, last_at, leader_id, leader_name, head)
WHERE auction.id = moved.id AND auction.state = 'open'
"""
_KEEP_BIDDERS: Final = """
INSERT INTO deals_bidder (auction_id, actor_id, visitor, paddle, name, max_minor, number, language)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::int[], %s::text[], %s::bigint[], %s::int[], %s::text[])
ON CONFLICT (auction_id, actor_id)
DO UPDATE SET max_minor = excluded.max_minor, number = excluded.number, visitor = excluded.visitor,
              language = excluded.language
"""
_ADD: Final = """
INSERT INTO deals_bid (auction_id, number, actor_id, key, at, name, max_minor, salt, seal, price_minor, leader_name,
                       closes_at, extended, state, hash)
SELECT * FROM unnest(%s::uuid[], %s::int[], %s::uuid[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[],
                     %s::text[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bool[], %s::text[],
                     %s::text[])
"""

# The arrays of the two statements above, by the names of a new bid's fields.
_BIDDER_COLUMNS: Final = ("auction", "actor", "visitor", "paddle", "name", "max_minor", "number", "language")
_BID_COLUMNS: Final = (
    *("auction", "number", "actor", "key", "at", "name", "max_minor", "salt", "seal", "price_minor", "leader_name"),
    *("closes_at", "extended", "state", "hash"),
)


@dataclass(frozen=True, slots=True)
class LockedAuction:
    """An auction locked by this transaction."""

    id: UUID
    show: UUID
    is_open: bool
    standing: Standing
    leader_id: UUID | None
    leader_name: str
    head: str


@dataclass(frozen=True, slots=True)
class KnownBidder:
    """Somebody who has bid before, or leads."""

    name: str
    max_minor: int
    number: int
    paddle: int


@dataclass(frozen=True, slots=True)
class NewBid:
    """A bid to write."""

    auction: UUID
    number: int
    actor: UUID
    visitor: UUID
    paddle: int
    key: str
    at: datetime
    name: str
    max_minor: int
    salt: str
    seal: str
    price_minor: int
    leader_name: str
    closes_at: datetime
    extended: bool
    state: str
    hash: str
    language: str


type BidderKey = tuple[UUID, UUID]


def lock_auctions(ids: Iterable[UUID]) -> dict[UUID, LockedAuction]:
    """Lock auctions in key order until the transaction ends; unknown ids are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(set(ids))])
        return {
            row[0]: LockedAuction(
                id=row[0],
                show=row[1],
                is_open=row[4] == "open",
                standing=Standing(
                    currency=row[5],
                    start_minor=row[6],
                    price_minor=row[7],
                    closes_at=row[8],
                    extend_seconds=row[9],
                    most_extensions=row[10],
                    extensions=row[11],
                    bids=row[12],
                    last_at=row[13],
                    leader=None,
                    barred=frozenset((row[2], row[3])),
                ),
                leader_id=row[14],
                leader_name=row[15],
                head=row[16],
            )
            for row in cursor.fetchall()
        }


def read_bidders(keys: Iterable[BidderKey], auctions: Iterable[UUID]) -> dict[BidderKey, KnownBidder]:
    """What these actors have said before in these auctions, and what the leaders of the auctions have."""
    wanted = list(set(keys))
    with connection.cursor() as cursor:
        cursor.execute(_BIDDERS, [[key[0] for key in wanted], [key[1] for key in wanted], list(auctions)])
        return {(row[0], row[1]): KnownBidder(row[2], row[3], row[4], row[5]) for row in cursor.fetchall()}


def read_paddles(auctions: Iterable[UUID]) -> dict[UUID, int]:
    """The highest paddle in each of these auctions. Asked after the lock: the statement that waited for it saw less."""
    with connection.cursor() as cursor:
        cursor.execute(_PADDLES, [list(auctions)])
        return dict(cursor.fetchall())


def read_known(keys: Iterable[tuple[UUID, UUID, str]]) -> dict[tuple[UUID, UUID, str], tuple[int, int, str]]:
    """Bids that stand already, by (auction, actor, idempotency key): number, maximum, what they came to."""
    wanted = list(set(keys))
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [[key[0] for key in wanted], [key[1] for key in wanted], [key[2] for key in wanted]])
        return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in cursor.fetchall()}


def write_bids(bids: Sequence[NewBid], moved: Mapping[UUID, tuple[Standing, str, str]]) -> None:
    """Write the auctions as they stand after the bids (with leader's name and head), the bidders, and the bids."""
    _move(moved)
    _keep_bidders(list({(bid.auction, bid.actor): bid for bid in bids}.values()))
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [[getattr(bid, name) for bid in bids] for name in _BID_COLUMNS])


def _move(moved: Mapping[UUID, tuple[Standing, str, str]]) -> None:
    standings = [standing for standing, _, _ in moved.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            [
                list(moved),
                [standing.price_minor for standing in standings],
                [standing.closes_at for standing in standings],
                [standing.extensions for standing in standings],
                [standing.bids for standing in standings],
                [standing.last_at for standing in standings],
                [standing.leader.bidder if standing.leader else None for standing in standings],
                [name for _, name, _ in moved.values()],
                [head for _, _, head in moved.values()],
            ],
        )
        assert cursor.rowcount == len(moved), "every auction that was locked open was moved"


def _keep_bidders(latest: Sequence[NewBid]) -> None:
    """The newest bid of each bidder."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_BIDDERS, [[getattr(bid, name) for bid in latest] for name in _BIDDER_COLUMNS])
