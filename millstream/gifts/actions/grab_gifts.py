"""Reach for gifts, many people at once: coupons to the first, entries into draws."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from millstream.gifts.actions.count_wins import add_wins
from millstream.gifts.actions.end_gift import end_locked
from millstream.gifts.actions.give_coupons import give_coupons
from millstream.gifts.facts import GiftLeft
from millstream.gifts.models import Gift, Reach
from millstream.gifts.ports import shows_port
from millstream.gifts.queries import read_reaches, wins_of
from millstream.gifts.refusals import ContactNeeded, GiftNotOpen, GiftOver, NoSuchGift, VerifiedOnly, WonEnough
from millstream.gifts.rules import amount_of, state_at
from millstream.gifts.types import MOST_ENTRIES, MOST_GRABS_AT_ONCE, GiftId, GiftKind, GiftState, GrabAsk, Grabbed
from millstream.kernel.facts import record_many
from millstream.kernel.refusals import Refusal
from millstream.kernel.sealing import unseal

type Answers = list[Grabbed | Refusal | None]


@dataclass(frozen=True, slots=True)
class Hand:
    """A first reach of one person: its place in the batch, and who."""

    place: int
    ask: GrabAsk
    key: bytes


@transaction.atomic
def grab_gifts(asks: Sequence[GrabAsk], *, now: datetime) -> list[Grabbed | Refusal]:
    """Give to those who reach, in the order of `asks`, one piece a person; one answer each, in their order.

    The gifts are locked in key order, so everybody reaches one after the other: pieces and budget are exact however
    many come at once. Reaching again is answered like the first time. While the counter of the show is closed nobody
    gets anything, by whichever door they reach.
    """
    assert 0 < len(asks) <= MOST_GRABS_AT_ONCE
    rows = Gift.objects.filter(id__in={ask.gift for ask in asks}).order_by("id").select_for_update(no_key=True)
    gifts = {GiftId(row.id): row for row in rows}
    closed = shows_port().closed_counters({gift.show for gift in gifts.values()})
    answers: Answers = [None] * len(asks)
    by_gift: dict[GiftId, list[tuple[int, GrabAsk]]] = defaultdict(list)
    for place, asked in enumerate(asks):
        only_verified = asked.gift in gifts and gifts[asked.gift].verified_only
        ask = replace(asked, buyer_key=asked.verified_key) if only_verified else asked
        if ask.gift not in gifts:
            answers[place] = NoSuchGift()
        elif only_verified and ask.buyer_key is None:
            answers[place] = VerifiedOnly()
        elif ask.buyer_key is None:
            answers[place] = closed.get(gifts[ask.gift].show) or ContactNeeded()
        else:
            by_gift[ask.gift].append((place, ask))
    told = []
    for gift_id in sorted(by_gift):
        gift = gifts[gift_id]
        before = gift.entries
        _reach(gift, by_gift[gift_id], answers, closed.get(gift.show), now)
        if gift.entries != before:
            told.append(GiftLeft(gift=gift.id, show=gift.show, left=gift.pieces - gift.taken, entries=gift.entries))
    record_many(told, now=now)
    full = [gift for gift in gifts.values() if gift.ended_at is None and gift.taken == gift.pieces]
    for gift in full:
        end_locked(gift, now)
    assert all(answer is not None for answer in answers)
    return [answer for answer in answers if answer is not None]


def _reach(
    gift: Gift, asks: Sequence[tuple[int, GrabAsk]], answers: Answers, closed: Refusal | None, now: datetime
) -> None:
    """Answer everybody who reaches for one gift, and write what they get; nothing while its counter is `closed`."""
    known = read_reaches(gift, [(ask.visitor, ask.buyer_key or b"") for _, ask in asks])
    fresh: list[Hand] = []
    twins: dict[bytes, int] = {}
    for place, ask in asks:
        assert ask.buyer_key is not None
        before = known.get(ask.buyer_key) or known.get(ask.visitor.bytes)
        if before is not None:
            answers[place] = before
        elif ask.buyer_key in twins or ask.visitor.bytes in twins:
            continue  # answered below like the first of them
        else:
            twins[ask.buyer_key] = twins[ask.visitor.bytes] = place
            fresh.append(Hand(place, ask, ask.buyer_key))
    if closed is not None:
        for hand in fresh:
            answers[hand.place] = closed
    elif fresh:
        _give(gift, fresh, answers, now)
    for place, ask in asks:
        if answers[place] is None:
            assert ask.buyer_key is not None
            answers[place] = answers[twins.get(ask.buyer_key, twins.get(ask.visitor.bytes, place))]


def _give(gift: Gift, hands: Sequence[Hand], answers: Answers, now: datetime) -> None:
    state = state_at(is_over=gift.ended_at is not None, opens_at=gift.opens_at, closes_at=gift.closes_at, now=now)
    if state is not GiftState.OPEN:
        for hand in hands:
            answers[hand.place] = (
                GiftOver() if state is GiftState.OVER else GiftNotOpen(opens_at=gift.opens_at.isoformat())
            )
    elif gift.kind == GiftKind.DRAW.value:
        _enter(gift, hands, answers, now)
    else:
        _hand_out(gift, hands, answers, now)


def _enter(gift: Gift, hands: Sequence[Hand], answers: Answers, now: datetime) -> None:
    """Write entries into a draw, numbered in the order in which they came."""
    taken = hands[: max(0, MOST_ENTRIES - gift.entries)]
    for hand in hands[len(taken) :]:
        answers[hand.place] = GiftOver()
    _write(gift, [(hand, 0) for hand in taken], now)
    for number, hand in enumerate(taken, gift.entries + 1):
        answers[hand.place] = Grabbed(
            gift=GiftId(gift.id), number=number, won=False, amount_minor=0, currency=gift.currency, coupon=""
        )
    gift.entries += len(taken)
    gift.save(update_fields=["entries"])


def _hand_out(gift: Gift, hands: Sequence[Hand], answers: Answers, now: datetime) -> None:
    """Give the next pieces to the first who may have one."""
    wins = wins_of(gift.show, [hand.key for hand in hands])
    may: list[Hand] = []
    for hand in hands:
        if wins.get(hand.key, 0) >= gift.most_wins:
            answers[hand.place] = WonEnough(most=gift.most_wins)
        else:
            may.append(hand)
    left = gift.pieces - gift.taken
    for hand in may[left:]:
        answers[hand.place] = GiftOver()
    lucky = may[:left]
    if not lucky:
        return
    passed = add_wins(gift.show, [hand.key for hand in lucky], most=gift.most_wins)
    for hand in lucky:
        if hand.key not in passed:  # won elsewhere in this very moment
            answers[hand.place] = WonEnough(most=gift.most_wins)
    _pay_out(gift, [hand for hand in lucky if hand.key in passed], answers, now)


def _pay_out(gift: Gift, hands: Sequence[Hand], answers: Answers, now: datetime) -> None:
    amounts = amount_of(
        GiftKind(gift.kind),
        bytes.fromhex(unseal(gift.sealed_seed)),
        gift.id,
        budget_minor=gift.budget_minor,
        pieces=gift.pieces,
    )
    given = [(hand, amounts[gift.taken + at]) for at, hand in enumerate(hands)]
    first = gift.entries + 1
    _write(gift, given, now)
    coupons = give_coupons(
        gift,
        {first + at: (hand.ask.visitor, hand.key, amount) for at, (hand, amount) in enumerate(given)},
        now,
    )
    for at, (hand, amount) in enumerate(given):
        answers[hand.place] = Grabbed(
            gift=GiftId(gift.id),
            number=first + at,
            won=True,
            amount_minor=amount,
            currency=gift.currency,
            coupon=coupons[first + at],
        )
    gift.taken += len(given)
    gift.entries += len(given)
    gift.given_minor += sum(amount for _, amount in given)
    gift.save(update_fields=["taken", "entries", "given_minor"])


def _write(gift: Gift, given: Sequence[tuple[Hand, int]], now: datetime) -> None:
    Reach.objects.bulk_create(
        [
            Reach(
                gift_id=gift.id,
                number=gift.entries + 1 + at,
                visitor=hand.ask.visitor,
                buyer_key=hand.key,
                name=hand.ask.name[:40],
                at=now,
                amount_minor=amount,
            )
            for at, (hand, amount) in enumerate(given)
        ]
    )
