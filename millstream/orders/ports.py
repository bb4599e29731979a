"""What orders need from above (offers) and from outside (a gateway that collects money)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from millstream.kernel.refusals import Refusal
from millstream.kernel.texts import Text
from millstream.orders.types import Notice, OrderRecord, SessionTerms


@dataclass(frozen=True, slots=True)
class OfferAsk:
    """A wish for a variant, in a show or outside, by whom, and with which coupon's code (empty for none)."""

    variant_id: UUID
    quantity: int
    show_id: UUID | None = None
    visitor: UUID | None = None
    buyer_id: UUID | None = None
    buyer_key: bytes | None = None
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a variant costs now, and where it comes from. `price_source` is `list` or the name of a deal's kind.

    `price_minor` is for one; `discount_minor` is what a coupon takes off the whole line.
    """

    variant_id: UUID
    stock_item_id: UUID
    price_minor: int
    currency: str
    price_source: str
    seller: UUID
    shop_id: UUID
    shop_currency: str
    title: Text
    variant_title: Text
    station_actor: UUID | None
    weight_grams: int
    image: str = ""
    pool_id: UUID | None = None
    cap: int | None = None
    discount_minor: int = 0
    coupon_id: UUID | None = None
    show_id: UUID | None = None
    host: UUID | None = None


@dataclass(frozen=True, slots=True)
class CouponTaken:
    """A coupon that took something off an order which now stands."""

    coupon_id: UUID
    order_id: UUID
    discount_minor: int


@dataclass(frozen=True, slots=True)
class CouponChoice:
    """A coupon that a buyer could use here, and what it would take off one."""

    code: str
    discount_minor: int
    currency: str
    usable_until: datetime


class Prices(Protocol):
    """Turns wishes into offers or refusals, in the same order, inside the till's transaction."""

    def offers(self, asks: Sequence[OfferAsk], *, now: datetime) -> list[Offer | Refusal]:
        """One answer per ask."""
        ...


class Offers(Prices, Protocol):
    """Prices, and what coupons take off them."""

    def take_coupons(self, taken: Sequence[CouponTaken], *, now: datetime) -> None:
        """These orders stand, in this transaction: their coupons are used."""
        ...

    def coupons_for(self, ask: OfferAsk, offer: Offer, *, now: datetime) -> list[CouponChoice]:
        """What whoever asks could use on this offer, the one that ends first first."""
        ...


class GatewayUnreachable(Exception):
    """The gateway gave no usable answer; nothing is known about what it did."""


class GatewayRefused(Exception):
    """The gateway understood and said no; `reason` is its word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PaymentGateway(Protocol):
    """Collects money into one place, and gives it back. Never called inside a transaction."""

    name: str

    def pay_url(self, payment_id: UUID) -> str:
        """Where the payer approves; known before the session is open."""
        ...

    async def open_session(self, terms: SessionTerms) -> None:
        """Open the session of a payment, once: asking again with the same terms changes nothing."""
        ...

    async def ask_session(self, payment_id: UUID) -> Notice | None:
        """Ask what became of a session; None when the gateway does not know it."""
        ...

    async def refund(self, *, refund_id: UUID, payment_id: UUID, amount_minor: int, currency: str) -> None:
        """Give money back, once per refund id."""
        ...

    def read_webhook(self, headers: dict[str, str], body: bytes, *, now: datetime) -> Notice | None:
        """Return what a signed message tells; None when the signature is not the gateway's."""
        ...


_offers: Offers | None = None
_gateway: PaymentGateway | None = None


def plug_offers(offers: Offers) -> None:
    """Let `offers` answer from now on; called by the site once."""
    global _offers  # noqa: PLW0603 - one implementation a process, plugged at start
    _offers = offers


def offers_port() -> Offers:
    """The plugged offers; without any, list prices from the shops."""
    if _offers is not None:
        return _offers
    # The adapter imports this module for what it implements.
    from millstream.orders.adapters.list_offers import ListOffers  # noqa: PLC0415 - see above

    return ListOffers()


def plug_gateway(gateway: PaymentGateway) -> None:
    """Let `gateway` collect from now on."""
    global _gateway  # noqa: PLW0603 - one implementation a process, plugged at start
    _gateway = gateway


def gateway_port() -> PaymentGateway:
    """The plugged gateway; without any, the sandbox of this installation."""
    global _gateway  # noqa: PLW0603 - made at first use
    if _gateway is None:
        # The adapter imports this module for what it implements.
        from millstream.orders.adapters.sandbox_gateway import SandboxGateway  # noqa: PLC0415 - see above

        _gateway = SandboxGateway.of_installation()
    return _gateway


@dataclass(frozen=True, slots=True)
class OrderExtra:
    """A fragment for the pages of an order: a template and what it shows."""

    template: str
    context: Mapping[str, Any]


type OrderExtras = Callable[[OrderRecord], Sequence[OrderExtra]]
"""What else belongs on an order's pages, for its buyer and its seller alike, such as what the host promised."""

type SheetWatcher = Callable[[UUID, UUID, UUID], None]
"""Is told that a visitor opened the buy sheet of a variant from a show: (show, variant, visitor)."""


def _no_extras(record: OrderRecord) -> Sequence[OrderExtra]:
    return ()


def _nobody_watches(show: UUID, variant: UUID, visitor: UUID) -> None:
    """Nobody counts."""


_extras: list[OrderExtras] = [_no_extras]
_watchers: list[SheetWatcher] = [_nobody_watches]


def plug_order_extras(extras: OrderExtras) -> None:
    """Say what else belongs on an order's pages."""
    _extras[:] = [extras]


def order_extras(record: OrderRecord) -> Sequence[OrderExtra]:
    """The fragments for an order, in their order."""
    return _extras[0](record)


def plug_sheet_watcher(watcher: SheetWatcher) -> None:
    """Say who counts opened buy sheets."""
    _watchers[:] = [watcher]


def sheet_opened(show: UUID, variant: UUID, visitor: UUID) -> None:
    """Tell that a buy sheet was opened from a show."""
    _watchers[0](show, variant, visitor)
