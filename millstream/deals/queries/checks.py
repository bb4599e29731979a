"""Proving deals and auctions from their rows."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from millstream.deals.models import Auction
from millstream.deals.queries.auctions import receipt
from millstream.deals.rules.receipt import seal_of, verify_receipt
from millstream.deals.types import DealDifference
from millstream.kernel.clock import read_now

MOST_DIFFERENCES: Final = 1_000
MOST_CHAINS: Final = 10_000

# Each gives (row, expected, found) where these differ.
_PROOFS: Final = {
    "numbers of bids have no gap": """
        SELECT auction.id, auction.bids::text, count(bid.id) || ' bids up to ' || coalesce(max(bid.number), 0)
        FROM deals_auction auction LEFT JOIN deals_bid bid ON bid.auction_id = auction.id
        GROUP BY auction.id
        HAVING auction.bids <> count(bid.id) OR auction.bids <> coalesce(max(bid.number), 0)""",
    "a bidder's maximum is their highest bid": """
        SELECT bidder.auction_id, max(bid.max_minor)::text, bidder.max_minor::text
        FROM deals_bidder bidder
        LEFT JOIN deals_bid bid ON bid.auction_id = bidder.auction_id AND bid.actor_id = bidder.actor_id
        GROUP BY bidder.id HAVING bidder.max_minor IS DISTINCT FROM max(bid.max_minor)""",
    "the leader's maximum is the highest and covers the price": """
        SELECT auction.id, 'at least ' || auction.price_minor, coalesce(bidder.max_minor::text, 'nobody')
        FROM deals_auction auction
        LEFT JOIN deals_bidder bidder ON bidder.auction_id = auction.id AND bidder.actor_id = auction.leader_id
        WHERE auction.bids > 0 AND (bidder.id IS NULL OR bidder.max_minor < auction.price_minor
              OR EXISTS (SELECT 1 FROM deals_bidder other WHERE other.auction_id = auction.id
                         AND (other.max_minor, -other.number) > (bidder.max_minor, -bidder.number)))""",
    "an ended deal keeps no allotment": """
        SELECT deal.id, 'closed', 'open' FROM deals_deal deal JOIN shops_pool pool ON pool.id = deal.pool_id
        WHERE deal.state IN ('closed', 'cancelled') AND pool.is_open""",
    "a deal that goes on has its allotment": """
        SELECT deal.id, deal.size::text, coalesce(pool.size::text, 'none')
        FROM deals_deal deal LEFT JOIN shops_pool pool ON pool.id = deal.pool_id
        WHERE (deal.state = 'open' OR (deal.state = 'planned' AND deal.kind = 'window')) AND deal.size IS NOT NULL
              AND (pool.id IS NULL OR NOT pool.is_open OR pool.size <> deal.size
                   OR pool.stock_item_id <> deal.stock_item_id)""",
    "an auction that goes on has its one unit, an ended one none": """
        SELECT auction.id, auction.state, CASE WHEN pool.is_open THEN 'set aside' ELSE 'given back' END
        FROM deals_auction auction JOIN shops_pool pool ON pool.id = auction.pool_id
        WHERE (auction.state IN ('open', 'won') AND NOT pool.is_open)
           OR (auction.state IN ('unsold', 'cancelled') AND (pool.is_open OR pool.sold > 0))
           OR (auction.state = 'sold' AND pool.sold <> 1)""",
}


def check_deals(now: datetime | None = None) -> list[DealDifference]:
    """Everything about deals and auctions that is not as promised; an empty list is a proof. At most 1,000.

    Allotments against deals, numbers and maxima against bids, and the hash chain and seals of every auction.
    """
    moment = now or read_now()
    found: list[DealDifference] = []
    with connection.cursor() as cursor:
        for promise, statement in _PROOFS.items():
            cursor.execute(f"{statement} LIMIT %s", [MOST_DIFFERENCES])
            found += [
                DealDifference(promise, UUID(str(row[0])), row[1] or "", row[2] or "") for row in cursor.fetchall()
            ]
    auctions = Auction.objects.filter(opened_at__lte=moment).order_by("id").values_list("id", flat=True)
    for auction in list(auctions[:MOST_CHAINS]):
        found += _chain(auction)
    return found[:MOST_DIFFERENCES]


def _chain(auction: UUID) -> list[DealDifference]:
    wrong = [
        DealDifference("the receipt proves itself", auction, "", line) for line in verify_receipt(receipt(auction))
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, max_minor, salt, seal FROM deals_bid WHERE auction_id = %s", [auction])
        return wrong + [
            DealDifference("a seal fits its maximum", auction, seal_of(row[1], row[2]), row[3])
            for row in cursor.fetchall()
            if seal_of(row[1], row[2]) != row[3]
        ]
