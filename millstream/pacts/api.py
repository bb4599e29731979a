"""The door of the pacts."""

from millstream.pacts.actions.agree_floor_price import agree_floor_price
from millstream.pacts.actions.agree_pact import agree_pact
from millstream.pacts.actions.end_floor_price import end_floor_price
from millstream.pacts.actions.end_pact import end_pact
from millstream.pacts.actions.freeze_splits import freeze_splits
from millstream.pacts.queries import check_splits, floor_prices, pact, pacts_of, split_lines, where_it_goes
from millstream.pacts.rules import share_sale

__all__ = [
    "agree_floor_price",
    "agree_pact",
    "check_splits",
    "end_floor_price",
    "end_pact",
    "floor_prices",
    "freeze_splits",
    "pact",
    "pacts_of",
    "share_sale",
    "split_lines",
    "where_it_goes",
]
