"""A small market for tests of orders: Amina's shop, Dao's show, Esi's station, a centre, a park and the platform."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.kernel.texts import both
from millstream.logistics.actions.deliver import deliver
from millstream.logistics.actions.move_custody import Why, lock_parcels, move_parcels
from millstream.logistics.api import CentreSpec, NodeSpec, StationSpec, add_centre, add_roads, add_station
from millstream.logistics.models import Parcel
from millstream.logistics.types import EventKind, Holder, HolderKind, NodeKind, ParcelState
from millstream.orders.api import capture_payments, deliver_order, place_order
from millstream.orders.models import Order
from millstream.orders.types import Notice, OrderId, OrderPlaced, OrderWish, PaymentId, Verdict
from millstream.pacts.api import agree_pact
from millstream.pacts.types import PactSpec, Part
from millstream.people.api import open_actor
from millstream.people.models import Actor
from millstream.people.types import ActorId, ActorKind, ActorSpec, AddressLines, ContactKind
from millstream.shops.models import StockItem
from millstream.shops.types import StockItemId
from tests.shops.counter import Counter, make_counter

BO_PHONE = "+8613800138000"
BO_ADDRESS = AddressLines("Bo Lin", BO_PHONE, "12 Canal Street, Hangzhou")
PRICE_MINOR = 12_800


@dataclass(frozen=True, slots=True)
class Market:
    """The counter with everybody who has a part in a sale."""

    counter: Counter
    item: StockItemId
    dao: ActorId
    park: ActorId
    platform: UUID
    centre: ActorId

    @property
    def delivery_minor(self) -> int:
        """What delivery costs here."""
        return conf().delivery_minor

    def free(self) -> int:
        """How many can still be bought."""
        row = StockItem.objects.get(id=self.item)
        return row.on_hand - row.held - row.carved


def make_market(*, stock: int = 10) -> Market:
    """Open the market and put goods on the shelf."""
    now = read_now()
    counter = make_counter()
    platform = conf().platform_actor
    if not Actor.objects.filter(id=platform).exists():
        open_actor(ActorSpec(ActorKind.ASSOCIATION, both("Millstream", "水磨"), "platform", actor_id=platform))
    mark = new_id().hex[-10:]
    dao = open_actor(ActorSpec(ActorKind.PERSON, both("Dao", "道"), f"dao-{mark}"))
    park = open_actor(ActorSpec(ActorKind.PARK, both("Kiln park", "窑园"), f"park-{mark}"))
    centre = open_actor(ActorSpec(ActorKind.CENTRE, both("Centre", "中心"), f"centre-{mark}"))
    add_roads(
        [
            NodeSpec(f"centre-{mark}", NodeKind.CENTRE, both("Centre", "中心"), 118.9, 28.7),
            NodeSpec(f"esi-{mark}", NodeKind.STATION, both("Esi's station", "艾茜的站"), 118.8, 28.6),
        ],
        [],
    )
    add_centre(CentreSpec(centre, f"centre-{mark}", f"C{mark[-3:]}".upper(), None))
    add_station(StationSpec(counter.esi, f"esi-{mark}", f"S{mark[-3:]}".upper(), centre))
    for spec in (
        PactSpec(Part.PLATFORM, 50, platform, seller=counter.amina),
        PactSpec(Part.PARK, 30, park, seller=counter.amina),
        PactSpec(Part.STATION, 20, counter.esi, seller=counter.amina),
        PactSpec(Part.HOST, 200, None, seller=counter.amina),
    ):
        agree_pact(spec, now=now)
    return Market(counter, counter.stock(stock), dao, park, platform, centre)


def wish(market: Market, *, quantity: int = 1, key: str = "", visitor: UUID | None = None) -> OrderWish:
    """Bo's wish for a tea bowl; another visitor and key each time unless given."""
    return OrderWish(
        order_id=OrderId(new_id()),
        payment_id=PaymentId(new_id()),
        visitor=visitor or new_id(),
        key=(key or new_id().hex).encode().ljust(32, b"-")[:32],
        body=f"{quantity}".encode().ljust(32, b"-"),
        contact_kind=ContactKind.PHONE,
        contact=BO_PHONE,
        name="Bo Lin",
        address=BO_ADDRESS,
        variant_id=market.counter.variant,
        quantity=quantity,
        language="en",
    )


def buy(market: Market, *, quantity: int = 1) -> OrderPlaced:
    """Bo orders."""
    return place_order(wish(market, quantity=quantity), now=read_now())


def captured(placed: OrderPlaced, *, event: str = "", payment: UUID | None = None, amount: int | None = None) -> Notice:
    """What the gateway tells when Bo has approved."""
    payment_id = payment or placed.payment_id
    return Notice(
        event_id=event or f"evt_{new_id().hex}",
        kind="captured",
        session=str(payment_id),
        amount_minor=placed.total_minor if amount is None else amount,
        currency=placed.currency,
        fee_minor=80,
        capture=f"cap-{payment_id}",
        raw="{}",
    )


def pay(placed: OrderPlaced, *, now: datetime | None = None) -> Verdict:
    """Bo approves."""
    return capture_payments([captured(placed)], now=now or read_now())[0]


def buy_and_pay(market: Market, *, quantity: int = 1) -> OrderPlaced:
    """Bo orders and approves."""
    placed = buy(market, quantity=quantity)
    assert pay(placed) is Verdict.PAID
    return placed


def parcel_of(placed: OrderPlaced) -> Parcel:
    """The parcel of an order as it stands."""
    return Parcel.objects.unscoped("a test").get(order_id=placed.order_id)


def leave(market: Market, placed: OrderPlaced) -> None:
    """The parcel is at the centre: too far to be called back."""
    with transaction.atomic():
        (parcel,) = lock_parcels([parcel_of(placed).id])
        centre = Holder(HolderKind.CENTRE, market.centre)
        move_parcels([parcel], Why(EventKind.ACCEPT), to=centre, state=ParcelState.AT_CENTRE, now=read_now())


def reach(placed: OrderPlaced) -> datetime:
    """The parcel reaches Bo; its order has not heard of it yet. Returns when."""
    now = read_now()
    with transaction.atomic():
        (parcel,) = lock_parcels([parcel_of(placed).id])
        deliver(parcel, Why(EventKind.DELIVER), at=now, now=now)
    return now


def arrive(placed: OrderPlaced) -> datetime:
    """The parcel reaches Bo, and its order hears of it at once; returns when."""
    now = reach(placed)
    assert deliver_order(placed.order_id, delivered_at=now, now=now) is True
    return now


def row(placed: OrderPlaced) -> Order:
    """The order as it stands."""
    return Order.objects.unscoped("a test").get(id=placed.order_id)


def run_out(placed: OrderPlaced) -> datetime:
    """A moment after the hold of this order ran out."""
    return placed.expires_at + timedelta(seconds=1)


def again(first: OrderWish, **changes: object) -> OrderWish:
    """The same wish sent once more, with new ids as the edge makes them."""
    return replace(first, order_id=OrderId(new_id()), payment_id=PaymentId(new_id()), **changes)  # type: ignore[arg-type]


def utc(text: str) -> datetime:
    """A moment written as ISO."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
