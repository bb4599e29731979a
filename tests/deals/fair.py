"""The cast around deals: Dao's live show with Amina's bowls, and people who bid."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from millstream.deals.api import open_auction, open_deal
from millstream.deals.types import AuctionRecord, AuctionSpec, BidAsk, DealRecord, DealSpec
from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.live.api import add_to_rundown, start_show
from millstream.live.types import ShowRecord
from millstream.orders.types import OrderWish
from millstream.pacts.api import agree_floor_price
from millstream.pacts.types import FloorPriceSpec
from millstream.people.api import open_guests
from millstream.people.types import ActorId, ContactKind, GuestAsk
from millstream.shops.models import StockItem
from tests.live.town import agree, make_show
from tests.orders.market import Market, make_market, wish

LIST_MINOR = 12_800
# Down to here Amina agrees to nearly everything, unless a test says otherwise.
LOWEST_MINOR = 100


@dataclass(frozen=True, slots=True)
class Fair:
    """Dao is live with Amina's bowl in the rundown."""

    market: Market
    show: ShowRecord
    now: datetime

    @property
    def variant(self) -> UUID:
        """The bowl."""
        return self.market.counter.variant

    def deal(self, price_minor: int = 9_900, **changes: object) -> DealRecord:
        """Dao opens a deal."""
        told: dict[str, object] = {
            "show": self.show.id,
            "host": self.market.dao,
            "variant": self.variant,
            "price_minor": price_minor,
            "size": 5,
            "lasts": timedelta(minutes=10),
        }
        return open_deal(DealSpec(**(told | changes)), now=self.now)  # type: ignore[arg-type]

    def auction(self, start_minor: int = 1_000, **changes: object) -> AuctionRecord:
        """Dao opens an auction."""
        told: dict[str, object] = {
            "show": self.show.id,
            "host": self.market.dao,
            "variant": self.variant,
            "start_minor": start_minor,
            "lasts": timedelta(minutes=2),
        }
        return open_auction(AuctionSpec(**(told | changes)), now=self.now)  # type: ignore[arg-type]

    def floor(self, price_minor: int) -> None:
        """Amina lets nobody sell the bowl below a price."""
        spec = FloorPriceSpec(
            variant=self.variant, seller=self.market.counter.amina, host=None, price_minor=price_minor, currency="CNY"
        )
        agree_floor_price(spec, now=self.now)

    def stock(self) -> tuple[int, int, int]:
        """On hand, held, carved."""
        row = StockItem.objects.get(id=self.market.item)
        return row.on_hand, row.held, row.carved

    def wish(
        self, *, seen: int | None = None, visitor: UUID | None = None, phone: str = "", quantity: int = 1
    ) -> OrderWish:
        """A wish for the bowl in this show."""
        first = wish(self.market, visitor=visitor, quantity=quantity)
        return replace(
            first,
            show_id=self.show.id,
            price_seen_minor=seen,
            contact=phone or first.contact,
            key=new_id().bytes * 2,
        )


def make_fair(*, stock: int = 10, live: bool = True, agreed: bool = True) -> Fair:
    """Put it up; Amina has agreed to lower prices, or has not."""
    market = make_market(stock=stock)
    now = read_now()
    agree(market.dao, market.counter.amina, now)
    show = make_show(market.dao, now)
    add_to_rundown(show.id, market.counter.variant, host=market.dao, now=now)
    if live:
        show = start_show(show.id, host=market.dao, now=now)
    fair = Fair(market, show, now)
    if agreed:
        fair.floor(LOWEST_MINOR)
    return fair


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody with a contact on file."""

    visitor: UUID
    actor: ActorId
    phone: str

    def ask(self, auction: UUID, max_minor: int, key: str = "") -> BidAsk:
        """A bid of theirs."""
        return BidAsk(auction=auction, visitor=self.visitor, key=key or new_id().hex, max_minor=max_minor)


def people(count: int, *, now: datetime) -> list[Reachable]:
    """People with contacts."""
    asks = [
        GuestAsk(new_id(), f"+861380{number:07d}", ContactKind.PHONE, f"Bo{number}") for number in range(1, count + 1)
    ]
    opened = open_guests(asks, now=now)
    return [Reachable(ask.visitor, guest.actor_id, ask.contact) for ask, guest in zip(asks, opened, strict=True)]
