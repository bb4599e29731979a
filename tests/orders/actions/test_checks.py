"""What `reconcile` finds: each promise about money broken by hand, past every trigger, and exactly that is told."""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.kernel.settings import conf
from millstream.orders.actions.end_refund import fail_refund
from millstream.orders.api import (
    ask_refund,
    capture_payments,
    check_orders,
    deliver_now,
    expire_orders,
    settle_gateway_statement,
)
from millstream.orders.checks import PROOFS
from millstream.orders.models import Refund
from millstream.orders.types import OrderPlaced
from millstream.pacts.api import check_splits
from tests.orders.actions.test_settle_orders import in_demo, released
from tests.orders.actions.test_settlement import STATEMENT, refund_line
from tests.orders.market import Market, buy, buy_and_pay, captured, make_market, run_out

pytestmark = pytest.mark.django_db(transaction=True)

PLATFORM = "(SELECT actor_id FROM pacts_splitline WHERE part = 'platform' LIMIT 1)"
MAKER = "(SELECT actor_id FROM pacts_splitline WHERE part = 'maker' LIMIT 1)"


def placed(market: Market) -> OrderPlaced:
    """An order that waits for its money."""
    return buy(market)


def late(market: Market) -> OrderPlaced:
    """Money that came after the hold ran out; the goods had gone to somebody else."""
    first = buy(market)
    expire_orders(now=run_out(first))
    buy_and_pay(market)
    capture_payments([captured(first)], now=run_out(first))
    return first


def refunded(market: Market) -> OrderPlaced:
    """An order of which a part was asked back."""
    paid = buy_and_pay(market)
    ask_refund(paid.order_id, amount_minor=500, reason="chipped", by=None, now=read_now())
    return paid


def refused(market: Market) -> OrderPlaced:
    """An order of which a part was asked back, and the gateway refused."""
    paid = refunded(market)
    fail_refund(Refund.objects.get().id, reason="closed", now=read_now())
    return paid


def settled(market: Market) -> OrderPlaced:
    """An order of which a part went back, as the gateway's statement says."""
    paid = refunded(market)
    settle_gateway_statement(STATEMENT + refund_line(Refund.objects.get().id, paid, -500), now=read_now())
    return paid


# How it came to be, what is broken in it, and what is told; some damage breaks more than one promise.
DAMAGE: dict[str, tuple[Callable[[Market], OrderPlaced], str, set[str]]] = {
    "a payment took another amount": (
        buy_and_pay,
        "UPDATE orders_payment SET captured_minor = captured_minor + 1",
        {"an order is paid by exactly one accepted payment of its total"},
    ),
    "an order gave back more than its payment": (
        buy_and_pay,
        "UPDATE orders_order SET refunded_minor = refunded_minor + 1",
        {
            "what an order gave back is what its accepted payment gave back",
            "escrow holds the money of paid orders until release",
        },
    ),
    "a refund is gone": (
        refunded,
        "DELETE FROM orders_refundshare; DELETE FROM orders_refund",
        {
            "what a payment gave back is the sum of its refunds",
            "the gateway owes of an order what was captured and not sent back",
        },
    ),
    "late money counts as kept": (
        late,
        "DELETE FROM orders_refund; UPDATE orders_payment SET refunded_minor = 0 WHERE NOT accepted",
        {
            "a captured payment that pays no order is given back",
            "unallocated is what came for nothing and is not given back, and what the gateway refused to give back",
        },
    ),
    "an order is called refunded with nothing given back": (
        buy_and_pay,
        "UPDATE orders_order SET state = 'refunded', ended_at = now()",
        {"an order is refunded when all of its money goes back, and only then"},
    ),
    "a case of refused money is closed": (
        refused,
        "UPDATE orders_paymentcase SET closed_at = now(), resolution = 'x'",
        {"a refused refund is an open case, and unallocated money of a session nobody opened is too"},
    ),
    "refused money is called kept": (
        refused,
        "UPDATE orders_refund SET state = 'kept'",
        {
            "what a payment gave back is the sum of its refunds",
            "unallocated is what came for nothing and is not given back, and what the gateway refused to give back",
        },
    ),
    "the entry of late money is gone": (
        late,
        "DELETE FROM ledger_posting WHERE entry_id IN (SELECT id FROM ledger_entry WHERE kind = 'late_capture')",
        {"unallocated is what came for nothing and is not given back, and what the gateway refused to give back"},
    ),
    "a settled refund is called refused": (
        settled,
        "UPDATE orders_refund SET state = 'by_hand'",
        {
            "what the gateway settled as given back was not refused",
            "the gateway owes of an order what was captured and not sent back",
        },
    ),
    "a line costs more": (
        buy_and_pay,
        "UPDATE orders_line SET goods_minor = goods_minor + 1, price_minor = price_minor + 1",
        {"the lines of an order are its goods"},
    ),
    "a share is larger": (
        buy_and_pay,
        "UPDATE pacts_splitline SET amount_minor = amount_minor + 1 WHERE part = 'maker'",
        {"the split lines of an order are its total"},
    ),
    "a split is another seller's": (
        buy_and_pay,
        f"UPDATE pacts_splitsheet SET seller_id = {PLATFORM}",  # noqa: S608 - constants
        {"the split of a line is between those of its order"},
    ),
    "a share of a refund is gone": (
        refunded,
        "DELETE FROM orders_refundshare WHERE part = 'maker'",
        {"shares of a refund are the refund"},
    ),
    "a capture is under no order": (
        buy_and_pay,
        "UPDATE ledger_posting SET subject = NULL WHERE amount_minor > 0",
        {"the gateway owes of an order what was captured and not sent back"},
    ),
    "escrow is under no order": (
        buy_and_pay,
        "UPDATE ledger_posting SET subject = NULL WHERE amount_minor < 0",
        {"escrow holds the money of paid orders until release"},
    ),
    "released money went to somebody else": (
        released,
        f"""UPDATE ledger_posting SET account_id = (
                SELECT id FROM ledger_account WHERE purpose = 'payable' AND owner_id = {PLATFORM})
            WHERE account_id = (SELECT id FROM ledger_account WHERE purpose = 'payable' AND owner_id = {MAKER})""",  # noqa: S608 - constants
        {"released money went to those who had a part, each their own"},
    ),
    "a hold is larger": (
        placed,
        "UPDATE shops_hold SET quantity = quantity + 1",
        {"a line has its hold, of its quantity"},
    ),
    "a hold outlives its order": (
        placed,
        "UPDATE orders_order SET state = 'cancelled', ended_at = now()",
        {"a live hold belongs to an order that waits for its money"},
    ),
    "the hold of a paid order is not claimed": (
        buy_and_pay,
        "UPDATE shops_hold SET state = 'released'",
        {"the hold of a paid order is claimed, and only that one"},
    ),
    "an order is delivered and its parcel is not": (
        buy_and_pay,
        "UPDATE orders_order SET state = 'delivered', delivered_at = now(), releasable_at = now()",
        {"an order that was delivered has its parcel delivered, unless a demo pressed it"},
    ),
    "a paid order has no parcel": (
        buy_and_pay,
        "DELETE FROM logistics_custodyevent; DELETE FROM logistics_parcel",
        {"a paid order has its parcel"},
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_nothing_else_is_told(name: str) -> None:
    """Rows changed behind every trigger and action: the promises that they break are told, and only those."""
    become, statement, promises = DAMAGE[name]
    become(make_market(stock=1 if become is late else 5))
    assert check_orders() == []
    damage(statement)
    assert {difference.promise for difference in check_orders()} == promises


def test_every_promise_is_broken_by_some_damage() -> None:
    """No proof is here that nobody has seen fail."""
    assert set(PROOFS) == {promise for _, _, promises in DAMAGE.values() for promise in promises}


def test_a_share_that_was_moved_to_somebody_else_is_found() -> None:
    """The maker's part is the seller's and delivery the platform's: no pact says so, the split's own sheet does."""
    buy_and_pay(make_market())
    assert check_splits() == []
    damage(f"UPDATE pacts_splitline SET actor_id = {PLATFORM} WHERE part = 'maker'")  # noqa: S608 - constants
    (found,) = check_splits()
    assert found.promise == "the maker's part is whose it is"
    assert found.found == str(conf().platform_actor)
    damage(f"UPDATE pacts_splitline SET actor_id = {maker()} WHERE part = 'maker'")  # noqa: S608 - constants
    damage(f"UPDATE pacts_splitline SET actor_id = {maker()} WHERE part = 'carriage'")  # noqa: S608 - constants
    (found,) = check_splits()
    assert (found.promise, found.expected) == ("the carriage's part is whose it is", str(conf().platform_actor))


def test_a_delivery_that_a_demo_pressed_is_no_difference(settings: object) -> None:
    """In a demo an order may arrive without its parcel: the fact says who pressed it."""
    paid = buy_and_pay(make_market())
    in_demo(settings)
    deliver_now(paid.order_id, pressed_by=conf().platform_actor, now=read_now())
    assert check_orders() == []


def test_reconcile_ends_with_one_when_anything_differs() -> None:
    """The command prints what differs under its promise and ends with 1; with nothing to tell it just ends."""
    buy_and_pay(make_market())
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert "differs" not in out.getvalue()
    damage("UPDATE orders_order SET state = 'refunded', ended_at = now()")
    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", stdout=out)
    assert ended.value.code == 1
    assert "differs  holds match orders" in out.getvalue()
    assert "promise=an order is refunded when all of its money goes back, and only then" in out.getvalue()


def maker() -> str:
    """The seller of the only order, as SQL."""
    return "(SELECT seller_id FROM pacts_splitsheet LIMIT 1)"


def damage(statements: str) -> None:
    """Run these statements with the triggers of their tables off."""
    with connection.cursor() as cursor:
        for statement in statements.split("; "):
            (table,) = re.findall(r"^(?:UPDATE|DELETE FROM) (\w+)", statement)
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement)
            assert cursor.rowcount > 0, statement
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
