"""Pure sums over what a show sold: its report, its slips, and whether they are the ledger's sums too."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from millstream.live.types import PinRecord
from millstream.live.types.after import MoneyFigures, ProductFigures, SlipLine, SlipRecord, Tie
from millstream.orders.types import SaleLine
from millstream.pacts.types import Part, SplitLineRecord

type Splits = Mapping[UUID, Sequence[SplitLineRecord]]
type Earned = Mapping[tuple[UUID, UUID], int]
type Held = Mapping[UUID, int]


def share_of(line: SaleLine, splits: Splits, actor: UUID) -> tuple[int, int]:
    """What of a line was frozen for an actor, and what of that was given back since."""
    return _sums(line, splits, lambda split: split.actor == actor and split.part is not Part.CARRIAGE)


def commission_of(line: SaleLine, splits: Splits, host: UUID) -> tuple[int, int]:
    """What of a line was frozen as the host's part, and what of that was given back since."""
    return _sums(line, splits, lambda split: split.part is Part.HOST and split.actor == host)


def goods_given_back(line: SaleLine) -> int:
    """What of the goods' price went back to the buyer; delivery is left out."""
    return sum(minor for (part, _), minor in line.given_back.items() if part != Part.CARRIAGE.value)


def _sums(line: SaleLine, splits: Splits, counts: Callable[[SplitLineRecord], bool]) -> tuple[int, int]:
    chosen = [split for split in splits.get(line.line_id, ()) if counts(split)]
    back = sum(line.given_back.get((split.part.value, split.actor), 0) for split in chosen)
    return sum(split.amount_minor for split in chosen), back


def _left(line: SaleLine, splits: Splits, actor: UUID | None) -> int:
    """What the split lines leave of a line for an actor (for all of them: None), delivery included."""
    kept, back = _sums(line, splits, lambda split: actor is None or split.actor == actor)
    return kept - back


def ties_of(sales: Sequence[SaleLine], splits: Splits, earned: Earned, held: Held) -> tuple[Tie, ...]:
    """Released and still held money of these lines, by the split lines and by the ledger.

    Compared order by order and actor by actor: differences that cancel out are not missed.
    """
    released = [line for line in sales if line.released_at is not None]
    waiting = [line for line in sales if line.released_at is None]
    expected: defaultdict[tuple[UUID, UUID], int] = defaultdict(int)
    for line in released:
        for actor in {split.actor for split in splits.get(line.line_id, ())}:
            expected[line.order_id, actor] += _left(line, splits, actor)
    open_orders: defaultdict[UUID, int] = defaultdict(int)
    for line in waiting:
        open_orders[line.order_id] += _left(line, splits, None)
    done = {line.order_id for line in released}
    found = {key: minor for key, minor in earned.items() if key[0] in done}
    ties = [_tie("released", expected, found, len(done))]
    ties.append(_tie("held", open_orders, {key: held.get(key, 0) for key in open_orders}, len(open_orders)))
    return tuple(ties)


def _tie[Key](what: str, expected: Mapping[Key, int], found: Mapping[Key, int], orders: int) -> Tie:
    """Equal only when every single sum is; otherwise at least one side shows what is off."""
    split, ledger = sum(expected.values()), sum(found.values())
    keys = expected.keys() | found.keys()
    off = sum(abs(expected.get(key, 0) - found.get(key, 0)) for key in keys)
    return Tie(what, split, ledger if off == 0 or split != ledger else ledger + off, orders)


def money_figures(
    sales: Sequence[SaleLine], splits: Splits, earned: Earned, held: Held, *, host: UUID
) -> tuple[MoneyFigures, ...]:
    """What a show sold, in each of its currencies."""
    found = []
    for currency in sorted({line.currency for line in sales}):
        lines = [line for line in sales if line.currency == currency]
        commissions = [commission_of(line, splits, host) for line in lines]
        due = [commission_of(line, splits, host) for line in lines if line.released_at is not None]
        found.append(
            MoneyFigures(
                currency=currency,
                orders=len({line.order_id for line in lines}),
                units=sum(line.quantity for line in lines),
                sold_minor=sum(line.goods_minor for line in lines),
                given_back_minor=sum(goods_given_back(line) for line in lines),
                commission_minor=sum(kept - back for kept, back in commissions),
                commission_due_minor=sum(kept - back for kept, back in due),
                ties=ties_of(lines, splits, earned, held),
            )
        )
    return tuple(found)


def product_figures(
    sales: Sequence[SaleLine],
    splits: Splits,
    pins: Sequence[PinRecord],
    openings: Mapping[UUID, int],
    titles: Mapping[UUID, Mapping[str, str]],
    *,
    host: UUID,
    until: datetime,
) -> tuple[ProductFigures, ...]:
    """Every product that was shown, looked at or sold, the best seller first."""
    sold: defaultdict[UUID, list[SaleLine]] = defaultdict(list)
    for line in sales:
        sold[line.variant_id].append(line)
    shown: defaultdict[UUID, list[PinRecord]] = defaultdict(list)
    for pin in pins:
        shown[pin.variant].append(pin)
    rows = [
        _product(variant, sold[variant], splits, shown[variant], openings.get(variant, 0), titles, host, until)
        for variant in {*sold, *shown, *openings}
    ]
    return tuple(sorted(rows, key=lambda row: (-row.sold_minor, -row.openings, -row.pinned_seconds, str(row.variant))))


def _product(
    variant: UUID,
    lines: Sequence[SaleLine],
    splits: Splits,
    pins: Sequence[PinRecord],
    opened: int,
    titles: Mapping[UUID, Mapping[str, str]],
    host: UUID,
    until: datetime,
) -> ProductFigures:
    title = titles.get(variant) or (lines[0].title if lines else {})
    commissions = [commission_of(line, splits, host) for line in lines]
    return ProductFigures(
        variant=variant,
        title=title,
        pins=len(pins),
        pinned_seconds=sum(round(((pin.unpinned_at or until) - pin.pinned_at).total_seconds()) for pin in pins),
        openings=opened,
        orders=len({line.order_id for line in lines}),
        units=sum(line.quantity for line in lines),
        sold_minor=sum(line.goods_minor for line in lines),
        given_back_minor=sum(goods_given_back(line) for line in lines),
        commission_minor=sum(kept - back for kept, back in commissions),
    )


def slips_of(show: UUID, sales: Sequence[SaleLine], splits: Splits, earned: Earned, held: Held) -> list[SlipRecord]:
    """The settlement slip of every household that sold something, in each currency; the largest first."""
    found = []
    for seller, currency in {(line.seller, line.currency) for line in sales}:
        lines = [line for line in sales if (line.seller, line.currency) == (seller, currency)]
        slip = tuple(
            _slip_line(line, splits) for line in sorted(lines, key=lambda line: (line.placed_at, line.line_id))
        )
        found.append(SlipRecord(show, seller, currency, slip, _slip_tie(lines, splits, earned, seller)))
    return sorted(found, key=lambda slip: (-slip.goods_minor, str(slip.seller)))


def _slip_line(line: SaleLine, splits: Splits) -> SlipLine:
    share, back = share_of(line, splits, line.seller)
    return SlipLine(
        order_code=line.order_code,
        title=line.title,
        variant_title=line.variant_title,
        quantity=line.quantity,
        price_minor=line.price_minor,
        goods_minor=line.goods_minor,
        share_minor=share,
        given_back_minor=back,
        due_minor=share - back,
        due_at=line.released_at or line.releasable_at,
        is_due=line.released_at is not None,
    )


def _slip_tie(lines: Iterable[SaleLine], splits: Splits, earned: Earned, seller: UUID) -> Tie:
    """What of the slip is due by the split lines, and what the ledger has booked to the household for these orders."""
    released = [line for line in lines if line.released_at is not None]
    expected: defaultdict[UUID, int] = defaultdict(int)
    for line in released:
        share, back = share_of(line, splits, seller)
        expected[line.order_id] += share - back
    found = {order: earned.get((order, seller), 0) for order in expected}
    return _tie("due", expected, found, len(expected))
