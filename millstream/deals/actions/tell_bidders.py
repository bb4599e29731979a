"""Tell bidders who are away what became of their bids: beaten, won, fallen to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from millstream.deals.adapters.lot_links import auction_url, lot_url
from millstream.deals.models import Auction, Bid, Bidder, Told
from millstream.deals.types import BIDS_TOPIC, AuctionState, BidState
from millstream.kernel.ids import new_id
from millstream.kernel.texts import LANGUAGES, both, localised
from millstream.kernel.web.formats import format_clock_time, format_money
from millstream.notices import api as notices
from millstream.notices.types import OccasionPlan, Wish, Words
from millstream.people import api as people
from millstream.people.types import ActorId, MailFound, Role

BIDS_FOR: Final = (Role.OWNER, Role.BUYER, Role.HOST, Role.MAKER, Role.STAFF)
ABOUT: Final = both("your bids in auctions", "您在拍卖中的出价")
# Who is there sees it at once and bids again within this time; only who does not is told.
OUTBID_TOLD_AFTER: Final = timedelta(minutes=1)
# With less time left a letter comes too late to be of use.
OUTBID_NEEDS: Final = timedelta(minutes=5)
MOST_AT_ONCE: Final = 1_000

type Said = Callable[[], tuple[str, str, str]]


@transaction.atomic
def tell_bidders(auction_id: UUID, *, now: datetime) -> None:
    """Plan what the bidders of an auction are to be told as it stands now; again it plans nothing new.

    Called in the transaction that hears of bids, of the close, or of a lot that fell.
    """
    row = Auction.objects.filter(id=auction_id).first()
    if row is None:
        return
    state = AuctionState(row.state)
    if state in (AuctionState.OPEN, AuctionState.WON):
        _enlist(row, now)
    if state is AuctionState.OPEN:
        _tell_outbid(row, now)
    elif state is AuctionState.WON:
        _tell_winner(row, now)
    elif row.winner_id is not None:
        notices.cancel_occasions(BIDS_TOPIC, row.winner_id, now=now, starting_with=_won(row))


def _enlist(row: Auction, now: datetime) -> None:
    """Who bids here for the first time is told by the addresses on file from now on."""
    known = Told.objects.filter(auction=row).values("actor_id")
    fresh = list(Bidder.objects.filter(auction=row).exclude(actor_id__in=known).order_by("paddle")[:MOST_AT_ONCE])
    if not fresh:
        return
    Told.objects.bulk_create([Told(auction=row, actor_id=bidder.actor_id) for bidder in fresh], ignore_conflicts=True)
    bidders = {ActorId(bidder.actor_id): bidder for bidder in fresh}
    for mail in people.mails_of(bidders, BIDS_FOR):
        notices.enlist_person([_wish(bidders[mail.actor_id], mail)], about=ABOUT, now=now)


def _wish(bidder: Bidder, mail: MailFound) -> Wish:
    """A member's address belongs to no browser; one on file was typed in the browser that bids."""
    return Wish(
        topic=BIDS_TOPIC,
        subject=bidder.actor_id,
        address=mail.address,
        language=mail.language or bidder.language,
        visitor=bidder.visitor if not mail.language else new_id(),
        actor=bidder.actor_id,
        is_proved=mail.is_proved,
    )


def _tell_outbid(row: Auction, now: datetime) -> None:
    """Tell who led and does not any more, once until they bid again, while there is time to come back.

    Who bid too little to lead read that in the answer to the bid.
    """
    _call_off(row, now)
    if row.closes_at - now < OUTBID_NEEDS:
        return
    latest = Bid.objects.filter(auction=row, number=OuterRef("number")).values("state")
    told = Told.objects.filter(auction=row, actor_id=OuterRef("actor_id")).values("outbid_number")
    beaten = (
        Bidder.objects.filter(auction=row)
        .exclude(actor_id__in=[row.leader_id] if row.leader_id else [])
        .annotate(came_to=Subquery(latest[:1]), told_number=Subquery(told[:1]))
        .filter(came_to__in=(BidState.LEADING.value, BidState.RAISED.value), told_number__lt=F("number"))
        .order_by("paddle")[:MOST_AT_ONCE]
    )
    for bidder in beaten:
        due_at = now + OUTBID_TOLD_AFTER
        name = f"{_outbid(row)}{bidder.number}"
        plan = OccasionPlan(BIDS_TOPIC, bidder.actor_id, name, due_at, row.closes_at, _outbid_words(row, now))
        notices.plan_occasion(plan, now=now)
        Told.objects.filter(auction=row, actor_id=bidder.actor_id).update(outbid_number=bidder.number)


def _call_off(row: Auction, now: datetime) -> None:
    """Who was to be told that they are beaten and has bid again is there, and is not told."""
    newer = Bidder.objects.filter(auction=row, actor_id=OuterRef("actor_id")).values("number")
    back = Told.objects.filter(auction=row, outbid_number__gt=0).annotate(newest=Subquery(newer[:1]))
    for told in back.filter(newest__gt=F("outbid_number")):
        notices.cancel_occasions(BIDS_TOPIC, told.actor_id, now=now, starting_with=_outbid(row))
        Told.objects.filter(id=told.id).update(outbid_number=0)


def _tell_winner(row: Auction, now: datetime) -> None:
    """Tell whose the lot is now, with the way to buy it from any device, while it is theirs."""
    assert row.winner_id is not None
    assert row.offer_until is not None
    if row.offer_until <= now:
        return
    name = f"{_won(row)}{'heir' if row.has_fallen else 'winner'}"
    words = _won_words(row, now)
    notices.plan_occasion(OccasionPlan(BIDS_TOPIC, row.winner_id, name, now, row.offer_until, words), now=now)


def _outbid(row: Auction) -> str:
    return f"outbid:{row.id.hex}:"


def _won(row: Auction) -> str:
    return f"won:{row.id.hex}:"


def _outbid_words(row: Auction, now: datetime) -> Words:
    def said() -> tuple[str, str, str]:
        told = _told(row, row.price_minor, row.closes_at, now)
        return (
            _("You were outbid: “{title}” stands at {price}").format(**told),
            _("Somebody bid more than your maximum. It closes {when}; until then you can bid again.").format(**told),
            _("Bid again"),
        )

    return _words(said, auction_url(row.id))


def _won_words(row: Auction, now: datetime) -> Words:
    assert row.winner_id is not None
    assert row.offer_until is not None
    price_minor, until = row.won_minor or row.price_minor, row.offer_until

    def said() -> tuple[str, str, str]:
        told = _told(row, price_minor, until, now)
        if row.has_fallen:
            title = _("“{title}” falls to you for {price}")
            text = _("Whoever won before you did not buy it. Buy it until {when}; after that it goes back to the shop.")
        else:
            title = _("You won “{title}” for {price}")
            text = _("Buy it until {when}; after that it is no longer yours.")
        return title.format(**told), text.format(**told), _("Buy what you have won")

    return _words(said, lot_url(row.id, row.winner_id))


def _told(row: Auction, price_minor: int, until: datetime, now: datetime) -> dict[str, str]:
    """The figures of a notice in the active language; the time with its place, since readers live elsewhere too."""
    local, today = localtime(until), localtime(now).date()
    moment = format_clock_time(until) if local.date() == today else date_format(local, "DATETIME_FORMAT")
    offset = f"{local:%z}"
    return {
        "title": localised(row.title),
        "price": format_money(price_minor, row.currency),
        "when": f"{moment} (UTC{offset[:3]}:{offset[3:]})",
    }


def _words(said: Said, url: str) -> Words:
    titles, texts, actions = {}, {}, {}
    for language in LANGUAGES:
        with override(language):
            titles[language], texts[language], actions[language] = said()
    return Words(titles, texts, actions, url)
