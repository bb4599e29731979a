"""What a room trades about coupons, red packets and draws."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from millstream.gifts import api as gifts
from millstream.gifts.facts import GiftAnnounced, GiftEnded, GiftLeft
from millstream.gifts.types import GiftRecord, GiftState
from millstream.kernel.clock import read_now
from millstream.kernel.facts import Fact, Heard, Hint, hears
from millstream.live.facts import ShowEnded
from millstream.live.types import TradeKind

FACTS: Final[tuple[type[Fact], ...]] = (GiftAnnounced, GiftLeft, GiftEnded)


def trade_of(fact: Fact) -> tuple[Sequence[UUID], TradeKind, Mapping[str, Any]]:
    """Which rooms a fact concerns, and what they are told: the gift as it stands now."""
    assert isinstance(fact, GiftAnnounced | GiftLeft | GiftEnded)
    return (fact.show,), TradeKind.GIFT, gift_data(gifts.gift(fact.gift, read_now()))


def gift_data(gift: GiftRecord) -> dict[str, Any]:
    """A gift as rooms know it."""
    return {
        "gift": str(gift.id),
        "kind": gift.kind.value,
        "state": gift.state.value,
        "title": gift.title,
        "pieces": gift.pieces,
        "left": gift.left,
        "entries": gift.entries,
        "verified_only": gift.verified_only,
        "budget_minor": gift.budget_minor,
        "currency": gift.currency,
        "opens_at": gift.opens_at.isoformat(timespec="milliseconds"),
        "closes_at": gift.closes_at.isoformat(timespec="milliseconds"),
        "commitment": gift.commitment,
        "seed": gift.seed if gift.state is GiftState.OVER else "",
        "odds_url": f"/gifts/{gift.id}/",
        "url": f"/gifts/{gift.id}/",
    }


@hears(ShowEnded, name="live.end_gifts")
def end_gifts(heard: Heard[ShowEnded]) -> list[Hint]:
    """The show is over, and so are its gifts: winners are drawn, seeds revealed."""
    gifts.end_gifts_of(heard.fact.show, now=heard.now)
    return []
