"""What is left of a show: clips of its products, promises to its buyers, figures, slips of its households."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from millstream.kernel.texts import Text
from millstream.media.types import ClipRecord

SHORTEST_PROMISE: Final = timedelta(seconds=20)
LONGEST_PROMISE: Final = timedelta(seconds=40)
SAMPLE_EVERY: Final = timedelta(seconds=10)
SAMPLE_HOLDS: Final = timedelta(seconds=30)
FOOTFALL_SHARDS: Final = 16
FOOTFALL_BITS: Final = 4_096


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when something is to be cut."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class ProductClipRecord:
    """A product as it was explained in a show. `standing` is the clip itself where the picture stood already."""

    id: UUID
    show: UUID
    variant: UUID
    pinned_at: datetime
    clip: ClipRecord
    standing: ClipRecord | None


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """What the host said about a product when somebody bought it, kept for both sides of the order."""

    id: UUID
    show: UUID
    show_title: Text
    show_slug: str
    order: UUID
    line: UUID
    variant: UUID
    clip: ClipRecord
    made_at: datetime
    kept_until: datetime | None


@dataclass(frozen=True, slots=True)
class Sample:
    """How many watched at a moment."""

    at: datetime
    viewers: int


@dataclass(frozen=True, slots=True)
class Audience:
    """What the samples of a show come to; seconds of watching are those of all viewers together."""

    watch_seconds: int
    peak: int
    mean: float
    visitors: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """One product in a show: how long it was shown, how it sold, what the host has of it. Money in minor units."""

    variant: UUID
    title: Text
    pins: int
    pinned_seconds: int
    openings: int
    orders: int
    units: int
    sold_minor: int
    given_back_minor: int
    commission_minor: int


@dataclass(frozen=True, slots=True)
class Tie:
    """One sum told twice: by the frozen split lines, and by the postings of the ledger."""

    what: str
    split_minor: int
    ledger_minor: int
    orders: int

    @property
    def holds(self) -> bool:
        """Whether both are the same."""
        return self.split_minor == self.ledger_minor


@dataclass(frozen=True, slots=True)
class MoneyFigures:
    """What a show sold in one currency."""

    currency: str
    orders: int
    units: int
    sold_minor: int
    given_back_minor: int
    commission_minor: int
    commission_due_minor: int
    ties: tuple[Tie, ...]

    @property
    def holds(self) -> bool:
        """Whether every sum is the ledger's too."""
        return all(tie.holds for tie in self.ties)


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """Everything a show came to."""

    audience: Audience
    openings: int
    products: tuple[ProductFigures, ...]
    money: tuple[MoneyFigures, ...]

    @property
    def orders(self) -> int:
        """Paid orders, in all currencies."""
        return sum(figures.orders for figures in self.money)

    @property
    def conversion_permille(self) -> int | None:
        """Paid orders per thousand opened buy sheets; None when no sheet was opened."""
        return round(self.orders * 1000 / self.openings) if self.openings else None


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One sold line as its household is paid for it. Money in minor units of the slip's currency."""

    order_code: str
    title: Text
    variant_title: Text
    quantity: int
    price_minor: int
    goods_minor: int
    share_minor: int
    given_back_minor: int
    due_minor: int
    due_at: datetime | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class SlipRecord:
    """What one household sold in a show, and what of it is theirs."""

    show: UUID
    seller: UUID
    currency: str
    lines: tuple[SlipLine, ...]
    tie: Tie

    @property
    def units(self) -> int:
        """Units sold."""
        return sum(line.quantity for line in self.lines)

    @property
    def goods_minor(self) -> int:
        """What buyers paid for the goods."""
        return sum(line.goods_minor for line in self.lines)

    @property
    def share_minor(self) -> int:
        """The household's part before what was given back."""
        return sum(line.share_minor for line in self.lines)

    @property
    def given_back_minor(self) -> int:
        """What of the household's part went back to buyers."""
        return sum(line.given_back_minor for line in self.lines)

    @property
    def due_minor(self) -> int:
        """What is theirs in the end."""
        return sum(line.due_minor for line in self.lines)

    @property
    def due_now_minor(self) -> int:
        """What of it is due already."""
        return sum(line.due_minor for line in self.lines if line.is_due)
