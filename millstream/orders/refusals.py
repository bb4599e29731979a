"""What orders say no with."""

from millstream.kernel.refusals import Refusal


class KeyReused(Refusal):
    """The idempotency key stood for another wish before."""

    code = "orders.key_reused"


class KeyMissing(Refusal):
    """A purchase by a program needs an idempotency key of 16 to 200 characters."""

    code = "orders.key_missing"


class QuantityRefused(Refusal):
    """The quantity is not between 1 and `most`."""

    code = "orders.quantity_refused"


class PriceChanged(Refusal):
    """The price is not the one that the buyer saw (`price_minor`, `seen_minor`, `currency`)."""

    code = "orders.price_changed"


class WrongCurrency(Refusal):
    """The offer is in `currency`, the shop sells in `wanted`: nobody can be asked to pay that."""

    code = "orders.wrong_currency"


class AddressMissing(Refusal):
    """There is no address on file and none was given."""

    code = "orders.address_missing"


class ContactMissing(Refusal):
    """There is no contact on file and none was given."""

    code = "orders.contact_missing"


class TillFull(Refusal):
    """More wishes wait than the till takes; nothing was ordered (`retry_after` seconds)."""

    code = "orders.till_full"


class TillAway(Refusal):
    """The books cannot be written now; nothing was ordered."""

    code = "orders.till_away"


class GatewayAway(Refusal):
    """The payment gateway does not answer; the order stands and can be paid until `until`."""

    code = "orders.gateway_away"


class NotPayable(Refusal):
    """The order is `state`: there is nothing to pay."""

    code = "orders.not_payable"


class HoldExpired(Refusal):
    """The hold on the goods ran out before the payment; they are for sale again."""

    code = "orders.hold_expired"


class NotCancellable(Refusal):
    """The order is `state`, from which it cannot be cancelled."""

    code = "orders.not_cancellable"


class NotRefundable(Refusal):
    """More was asked back than is left of the payment (`left_minor`, `currency`)."""

    code = "orders.not_refundable"


class CaseHoldsMoney(Refusal):
    """This case ends only by saying where its money goes, and not like this."""

    code = "orders.case_holds_money"


class RefundSettled(Refusal):
    """What becomes of this refund's money was decided before (`state`)."""

    code = "orders.refund_settled"


class NotKept(Refusal):
    """The sale cannot keep this money: it pays no order, or the goods are lost or with their maker again."""

    code = "orders.not_kept"


class NotDeliverable(Refusal):
    """Only a paid order can be delivered; this one is `state`."""

    code = "orders.not_deliverable"


class NotDelivered(Refusal):
    """The return window opens with delivery; this order is `state`."""

    code = "orders.not_delivered"


class DemoOnly(Refusal):
    """This can be pressed in a demo only."""

    code = "orders.demo_only"


class BadStatement(Refusal):
    """The file is no statement of the gateway (`line`)."""

    code = "orders.bad_statement"


class Malformed(Refusal):
    """A part of the request cannot be read; `field` names it."""

    code = "orders.malformed"
