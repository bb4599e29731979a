"""What `live` does when it hears: writes the trade of rooms, counts what shows have sold."""

from millstream.live.handlers.after import cut_products
from millstream.live.handlers.crew import tell_rooms
from millstream.live.handlers.household import clear_tables, tell, tell_maker
from millstream.live.handlers.promise import end_promise, keep_promises
from millstream.live.handlers.tally import count_sales
from millstream.live.handlers.trade import (
    write_trade,
)

__all__ = [
    "clear_tables",
    "count_sales",
    "cut_products",
    "end_promise",
    "keep_promises",
    "tell",
    "tell_maker",
    "tell_rooms",
    "write_trade",
]
