"""The door of deals."""

from millstream.deals.actions.close_deal import close_deal, close_deals_of
from millstream.deals.actions.open_auction import cancel_auction, open_auction
from millstream.deals.actions.open_deal import open_deal
from millstream.deals.actions.place_bids import place_bid, place_bids
from millstream.deals.actions.plan_room_price import drop_room_price, open_room_prices, plan_room_price
from millstream.deals.actions.settle_auctions import settle_auctions
from millstream.deals.actions.take_lot import take_lot
from millstream.deals.actions.tend_deals import tend_deals
from millstream.deals.queries.auctions import (
    auction,
    auctions_of,
    bidding,
    biddings,
    lot_of_winner,
    lots_at_stake,
    receipt,
    steps,
    won_lots,
)
from millstream.deals.queries.checks import check_deals
from millstream.deals.queries.consent import least_prices
from millstream.deals.queries.deals import deal_of, deal_prices, deals_of, past_deals_of, price_history, room_prices
from millstream.deals.rules.pricing import price_of_one
from millstream.deals.rules.receipt import verify_receipt

__all__ = [
    "auction",
    "auctions_of",
    "bidding",
    "biddings",
    "cancel_auction",
    "check_deals",
    "close_deal",
    "close_deals_of",
    "deal_of",
    "deal_prices",
    "deals_of",
    "drop_room_price",
    "least_prices",
    "lot_of_winner",
    "lots_at_stake",
    "open_auction",
    "open_deal",
    "open_room_prices",
    "past_deals_of",
    "place_bid",
    "place_bids",
    "plan_room_price",
    "price_history",
    "price_of_one",
    "receipt",
    "room_prices",
    "settle_auctions",
    "steps",
    "take_lot",
    "tend_deals",
    "verify_receipt",
    "won_lots",
]
