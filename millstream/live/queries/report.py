"""The report of a show and the slips of its households, put together from the doors below."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from millstream.ledger.api import earned_by_subject, held_by_subject
from millstream.live.models import Show
from millstream.live.queries.after import audience, openings
from millstream.live.queries.shows import pins, rundown, show_record
from millstream.live.refusals.after import NoSuchSlip
from millstream.live.rules.figures import Earned, Held, Splits, money_figures, product_figures, slips_of
from millstream.live.types import ShowRecord
from millstream.live.types.after import ReportRecord, SlipRecord
from millstream.orders import api as orders
from millstream.orders.types import SaleLine
from millstream.pacts.api import split_lines
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId

MOST_SHOWS = 60


def _money(sales: Sequence[SaleLine]) -> tuple[Splits, Earned, Held]:
    """What the frozen splits and the ledger say about these lines; three questions, however many they are."""
    if not sales:
        return {}, {}, {}
    order_ids = sorted({line.order_id for line in sales})
    return split_lines([line.line_id for line in sales]), earned_by_subject(order_ids), held_by_subject(order_ids)


def report(show: ShowRecord, *, now: datetime) -> ReportRecord:
    """What a show came to: who watched, what they looked at and bought, what of it is whose."""
    sales = orders.sales_in_show(show.id)
    splits, earned, held = _money(sales)
    opened = openings(show.id)
    return ReportRecord(
        audience=audience(show, now),
        openings=sum(opened.values()),
        products=product_figures(
            sales, splits, pins(show.id), opened, _titles(show.id), host=show.host, until=show.ended_at or now
        ),
        money=money_figures(sales, splits, earned, held, host=show.host),
    )


def _titles(show_id: UUID) -> Mapping[UUID, Mapping[str, str]]:
    known = for_sale([VariantId(item.variant) for item in rundown(show_id)])
    return {variant: goods.title for variant, goods in known.items()}


def slips(show: ShowRecord) -> list[SlipRecord]:
    """The slips of all households that sold something in a show."""
    sales = orders.sales_in_show(show.id)
    return slips_of(show.id, sales, *_money(sales))


def slips_of_seller(show: ShowRecord, seller: UUID) -> list[SlipRecord]:
    """The slips of one household, one for each currency; refuses with `NoSuchSlip` when it sold nothing there."""
    found = [slip for slip in slips(show) if slip.seller == seller]
    if not found:
        raise NoSuchSlip
    return found


def shows_sold_in(seller: UUID) -> list[ShowRecord]:
    """The shows in which something of a household was sold and paid, the newest first."""
    ids = orders.shows_of_seller(seller)
    rows = Show.objects.filter(id__in=ids).order_by("-starts_at", "-id")[:MOST_SHOWS]
    return [show_record(row) for row in rows]
