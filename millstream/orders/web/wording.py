"""How the refusals of orders are said."""

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING = {
    "orders.key_reused": Wording(
        _("This idempotency key was used for another purchase."), _("Send a new key with a new purchase."), 422
    ),
    "orders.key_missing": Wording(
        _("A purchase needs an Idempotency-Key of {shortest} to {longest} characters."),
        _("Send one that nobody else uses, such as a random UUID."),
        400,
    ),
    "orders.quantity_refused": Wording(
        _("{quantity} pieces cannot be bought at once."), _("Choose between 1 and {most}."), 422
    ),
    "orders.price_changed": Wording(
        _("The price has changed since you saw it. Nothing was ordered."),
        _("Look at the new price and confirm again."),
        409,
    ),
    "orders.wrong_currency": Wording(
        _("This price is in {currency}, but the shop sells in {wanted}. Nothing was ordered."),
        _("The shop has to correct its price first."),
        409,
    ),
    "orders.address_missing": Wording(
        _("We do not know yet where the parcel should go."), _("Give a name and an address."), 422
    ),
    "orders.contact_missing": Wording(
        _("We do not know yet how to reach you."), _("Give a phone number or an e-mail address."), 422
    ),
    "orders.till_full": Wording(
        _("Too many people are buying at this moment. Nothing was ordered."),
        _("Please try again in a few seconds."),
        503,
    ),
    "orders.till_away": Wording(
        _("The till cannot write just now. You have not been charged."),
        _("Please try again; the same purchase is never made twice."),
        503,
    ),
    "orders.gateway_away": Wording(
        _("The payment gateway does not answer. Your goods are kept for you."),
        _("Open the payment again in a moment."),
        503,
    ),
    "orders.not_payable": Wording(
        _("There is nothing to pay for this order."), _("Look at the order to see why."), 409
    ),
    "orders.hold_expired": Wording(
        _("The time to pay has run out and the goods are for sale again. You have not been charged."),
        _("Buy again if there is still some left."),
        410,
    ),
    "orders.not_cancellable": Wording(
        _("This order cannot be cancelled any more."), _("It may be on its way; ask for a refund instead."), 409
    ),
    "orders.not_refundable": Wording(
        _("More cannot be given back than is left of the payment."), _("Choose a smaller amount."), 409
    ),
    "orders.case_holds_money": Wording(
        _("Money waits in this case. It closes by saying where the money goes."),
        _("Choose one of the ways that the case offers."),
        409,
    ),
    "orders.refund_settled": Wording(
        _("Somebody has decided before what becomes of this money."), _("Look at the order to see what."), 409
    ),
    "orders.not_kept": Wording(
        _("The sale cannot keep this money: the buyer does not have the goods."),
        _("Give it back, by the gateway or by hand."),
        409,
    ),
    "orders.not_deliverable": Wording(
        _("Only a paid order can be delivered."), _("Look at the order to see where it stands."), 409
    ),
    "orders.not_delivered": Wording(
        _("The return window opens when the order is delivered."), _("Wait for the delivery."), 409
    ),
    "orders.demo_only": Wording(_("This can be pressed in a demo only."), _("Wait for the real thing."), 403),
    "orders.bad_statement": Wording(
        _("Line {line} of the file cannot be read as a settlement statement. Nothing was booked."),
        _("Download the statement from the gateway again."),
        422,
    ),
    "orders.malformed": Wording(
        _("“{field}” cannot be read."), _("Correct it and send it again; nothing was ordered."), 422
    ),
}
