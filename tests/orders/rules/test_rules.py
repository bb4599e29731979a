"""Decisions about orders and money, over all inputs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.orders import rules
from millstream.orders.refusals import BadStatement, KeyMissing, PriceChanged, QuantityRefused, WrongCurrency
from millstream.orders.rules import Standing
from millstream.orders.types import OrderState, PaymentState, Verdict

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LEFT = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(lambda left: sum(left) > 0)


@given(LEFT, st.data())
def test_a_shared_refund_adds_up_and_takes_from_nobody_more_than_is_left(left: list[int], data: st.DataObject) -> None:
    """Shares sum to the refund, each between nothing and what is left of its line."""
    amount = data.draw(st.integers(1, sum(left)))
    shares = rules.share_refund(amount, left)
    assert sum(shares) == amount
    assert all(0 <= share <= have for share, have in zip(shares, left, strict=True))


@given(LEFT)
def test_refunding_all_that_is_left_empties_every_line(left: list[int]) -> None:
    """The whole refund is what is left of each."""
    assert rules.share_refund(sum(left), left) == tuple(left)


@given(LEFT, st.data())
def test_refunds_one_after_the_other_come_to_the_whole(left: list[int], data: st.DataObject) -> None:
    """Whatever was given back first, the rest can be given back exactly."""
    first = rules.share_refund(data.draw(st.integers(1, sum(left))), left)
    rest = [have - share for have, share in zip(left, first, strict=True)]
    if sum(rest):
        assert rules.share_refund(sum(rest), rest) == tuple(rest)


def standing(**changes: object) -> Standing:
    """A payment that is asked for."""
    told: dict[str, object] = {
        "payment_state": PaymentState.OPEN,
        "amount_minor": 100,
        "currency": "CNY",
        "order_state": OrderState.PLACED,
        "has_accepted": False,
    }
    return Standing(**{**told, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        (None, Verdict.UNKNOWN),
        (standing(), None),
        (standing(order_state=OrderState.EXPIRED), None),
        (standing(payment_state=PaymentState.DECLINED), None),
        (standing(payment_state=PaymentState.LAPSED), None),
        (standing(payment_state=PaymentState.CAPTURED), Verdict.DUPLICATE),
        (standing(amount_minor=99), Verdict.WRONG_AMOUNT),
        (standing(currency="JPY"), Verdict.WRONG_AMOUNT),
        (standing(order_state=OrderState.PAID, has_accepted=True), Verdict.SECOND),
        (standing(order_state=OrderState.REFUNDED, has_accepted=True), Verdict.SECOND),
        (standing(order_state=OrderState.CANCELLED), Verdict.LATE),
    ],
)
def test_every_capture_is_judged(known: Standing | None, verdict: Verdict | None) -> None:
    """Captured money pays an order that waits, or is booked apart with its reason; none is dropped."""
    assert rules.judge_capture(known, amount_minor=100, currency="CNY") is verdict


@given(
    st.sampled_from(PaymentState),
    st.sampled_from(OrderState),
    st.booleans(),
    st.integers(1, 300),
    st.sampled_from(["CNY", "JPY"]),
)
def test_only_an_order_that_waits_for_exactly_this_money_is_paid(
    payment: PaymentState, order: OrderState, has_accepted: bool, amount: int, currency: str
) -> None:
    """No other combination pays."""
    known = standing(payment_state=payment, order_state=order, has_accepted=has_accepted)
    pays = rules.judge_capture(known, amount_minor=amount, currency=currency) is None
    waits = order in (OrderState.PLACED, OrderState.EXPIRED) and not has_accepted
    assert pays == (waits and payment is not PaymentState.CAPTURED and (amount, currency) == (100, "CNY"))


@given(st.integers(0, 40))
def test_open_sessions_are_asked_about_ever_less_often_and_not_for_ever(asked_times: int) -> None:
    """Each pause is at least as long as the one before; after two days nobody asks."""
    first = rules.next_question(opened_at=NOW, now=NOW, asked_times=asked_times)
    later = rules.next_question(opened_at=NOW, now=NOW, asked_times=asked_times + 1)
    assert first is not None
    assert later is not None
    assert NOW < first <= later
    assert rules.next_question(opened_at=NOW, now=NOW + timedelta(hours=48), asked_times=asked_times) is None


@given(st.integers(-5, 120))
def test_quantities_are_between_one_and_ninety_nine(quantity: int) -> None:
    """Anything else is refused."""
    if 1 <= quantity <= rules.MOST_UNITS:
        rules.check_quantity(quantity)
    else:
        with pytest.raises(QuantityRefused):
            rules.check_quantity(quantity)


def test_a_price_must_be_the_one_seen_and_in_the_shops_currency() -> None:
    """Another price or another currency is refused; who saw none takes the present one."""
    rules.check_price(seen_minor=None, price_minor=5, currency="CNY", shop_currency="CNY")
    rules.check_price(seen_minor=5, price_minor=5, currency="CNY", shop_currency="CNY")
    with pytest.raises(PriceChanged):
        rules.check_price(seen_minor=4, price_minor=5, currency="CNY", shop_currency="CNY")
    with pytest.raises(WrongCurrency):
        rules.check_price(seen_minor=5, price_minor=5, currency="JPY", shop_currency="CNY")


def test_short_keys_are_refused_and_long_ones_are_told_apart() -> None:
    """A key that somebody else might use too is no key."""
    with pytest.raises(KeyMissing):
        rules.key_hash("1")
    with pytest.raises(KeyMissing):
        rules.key_hash("x" * 201)
    assert rules.key_hash("x" * 16) != rules.key_hash("x" * 17)


HEAD = "kind,id,session,reference,amount_minor,fee_minor,net_minor,currency,at\n"


@pytest.mark.parametrize(
    "line",
    [
        "capture,c1,s,r,12.5,0,0,CNY,2026-11-21T10:00:00+00:00",
        "capture,c1,s,r,-5,0,0,CNY,2026-11-21T10:00:00+00:00",
        "refund,c1,s,r,5,0,0,CNY,2026-11-21T10:00:00+00:00",
        "capture,c1,s,r,5,-1,0,CNY,2026-11-21T10:00:00+00:00",
        "gift,c1,s,r,5,0,0,CNY,2026-11-21T10:00:00+00:00",
        "capture,,s,r,5,0,0,CNY,2026-11-21T10:00:00+00:00",
        "capture,c1,s,r,5,0,0,CNY,2026-11-21T10:00:00",
        "capture,c1,s,r,5,0,0,yuan,2026-11-21T10:00:00+00:00",
        "capture,c1",
    ],
)
def test_a_broken_line_of_a_statement_is_named(line: str) -> None:
    """Line two is said to be broken."""
    with pytest.raises(BadStatement) as refused:
        rules.parse_statement(f"{HEAD}{line}\n")
    assert refused.value.facts == {"line": 2}


def test_a_statement_is_read_by_its_header_whatever_the_order_of_columns() -> None:
    """Columns are found by name."""
    rows = rules.parse_statement(
        "currency,id,kind,session,at,fee_minor,amount_minor\nCNY,c1,capture,s,2026-11-21T10:00:00Z,3,500\n"
    )
    assert [(row.id, row.amount_minor, row.fee_minor) for row in rows] == [("c1", 500, 3)]
