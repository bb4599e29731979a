"""End gifts: draw the winners of draws, reveal the seed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.gifts.actions.count_wins import add_wins
from millstream.gifts.actions.give_coupons import give_coupons
from millstream.gifts.facts import GiftEnded
from millstream.gifts.models import Gift, Reach
from millstream.gifts.queries import entries_hash, wins_of
from millstream.gifts.refusals import NoSuchGift
from millstream.gifts.rules import amount_of, drawn_of, order_of_draw
from millstream.gifts.types import GiftId, GiftKind
from millstream.kernel.facts import record
from millstream.kernel.sealing import unseal

LARGEST_SWEEP: Final = 50


@transaction.atomic
def end_gift(gift_id: GiftId, *, now: datetime) -> None:
    """End a gift before its time or at it: nobody gets a piece any more, winners are drawn, the seed is revealed.

    Ending it again changes nothing.
    """
    gift = Gift.objects.filter(id=gift_id).select_for_update(no_key=True).first()
    if gift is None:
        raise NoSuchGift
    if gift.ended_at is None:
        end_locked(gift, now)


@transaction.atomic
def end_due_gifts(*, now: datetime, limit: int = LARGEST_SWEEP) -> int:
    """End the gifts whose time is over, the oldest first; returns how many."""
    due = Gift.objects.filter(ended_at__isnull=True, closes_at__lte=now).order_by("id")
    rows = list(due.select_for_update(skip_locked=True, no_key=True)[:limit])
    for gift in rows:
        end_locked(gift, now)
    return len(rows)


@transaction.atomic
def end_gifts_of(show: UUID, *, now: datetime) -> None:
    """End all gifts of a show, when it ends."""
    for gift in Gift.objects.filter(show=show, ended_at__isnull=True).order_by("id").select_for_update(no_key=True):
        end_locked(gift, now)


def end_locked(gift: Gift, now: datetime) -> None:
    """End a gift whose row the caller has locked."""
    seed = unseal(gift.sealed_seed)
    if gift.kind == GiftKind.DRAW.value and gift.entries:
        _draw(gift, bytes.fromhex(seed), now)
    gift.seed, gift.ended_at = seed, now
    gift.entries_sha256 = entries_hash(gift.id, gift.entries)
    gift.save(update_fields=["seed", "ended_at", "taken", "given_minor", "entries_sha256"])
    record(GiftEnded(gift=gift.id, show=gift.show, seed=seed, taken=gift.taken, given_minor=gift.given_minor), now=now)


def _draw(gift: Gift, seed: bytes, now: datetime) -> None:
    """Draw the winners; whoever has won as often as one may in this show is passed over."""
    entries = {row.number: row for row in Reach.objects.filter(gift=gift)}
    wins = wins_of(gift.show, [bytes(row.buyer_key) for row in entries.values()])
    limit = frozenset(number for number, row in entries.items() if wins.get(bytes(row.buyer_key), 0) >= gift.most_wins)
    order = order_of_draw(seed, gift.id, len(entries))
    won, passed = drawn_of(order, pieces=gift.pieces, at_limit=limit)
    if won:
        counted = add_wins(gift.show, [bytes(entries[number].buyer_key) for number in won], most=gift.most_wins)
        assert len(counted) == len(won), "a win was counted elsewhere between reading and drawing; draw again"
    amounts = amount_of(GiftKind.DRAW, seed, gift.id, budget_minor=gift.budget_minor, pieces=gift.pieces)
    given = {
        number: (entries[number].visitor, bytes(entries[number].buyer_key), amounts[place])
        for place, number in enumerate(won)
    }
    give_coupons(gift, given, now)
    for number in won:
        Reach.objects.filter(gift=gift, number=number).update(amount_minor=given[number][2])
    Reach.objects.filter(gift=gift, number__in=passed).update(passed_over=True)
    gift.taken = len(won)
    gift.given_minor = sum(amount for _, _, amount in given.values())
