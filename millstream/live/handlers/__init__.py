"""What `live` does when it hears: writes the trade of rooms, counts what shows have sold."""

from millstream.live.handlers.trade import (
    count_sale,
    write_trade,
)

__all__ = [
    "count_sale",
    "write_trade",
]
