"""Who holds a parcel, and what a station may do with one that is put on its counter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from millstream.logistics.types import Holder, HolderKind, ParcelState

# What goes nowhere, whoever scans it: it is not ready, called off, or at its end.
STAYS = (ParcelState.ANNOUNCED, ParcelState.PACKED, ParcelState.CANCELLED, ParcelState.DELIVERED, ParcelState.LOST)


@dataclass(frozen=True, slots=True)
class Link:
    """One custody event as the fold sees it; ``giver`` is None only for the first."""

    number: int
    kind: str
    giver: Holder | None
    taker: Holder


class ChainBrokenError(ValueError):
    """The events of a subject do not follow each other: our own mistake, never a user's."""


def fold(links: Iterable[Link]) -> tuple[Holder, int]:
    """The one holder after all events and how many there were; raises when the chain has a gap."""
    holder: Holder | None = None
    number = 0
    for link in links:
        if link.number != number + 1:
            raise ChainBrokenError(f"event {link.number} follows {number}")
        if link.giver != holder:
            raise ChainBrokenError(f"event {link.number} is given by {link.giver}, held by {holder}")
        holder, number = link.taker, link.number
    if holder is None:
        raise ChainBrokenError("no event at all")
    return holder, number


class TakeIn(StrEnum):
    """What a station's scan of a parcel leads to."""

    ACCEPT = "accept"
    ACCEPT_MISROUTED = "accept_misrouted"
    REPEATED = "repeated"
    NOT_PACKED = "not_packed"
    CANCELLED = "cancelled"
    DOUBLE_CUSTODY = "double_custody"
    ALREADY_GONE = "already_gone"


def decide_take_in(*, state: ParcelState, holder: Holder, planned: UUID, station: UUID) -> TakeIn:
    """Custody is real wherever the parcel is; only one place can have it.

    A parcel still with its maker is taken in, also by a station it was not meant for (misrouted). One that
    another station already holds is a copied label or a mistake: the first stays holder.
    """
    if state is ParcelState.CANCELLED:
        return TakeIn.CANCELLED
    if holder.kind is HolderKind.MAKER:
        if state is not ParcelState.PACKED:
            return TakeIn.NOT_PACKED
        return TakeIn.ACCEPT if planned == station else TakeIn.ACCEPT_MISROUTED
    if holder.kind is HolderKind.STATION:
        return TakeIn.REPEATED if holder.id == station else TakeIn.DOUBLE_CUSTODY
    return TakeIn.ALREADY_GONE


def may_cancel(state: ParcelState) -> bool:
    """A parcel can be called back until it lies in a bag; after that it is returned, not cancelled."""
    return state in (ParcelState.ANNOUNCED, ParcelState.PACKED, ParcelState.AT_STATION)
