"""The door of orders."""

from millstream.orders.actions.ask_gateway import ask_open_sessions
from millstream.orders.actions.ask_refund import ask_refund
from millstream.orders.actions.cancel_order import cancel_order
from millstream.orders.actions.capture_payments import capture_payments
from millstream.orders.actions.close_case import close_case
from millstream.orders.actions.deliver_order import deliver_now, deliver_order, end_return_window
from millstream.orders.actions.expire_orders import expire_orders
from millstream.orders.actions.open_session import open_session
from millstream.orders.actions.pay_again import payment_to_make
from millstream.orders.actions.place_orders import place_order, place_orders
from millstream.orders.actions.release_escrow import release_escrow
from millstream.orders.actions.send_refunds import send_refunds
from millstream.orders.actions.settle_gateway_statement import settle_gateway_statement
from millstream.orders.adapters.list_offers import list_offer
from millstream.orders.checks import check_orders
from millstream.orders.links import order_path, pay_path
from millstream.orders.queries import (
    browsers_of,
    counts_of_seller,
    has_bought,
    open_case_count,
    open_cases,
    order,
    order_by_code_and_signature,
    order_of_actor,
    orders_bought,
    orders_of,
    orders_sold,
    recent_orders,
    sale_lines,
    sales_in_show,
    shows_of_seller,
    unsettled_orders,
)
from millstream.orders.till.till import till

__all__ = [
    "ask_open_sessions",
    "ask_refund",
    "browsers_of",
    "cancel_order",
    "capture_payments",
    "check_orders",
    "close_case",
    "counts_of_seller",
    "deliver_now",
    "deliver_order",
    "end_return_window",
    "expire_orders",
    "has_bought",
    "list_offer",
    "open_case_count",
    "open_cases",
    "open_session",
    "order",
    "order_by_code_and_signature",
    "order_of_actor",
    "order_path",
    "orders_bought",
    "orders_of",
    "orders_sold",
    "pay_path",
    "payment_to_make",
    "place_order",
    "place_orders",
    "recent_orders",
    "release_escrow",
    "sale_lines",
    "sales_in_show",
    "send_refunds",
    "settle_gateway_statement",
    "shows_of_seller",
    "till",
    "unsettled_orders",
]
