"""Bidders who are away: the winner, the heir, who was outbid; once each, by addresses that said yes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from millstream.deals import api
from millstream.deals.actions.settle_auctions import CLOSING_GRACE
from millstream.deals.actions.tell_bidders import OUTBID_TOLD_AFTER, tell_bidders
from millstream.deals.models import Auction, Told
from millstream.deals.types import AuctionRecord, AuctionState, BidAsk
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.web.middleware import VISITOR_COOKIE, visitor_cookie
from millstream.notices import api as notices
from millstream.notices.models import Notice, Occasion, Subscription
from millstream.notices.types import AskState, PushAddress
from millstream.orders.api import place_orders
from millstream.orders.types import OrderPlaced
from millstream.people.api import erase_person, join_actor, open_guests, open_user
from millstream.people.types import ActorId, ContactKind, GuestAsk, Role
from tests.deals.fair import Fair
from tests.live.town import make_host
from tests.notices.push_service import PushService

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def member(name: str, language: str = "en") -> UUID:
    """Somebody who signs in with an address and bids as themselves."""
    actor = make_host(name, name)
    join_actor(open_user(email=f"{name.lower()}@example.com", language=language).pk, ActorId(actor), Role.OWNER)
    return actor


def guest(contact: str) -> tuple[UUID, UUID]:
    """Somebody who typed an address: the browser and the actor."""
    visitor = new_id()
    (opened,) = open_guests([GuestAsk(visitor, contact, ContactKind.EMAIL, "Femi")], now=timezone.now())
    return visitor, opened.actor_id


def bid(fair: Fair, auction: AuctionRecord, actor: UUID | None, most: int, **changes: Any) -> None:
    """A bid, by whoever it is."""
    told: dict[str, Any] = {"visitor": new_id(), "language": "en", **changes}
    api.place_bid(BidAsk(auction.id, key=new_id().hex, max_minor=most, actor=actor, **told), now=fair.now)


def close(auction: AuctionRecord) -> None:
    """Its time is over, long enough to be decided; the winner's time begins then."""
    assert api.settle_auctions(now=auction.closes_at + CLOSING_GRACE) == 1
    hear_all()


def expire(auction: AuctionRecord) -> None:
    """The first winner's time is over."""
    assert api.settle_auctions(now=auction.closes_at + CLOSING_GRACE + auction.pay_minutes * MINUTE) == 1
    hear_all()


def occasions(actor: UUID, start: str = "") -> list[Occasion]:
    return list(Occasion.objects.filter(topic="bids", subject=actor, name__startswith=start).order_by("due_at"))


def notices_of(actor: UUID, *, later: timedelta = timedelta(0)) -> list[Notice]:
    """What goes out to somebody, as far as it is due."""
    notices.tell_occasions(now=timezone.now() + later)
    return list(Notice.objects.filter(subscription__subject=actor, occasion__isnull=False).order_by("made_at"))


def browser_of(visitor: UUID) -> Client:
    client = Client()
    client.cookies[VISITOR_COOKIE] = visitor_cookie(visitor)
    return client


def path_of(told: Occasion) -> str:
    """The link of a notice, as this site's own path."""
    return "/" + str(told.words["url"]).split("/", 3)[3]


def test_a_winner_who_is_away_is_told_once_with_the_way_to_buy(open_fair: Fair) -> None:
    """In the reader's language, what and for how much and until when; heard twice it is still one letter."""
    auction = open_fair.auction(lasts=HOUR)
    bo = member("Bo", "zh-hans")
    bid(open_fair, auction, bo, 9_000)
    close(auction)
    for _ in range(2):
        tell_bidders(auction.id, now=timezone.now())
    (told,) = occasions(bo, "won:")
    assert "¥10.00" in told.words["title"]["en"]
    assert told.words["title"]["zh-hans"].startswith("您拍得了")
    assert "UTC+08:00" in told.words["text"]["en"]
    assert told.useless_at == Auction.objects.get(id=auction.id).offer_until
    (letter,) = notices_of(bo)
    notices.tell_occasions(now=timezone.now())
    assert (letter.channel, letter.language) == ("email", "zh-hans")
    assert len(notices_of(bo)) == 1


def test_a_push_says_it_too(open_fair: Fair, settings: Any) -> None:
    """A browser that asked is told beside the letters."""
    settings.NOTICES_PUSH_HOSTS = ("127.0.0.1",)
    auction, (visitor, femi) = open_fair.auction(lasts=HOUR), guest("femi@example.com")
    bid(open_fair, auction, None, 9_000, visitor=visitor)
    with PushService() as service:
        address: PushAddress = service.address("femi")
        push = {"endpoint": address.endpoint, "p256dh": address.p256dh, "auth": address.auth}
        answer = browser_of(visitor).post(f"/auctions/{auction.id}/tell/", push, headers={"accept": "application/json"})
        assert answer.json()["state"] == "active"
        close(auction)
        assert [letter.channel for letter in notices_of(femi)] == ["push"]
        notices.send_batch(timezone.now)
        ((_, said, _),) = service.taken
        assert said["title"].startswith("You won")
        assert "/auctions/lots/" in said["url"]


def test_the_link_leads_the_winner_to_the_lot_from_any_device(open_fair: Fair) -> None:
    """Opening it changes nothing; pressing lets this browser buy at the price won; a forged link is nobody's."""
    auction, (visitor, femi) = open_fair.auction(lasts=HOUR), guest("femi@example.com")
    bid(open_fair, auction, None, 9_000, visitor=visitor)
    close(auction)
    link = path_of(occasions(femi, "won:")[0])
    sheet = f"/buy/{open_fair.variant}/?show={open_fair.show.id}"
    own = browser_of(visitor).get(link)
    assert (own.status_code, own["Location"]) == (302, sheet)
    phone = Client()
    page = phone.get(link)
    assert page.status_code == 200
    assert "¥10.00" not in phone.get(sheet).content.decode()
    assert phone.post(link)["Location"] == sheet
    assert "¥10.00" in phone.get(sheet).content.decode()
    assert "¥10.00" in browser_of(visitor).get(sheet).content.decode()
    assert Client().get(f"{link[:-6]}aaaaa/").status_code == 404
    here = UUID(phone.cookies[VISITOR_COOKIE].value.split(".")[0])
    (placed,) = place_orders([open_fair.wish(visitor=here, seen=1_000)], now=timezone.now())
    assert isinstance(placed, OrderPlaced)
    assert placed.total_minor >= 1_000


def test_the_heir_is_told_and_the_first_link_is_over(open_fair: Fair) -> None:
    """The lot falls to the next, at their price; whoever did not buy finds it gone."""
    auction, bo, chen = open_fair.auction(lasts=HOUR), member("Bo"), member("Chen")
    bid(open_fair, auction, bo, 9_000)
    bid(open_fair, auction, chen, 4_000)
    close(auction)
    first = path_of(occasions(bo, "won:")[0])
    expire(auction)
    for _ in range(2):
        tell_bidders(auction.id, now=timezone.now())
    (told,) = occasions(chen, "won:")
    assert told.words["title"]["en"].endswith("falls to you for ¥10.00")
    assert Client().get(path_of(told)).status_code == 200
    assert Client().get(first).status_code == 410
    assert Client().post(first).status_code == 409
    assert len(occasions(bo, "won:")) == 1


def test_nobody_is_told_of_a_win_that_is_bought(open_fair: Fair) -> None:
    """Who bought at once is not told any more that they could."""
    auction, (visitor, femi) = open_fair.auction(lasts=HOUR), guest("femi@example.com")
    bid(open_fair, auction, None, 9_000, visitor=visitor)
    close(auction)
    Auction.objects.filter(id=auction.id).update(state=AuctionState.SOLD.value, ended_at=timezone.now())
    tell_bidders(auction.id, now=timezone.now())
    (told,) = occasions(femi, "won:")
    assert told.cancelled_at is not None


def test_who_is_outbid_while_away_is_told_once_until_they_bid_again(open_fair: Fair) -> None:
    """After a minute, once however many bids follow; a bid of their own begins anew."""
    auction, bo, chen = open_fair.auction(lasts=HOUR), member("Bo"), member("Chen")
    bid(open_fair, auction, bo, 4_000)
    bid(open_fair, auction, chen, 9_000)
    hear_all()
    bid(open_fair, auction, chen, 9_500)
    hear_all()
    tell_bidders(auction.id, now=timezone.now())
    (told,) = occasions(bo, "outbid:")
    assert "¥41.00" in told.words["title"]["en"]
    assert path_of(told) == f"/auctions/{auction.id}/"
    assert notices_of(bo) == []
    assert len(notices_of(bo, later=OUTBID_TOLD_AFTER)) == 1
    assert occasions(chen) == []
    bid(open_fair, auction, bo, 12_000)
    bid(open_fair, auction, chen, 15_000)
    hear_all()
    assert len(occasions(bo, "outbid:")) == 2
    assert len(notices_of(bo, later=2 * OUTBID_TOLD_AFTER)) == 2


def test_who_bids_again_at_once_is_there_and_is_not_told(open_fair: Fair) -> None:
    """The minute's wait is called off by a bid; a bid too low to lead was answered on the spot."""
    auction, bo, chen = open_fair.auction(lasts=HOUR), member("Bo"), member("Chen")
    bid(open_fair, auction, bo, 4_000)
    bid(open_fair, auction, chen, 9_000)
    hear_all()
    bid(open_fair, auction, bo, 6_000)
    hear_all()
    assert notices_of(bo, later=OUTBID_TOLD_AFTER) == []


def test_nobody_is_told_of_being_outbid_when_little_time_is_left(open_fair: Fair) -> None:
    """A letter takes longer than the last minutes; who won is told all the same."""
    auction, bo, chen = open_fair.auction(), member("Bo"), member("Chen")
    bid(open_fair, auction, bo, 4_000)
    bid(open_fair, auction, chen, 9_000)
    hear_all()
    assert occasions(bo) == []
    close(auction)
    assert len(occasions(chen, "won:")) == 1


def test_a_typed_address_is_asked_once_and_told_after_it_said_yes(open_fair: Fair) -> None:
    """One question for all auctions; nothing else until the owner says yes."""
    auction, (visitor, femi) = open_fair.auction(lasts=HOUR), guest("femi@example.com")
    bid(open_fair, auction, None, 4_000, visitor=visitor, language="zh-hans")
    hear_all()
    bid(open_fair, auction, None, 9_000, visitor=visitor)
    hear_all()
    (wish,) = Subscription.objects.filter(topic="bids", subject=femi)
    assert (wish.state, wish.language) == (AskState.UNCONFIRMED.value, "zh-hans")
    assert Notice.objects.filter(occasion__isnull=True).count() == 1
    assert "f***@example.com" in browser_of(visitor).get(f"/auctions/{auction.id}/").content.decode()
    notices.confirm_wish(wish.id, now=timezone.now())
    close(auction)
    assert len(notices_of(femi)) == 1


def test_whoever_ended_it_is_neither_told_nor_asked_again(open_fair: Fair) -> None:
    """The wish not to be told holds in the next auction too."""
    auction, bo = open_fair.auction(lasts=HOUR), member("Bo")
    bid(open_fair, auction, bo, 9_000)
    hear_all()
    (wish,) = Subscription.objects.filter(topic="bids", subject=bo)
    notices.end_wish(wish.id, now=timezone.now())
    Told.objects.all().delete()
    close(auction)
    assert notices_of(bo) == []
    assert Subscription.objects.get(id=wish.id).state == AskState.STOPPED.value


def test_erasing_a_person_forgets_how_and_what_it_was_told(open_fair: Fair) -> None:
    """Wishes, letters and what there was to say about them are gone; nothing is asked afterwards."""
    auction, (visitor, femi) = open_fair.auction(lasts=HOUR), guest("femi@example.com")
    bid(open_fair, auction, None, 9_000, visitor=visitor)
    close(auction)
    expire(auction)  # before that the lot waits for its winner, and so does who wants to be forgotten
    assert occasions(femi)
    erase_person(femi, now=timezone.now())
    assert not occasions(femi)
    Told.objects.all().delete()
    tell_bidders(auction.id, now=timezone.now())
    assert not Subscription.objects.filter(subject=femi).exists()
    assert not Notice.objects.filter(sealed__isnull=False).exists()


def test_only_who_has_bid_asks_to_be_told(open_fair: Fair) -> None:
    """A stranger's form is refused; a bidder's typed address gets the question; the page lets them end it."""
    auction, (visitor, femi) = open_fair.auction(lasts=HOUR), guest("femi@example.com")
    where = f"/auctions/{auction.id}/"
    assert Client().post(f"{where}tell/", {"address": "x@example.com"}).status_code == 409
    assert "If you go away" not in Client().get(where).content.decode()
    bid(open_fair, auction, None, 4_000, visitor=visitor)
    here = browser_of(visitor)
    assert "If you go away" in here.get(where).content.decode()
    assert here.post(f"{where}tell/", {"address": "other@example.com"}).status_code == 302
    (wish,) = Subscription.objects.filter(topic="bids", subject=femi)
    assert here.post(f"{where}tell-no-more/", {"wish": str(wish.id)}).status_code == 302
    assert Subscription.objects.get(id=wish.id).state == AskState.STOPPED.value
    here.post(f"{where}tell/", {"address": "no address"})
    assert Subscription.objects.filter(subject=femi).count() == 1
