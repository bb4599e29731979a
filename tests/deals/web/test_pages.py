"""Pages of deals and auctions: by ordinary forms, closed to strangers, a fixed number of questions."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millstream.deals import api
from millstream.deals.types import AuctionState, DealState
from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.web.formats import format_clock_time
from millstream.live.api import seats
from millstream.live.types.studio import Seat
from millstream.pacts.api import end_floor_price
from millstream.people.types import Role
from tests.deals.fair import Fair, people
from tests.deals.web.conftest import request_of
from tests.live.web.conftest import browser

type Part = Callable[..., str]

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return answer.content.decode()


def deal_form(fair: Fair, **changes: object) -> dict[str, Any]:
    """What the studio posts for a deal."""
    return {"variant": fair.variant, "price_minor": 9_900, "amount": "", "minutes": 5, "size": 4, "cap": 2} | changes


def bid_form(**changes: object) -> dict[str, Any]:
    """What a bidder posts."""
    return {"key": new_id().hex, "amount": "50", "contact": "13800138000", "name": "Bo Lin"} | changes


def test_a_deal_is_opened_and_ended_by_forms(fair: Fair, dao: Client) -> None:
    """Two presses without JavaScript; Dao is sent back to the studio each time."""
    answer = dao.post(f"/deals/in/{fair.show.id}/open/", deal_form(fair))
    assert (answer.status_code, answer["Location"]) == (303, f"/studio/{fair.show.slug}/live/#deals")
    (deal,) = api.deals_of(fair.show.id, now=fair.now + timedelta(seconds=5))
    assert (deal.price_minor, deal.size, deal.cap, deal.state) == (9_900, 4, 2, DealState.OPEN)
    assert dao.post(f"/deals/{deal.id}/close/").status_code == 303
    assert fair.stock() == (10, 0, 0)


def test_a_typed_price_counts_and_the_floor_is_said_to_the_director(fair: Fair, dao: Client) -> None:
    """An amount in words of the currency goes before the chip; below the floor the page says the floor."""
    fair.floor(9_000)
    refused = dao.post(f"/deals/in/{fair.show.id}/open/", deal_form(fair, amount="89.99"))
    assert refused.status_code == 422
    assert "¥90.00" in text(refused)
    assert dao.post(f"/deals/in/{fair.show.id}/open/", deal_form(fair, amount="91.50")).status_code == 303
    assert api.deals_of(fair.show.id, now=fair.now)[0].price_minor == 9_150


@pytest.mark.parametrize("wrong", [{"amount": "abc"}, {"minutes": "x"}, {"size": 0}, {"variant": "x"}, {"minutes": 21}])
def test_a_form_that_cannot_be_read_is_refused(fair: Fair, dao: Client, wrong: dict[str, object]) -> None:
    """No broken page, nothing opened."""
    answer = dao.post(f"/deals/in/{fair.show.id}/open/", deal_form(fair, **wrong))
    assert answer.status_code in (409, 422)
    assert api.deals_of(fair.show.id, now=fair.now) == []


def test_strangers_open_and_end_nothing(fair: Fair, femi: Client, bo: Client) -> None:
    """Another host and a viewer are refused at every door; the floor is not said to them."""
    fair.floor(9_000)
    deal, auction = fair.deal(), fair.auction(9_500)
    doors = [
        (f"/deals/in/{fair.show.id}/open/", deal_form(fair, amount="1")),
        (f"/deals/in/{fair.show.id}/auction/", {"variant": fair.variant, "amount": "1", "minutes": 1}),
        (f"/deals/{deal.id}/close/", {}),
        (f"/auctions/{auction.id}/cancel/", {}),
    ]
    for client in (femi, bo):
        for path, form in doors:
            answer = client.post(path, form)
            assert answer.status_code == 403
            assert "90.00" not in text(answer)
    assert api.deal_of(deal.id, now=fair.now).state is DealState.OPEN


def test_a_guest_bids_by_form_and_sees_how_they_stand(fair: Fair, bo: Client) -> None:
    """Contact and maximum in one form; the page then says that Bo leads, and shows his own maximum to him alone."""
    auction = fair.auction()
    page = f"/auctions/{auction.id}/"
    assert "contact" in text(bo.get(page))
    answer = bo.post(f"{page}bid/", bid_form(amount="87.65"))
    assert (answer.status_code, answer["Location"]) == (303, page)
    mine = text(bo.get(page))
    assert "You lead." in mine
    assert "87.65" in mine
    assert "87.65" not in text(Client().get(page))
    assert api.auction(auction.id).bids == 1


def test_a_refused_bid_is_said_on_the_page(fair: Fair, bo: Client) -> None:
    """Too low: the page comes again with the least that can be bid; without a contact it asks for one."""
    auction = fair.auction(5_000)
    low = bo.post(f"/auctions/{auction.id}/bid/", bid_form(amount="49"))
    assert low.status_code == 409
    assert "¥50.00" in text(low)
    unknown = Client().post(f"/auctions/{auction.id}/bid/", bid_form(contact=""))
    assert "deals.contact_needed" in text(unknown)
    assert api.auction(auction.id).bids == 0


def test_a_script_gets_json(fair: Fair, bo: Client) -> None:
    """The element's fallback: an answer with the shown name, a refusal with code and words."""
    auction = fair.auction()
    path = f"/auctions/{auction.id}/bid/"
    taken = bo.post(path, bid_form(amount="", max_minor=5_000), headers={"Accept": "application/json"})
    told = json.loads(taken.content)
    assert (told["state"], told["price_minor"], told["number"]) == ("leading", 1_000, 1)
    refused = bo.post(path, bid_form(amount="", max_minor=4_000), headers={"Accept": "application/json"})
    assert refused.status_code == 409
    assert json.loads(refused.content)["code"] == "deals.bid_lowered"


def test_the_receipt_proves_itself_to_anybody(fair: Fair) -> None:
    """The JSON of a stranger's browser passes the verification, and its head is the page's."""
    auction = fair.auction()
    first, second = people(2, now=fair.now)
    api.place_bids([first.ask(auction.id, 9_000), second.ask(auction.id, 4_000)], now=fair.now)
    receipt = Client().get(f"/auctions/{auction.id}/receipt.json").json()
    assert api.verify_receipt(receipt) == []
    assert receipt["head"] in text(Client().get(f"/auctions/{auction.id}/"))


def test_the_auction_page_asks_a_fixed_number_of_questions(fair: Fair) -> None:
    """Two bids or forty: the same statements."""
    auction = fair.auction()
    bidders = people(40, now=fair.now)
    counts: list[int] = []
    for few in (bidders[:2], bidders[2:]):
        for place, one in enumerate(few):
            api.place_bids([one.ask(auction.id, 2_000 + 1_000 * (place + len(counts) * 5))], now=fair.now)
        with CaptureQueriesContext(connection) as seen:
            Client().get(f"/auctions/{auction.id}/")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_the_room_shows_deals_and_auctions_in_few_questions(fair: Fair, part: Part) -> None:
    """Cards with forms that work without scripts; more deals ask no more."""
    fair.deal(size=4, cap=2)
    fair.auction()
    with CaptureQueriesContext(connection) as seen:
        html = part("deals_in_room", fair.show.id)
    assert len(seen) <= 8
    assert f"/buy/{fair.variant}/?show={fair.show.id}" in html
    assert 'name="max_minor" value="1000"' in html
    assert "Only 4 left" in html
    assert "<template data-auction-card>" in html


def test_the_studio_part_is_the_directors(fair: Fair, dao: Client, part: Part) -> None:
    """Dao sees chips and the maker's floor; a viewer who gets hold of the part sees nothing."""
    fair.floor(9_000)
    html = part("deals_in_studio", fair.show.id, dao)
    assert "¥90.00" in html
    assert 'name="price_minor" value="11500"' in html
    assert part("deals_in_studio", fair.show.id).strip() == ""


def test_an_auction_is_started_and_called_off_by_forms(fair: Fair, dao: Client) -> None:
    """From the studio, with a start price in words of the currency."""
    form = {"variant": fair.variant, "amount": "12.50", "minutes": 2, "falls": "on"}
    assert dao.post(f"/deals/in/{fair.show.id}/auction/", form).status_code == 303
    (auction,) = api.auctions_of(fair.show.id)
    assert (auction.start_minor, auction.falls) == (1_250, True)
    assert dao.post(f"/auctions/{auction.id}/cancel/").status_code == 303
    assert api.auction(auction.id).state is AuctionState.CANCELLED


def test_prices_of_30_days_can_be_looked_up(fair: Fair) -> None:
    """The shop's price and the deal, for anybody."""
    fair.deal(9_900)
    html = text(Client().get(f"/deals/prices/{fair.variant}/"))
    assert "¥128.00" in html
    assert "¥99.00" in html
    assert Client().get(f"/deals/prices/{new_id()}/").status_code == 404


def test_the_buy_sheet_offers_the_deal_and_the_lot(fair: Fair, bo: Client) -> None:
    """In the show a viewer's sheet says the deal's price; the winner's sheet says what the lot costs."""
    fair.deal(9_900)
    path = f"/buy/{fair.variant}/?show={fair.show.id}"
    assert 'value="9900"' in text(bo.get(path))
    auction = fair.auction()
    bo.post(f"/auctions/{auction.id}/bid/", bid_form())
    api.settle_auctions(now=auction.closes_at + timedelta(seconds=3))
    assert 'value="1000"' in text(bo.get(path))
    assert 'value="9900"' in text(Client().get(path))


def test_programs_read_and_bid(fair: Fair, bo: Client) -> None:
    """REST: deals, auctions, and a bid with its key; without a key it is refused."""
    fair.deal()
    auction = fair.auction()
    assert bo.get(f"/api/v1/shows/{fair.show.id}/deals").json()[0]["price_minor"] == 9_900
    assert bo.get(f"/api/v1/shows/{fair.show.id}/auctions").json()[0]["auction"] == str(auction.id)
    bo.post(f"/auctions/{auction.id}/bid/", bid_form(amount="20"))
    path, body = f"/api/v1/auctions/{auction.id}/bids", {"max_minor": 5_000}
    for _ in range(2):
        told = bo.post(path, body, content_type="application/json", headers={"Idempotency-Key": "program-1"}).json()
        assert (told["number"], told["state"]) in ((2, "raised"), (2, "leading"))
    assert bo.post(path, body, content_type="application/json").status_code == 422


def test_a_request_without_a_user_draws_the_room(fair: Fair, part: Part) -> None:
    """A visitor whom nobody knows sees the contact field."""
    fair.auction()
    assert request_of().user.is_anonymous
    assert 'name="contact"' in part("deals_in_room", fair.show.id)


def test_every_press_says_what_was_done(fair: Fair, dao: Client) -> None:
    """The studio that the press leads to has one message: how many, for how much, until when, what came back."""
    studio = f"/deals/in/{fair.show.id}"

    def said(path: str, form: dict[str, Any] | None = None) -> str:
        there = dao.post(path, form or {})["Location"].removesuffix("#deals")
        (told,) = list(dao.get(there).context["messages"])
        return str(told)

    opened = said(f"{studio}/open/", deal_form(fair))
    (deal,) = api.deals_of(fair.show.id, now=fair.now + timedelta(seconds=5))
    assert deal.closes_at
    assert opened == f"The deal is open until {format_clock_time(deal.closes_at)}: 4 at ¥99.00."
    assert said(f"/deals/{deal.id}/close/").endswith("4 are back.")
    assert said(f"/deals/{deal.id}/close/") == "The deal was over already."
    tomorrow = timezone.localtime(fair.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    planned = said(f"{studio}/open/", deal_form(fair, opens_at=tomorrow, amount="90"))
    assert planned.startswith("The deal is planned. It opens ")
    assert planned.endswith(": 4 at ¥90.00.")
    (later,) = api.deals_of(fair.show.id, now=fair.now + timedelta(seconds=5))
    assert said(f"/deals/{later.id}/close/") == "The deal is called off before it opened."
    started = said(f"{studio}/auction/", {"variant": fair.variant, "amount": "12.50", "minutes": 2})
    assert started.startswith("The auction runs until ")
    assert started.endswith(" and starts at ¥12.50.")
    (auction,) = api.auctions_of(fair.show.id)
    assert said(f"/auctions/{auction.id}/cancel/") == "The auction is called off; its one piece is back."
    assert said(f"/auctions/{auction.id}/cancel/") == "The auction was over already."


def test_a_second_device_is_refused_until_it_takes_the_direction(fair: Fair, dao: Client) -> None:
    """Dao's tablet directs: the phone opens and ends nothing and reads why; after taking over it does."""
    tablet = browser("dao-2@example.com", fair.market.dao, Role.HOST)
    assert tablet.post(f"/deals/in/{fair.show.id}/open/", deal_form(fair)).status_code == 303
    (deal,) = api.deals_of(fair.show.id, now=fair.now + timedelta(seconds=5))
    auction = fair.auction()
    for path, form in (
        (f"/deals/in/{fair.show.id}/open/", deal_form(fair)),
        (f"/deals/in/{fair.show.id}/auction/", {"variant": fair.variant, "amount": "12", "minutes": 2}),
        (f"/deals/{deal.id}/close/", {}),
        (f"/auctions/{auction.id}/cancel/", {}),
    ):
        refused = dao.post(path, form)
        assert refused.status_code == 409
        assert "live.directed_elsewhere" in text(refused)
    assert api.deal_of(deal.id, now=fair.now).state is DealState.OPEN
    assert api.auction(auction.id).state is AuctionState.OPEN
    turn = seats(fair.show.id, read_now())[Seat.DIRECTION].turn
    assert dao.post(f"/studio/{fair.show.slug}/sit/", {"seat": "direction", "turn": turn}).status_code == 302
    assert dao.post(f"/deals/{deal.id}/close/").status_code == 303
    assert tablet.post(f"/auctions/{auction.id}/cancel/").status_code == 409


def test_the_studio_suggests_nothing_that_the_maker_did_not_agree_to(fair: Fair, dao: Client, part: Part) -> None:
    """Without a floor price: no deal form, the reason in words, an auction from the shop's price on."""
    end_floor_price(fair.variant, host=None, now=fair.now)
    html = part("deals_in_studio", fair.show.id, dao)
    assert "The maker has agreed to no lower price than ¥128.00" in html
    assert f"/deals/in/{fair.show.id}/open/" not in html
    assert 'name="price_minor"' not in html
    assert 'name="amount" inputmode="decimal" maxlength="20" value="128.00"' in html
    refused = dao.post(f"/deals/in/{fair.show.id}/open/", deal_form(fair))
    assert refused.status_code == 422
    assert "Agree on a floor price first" in text(refused)
