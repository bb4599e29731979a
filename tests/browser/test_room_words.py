"""The room's words: captions, what is with the host, a report, silence undone, buying again, the slip read out."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.buying import Buyer, buy_in_room
from tests.browser.people import Cast
from tests.browser.room import Studio
from tests.browser.test_room_modes import HTTP_MS, SHEET, enter, open_line, refuse
from tests.browser.town import DemoTown, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANS = "The evening pan"
PLANNED = "The early pan"
ENTERS_MS = 30_000
# Nobody of the demonstration signs in as Lan, so her presses are made where a press ends. Her show is one more of
# her plans: those of the demonstration stand on the home page for other tests.
LAN_PLANS = """
from datetime import timedelta
from django.utils import timezone
from millstream.live import api
from millstream.live.types import ShowPlan
now = timezone.now()
like = next(one for one in api.upcoming(now) if one.title["en"] == {like!r})
plan = ShowPlan(like.host, {{"en": {title!r}}}, like.story, now + timedelta(hours=1), like.poster)
show = api.plan_show(plan, now=now)
for item in api.rundown(like.id):
    api.add_to_rundown(show.id, item.variant, host=like.host, now=now)
"""
LAN_STARTS = """
from django.utils import timezone
from millstream.live import api
show = next(one for one in api.upcoming(timezone.now()) if one.title["en"] == {title!r})
api.start_show(show.id, host=show.host, now=timezone.now())
"""
LAN_ENDS = """
from django.utils import timezone
from millstream.live import api
show = next(one for one in api.live_now() if one.title["en"] == {title!r})
api.end_show(show.id, host=show.host, now=timezone.now())
"""
CUES = """video => [...video.textTracks].filter(track => track.kind === "captions" && track.mode === "showing")
    .flatMap(track => [...(track.activeCues ?? [])].map(cue => cue.text))"""
NOTE_SPOKEN = """
window.spoken = [];
window.speechSynthesis.speak = (said) => window.spoken.push([said.text, said.lang]);
window.speechSynthesis.cancel = () => window.spoken.push(["", ""]);
"""
NOTE_FRAMES = """
const send = WebSocket.prototype.send;
window.asked = [];
WebSocket.prototype.send = function (text) {
  if (text.includes('"buy"')) window.asked.push(JSON.parse(text));
  return send.call(this, text);
};
"""


def do(town: DemoTown, script: str) -> None:
    done = town.say("manage", "shell", "-c", script.format(title=PLANNED, like=LANS))
    assert done.returncode == 0, done.stdout + done.stderr


def wait_at(page: Page) -> Page:
    """Open the page of a show that has not begun."""
    page.goto("/shows/")
    page.get_by_role("link", name=PLANNED).first.click()
    expect(page.get_by_role("heading", name=PLANNED)).to_be_visible()
    return page


def test_whoever_waits_is_in_the_room_when_the_show_begins(cast: Cast, town: DemoTown) -> None:
    """By the socket, by HTTP alone, with the sound that was on before; whoever buys meanwhile is left in peace."""
    do(town, LAN_PLANS)
    by_socket = wait_at(cast.guest())
    by_socket.wait_for_selector("ms-room[data-connected=true]")
    by_socket.evaluate("() => sessionStorage.setItem('ms-sound', 'on')")
    by_http = cast.guest()
    by_http.route_web_socket("**/ws/rooms/**", refuse)
    wait_at(by_http).wait_for_selector("ms-room[data-connected=http]", timeout=HTTP_MS)
    buying = wait_at(cast.guest())
    buying.locator("a[data-sheet][href^='/buy/']").first.click()
    expect(buying.locator("dialog.sheet").get_by_label("Phone or e-mail")).to_be_visible()
    do(town, LAN_STARTS)
    try:
        for page in (by_socket, by_http):
            page.wait_for_selector("ms-room[data-state=live] ms-player", timeout=ENTERS_MS)
            expect(page.locator("#say-text")).to_be_visible()
        assert not by_socket.eval_on_selector("ms-player video", "video => video.muted")
        assert by_http.eval_on_selector("ms-player video", "video => video.muted")
        expect(buying.locator("[data-wait-open] a")).to_be_visible(timeout=ENTERS_MS)
        expect(buying.locator("dialog.sheet").get_by_label("Phone or e-mail")).to_be_visible()
        buying.get_by_role("button", name="Close and go on watching").click()
        buying.wait_for_selector("ms-room[data-state=live]", timeout=ENTERS_MS)
    finally:
        do(town, LAN_ENDS)
    for page in (by_socket, by_http, buying):
        page.goto("about:blank")
    # Nobody films this show: its picture is asked for in vain.
    cast.problems[:] = [said for said in cast.problems if "status of 404" not in said]


def test_captions_are_read_by_whoever_turns_them_on(cast: Cast) -> None:
    """The button comes with the first caption; the words stand on the picture until they are turned off."""
    room = enter(cast.guest())
    words = f"This glaze is called plum green {token_hex(3)}"
    button = room.page.locator("ms-player [data-captions]")
    host = cast.enter("host")
    Studio(host).open()
    host.goto(f"{host.url.split('#')[0]}#more")
    host.fill("#studio-caption", words)
    host.press("#studio-caption", "Enter")
    expect(button).to_be_visible(timeout=ENTERS_MS)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    until(lambda: words in room.page.eval_on_selector("ms-player video", CUES), 30, "the caption on the picture")
    button.click()
    assert room.page.eval_on_selector("ms-player video", CUES) == []


def test_viewers_read_how_it_is_with_the_host(cast: Cast) -> None:
    """Away, sound with photos, sound alone, and nothing when all is well; the picture is never covered."""
    page = cast.guest()
    told: dict[str, Any] = {"away": True}

    def tell(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), **told})

    page.route(re.compile(r"/state\.json$"), tell)
    room = enter(page)
    note = page.locator("[data-note]")
    expect(note).to_have_text("The host is away for a moment", timeout=ENTERS_MS)
    for change, words in (
        ({"away": False, "mode": "photo"}, "Weak line at the host: sound and photos"),
        ({"away": False, "mode": "audio"}, "Weak line at the host: sound for now"),
    ):
        told.update(change)
        expect(note).to_have_text(words, timeout=ENTERS_MS)
        expect(note).to_be_in_viewport()
    told.update({"mode": "video"})
    expect(note).to_be_hidden(timeout=ENTERS_MS)
    assert page.locator("[data-veil]").is_hidden()
    room.keeps_moving()


def test_a_product_is_reported_without_leaving_the_picture(cast: Cast) -> None:
    """From the list of goods: the sheet names it, says thanks, and the host's queue has it."""
    room = enter(cast.guest(wide=True))
    page, words = room.page, f"chipped {token_hex(3)}"
    row = page.locator(".rundown-item", has_text="Tenmoku bowl")
    row.get_by_role("link", name="Report this product").click()
    sheet = page.locator("ms-sheet dialog[open]")
    expect(sheet).to_contain_text("Tenmoku bowl")
    sheet.get_by_label("Fraud, or not what it says").check()
    sheet.get_by_label("More about it").fill(words)
    sheet.get_by_role("button", name="Report it").click()
    expect(sheet).to_contain_text("Somebody will look at it")
    page.get_by_role("button", name="Close and go on watching").click()
    room.keeps_moving()
    host = cast.enter("host")
    host.goto("/desk/reports/")
    report = host.locator(".row", has_text=words)
    expect(report).to_contain_text("Tenmoku bowl")


def test_a_ban_by_mistake_is_undone_from_the_toast(cast: Cast) -> None:
    """The speaker hears it at once over the socket, and talks again; a timeout is undone at the line."""
    bo = enter(cast.guest())
    host_page = cast.enter("host")
    host = enter(host_page)
    first, second = f"is it lead free {token_hex(3)}", f"thank you {token_hex(3)}"
    bo.say(first)
    host.reads(first)
    open_line(host_page, first)
    host_page.click(f"{SHEET} .line-act-bad")
    host_page.click(f"{SHEET} form[action$='/ban/'] button")
    expect(bo.page.locator("[data-why]")).to_be_visible(timeout=ENTERS_MS)
    host_page.get_by_role("button", name="Undo").click()
    expect(bo.page.locator("[data-say]")).to_be_visible(timeout=ENTERS_MS)
    bo.say(second)
    host.reads(second)
    open_line(host_page, second)
    host_page.click(f"{SHEET} button[name=minutes][value='60']")
    expect(bo.page.locator("[data-why]")).to_contain_text("in 60 minutes", timeout=ENTERS_MS)
    open_line(host_page, second)
    host_page.get_by_role("button", name="Let them talk again").click()
    expect(bo.page.locator("[data-say]")).to_be_visible(timeout=ENTERS_MS)


def test_who_has_bought_here_buys_again_with_one_tap(cast: Cast) -> None:
    """Then only the payment is approved. A double tap asks once; each purchase has its own key; a slip is read out."""
    studio = Studio(cast.enter("host", wide=True))
    studio.open()
    if studio.page.locator("#now-goods .rundown-item[data-state=now]", has_text="Everyday cup").count() == 0:
        studio.clear()
        studio.pin("Everyday cup")
    page = cast.guest()
    page.add_init_script(NOTE_FRAMES)
    room = enter(page)
    until(lambda: room.pinned, 15, "something on the table")
    first = buy_in_room(room, Buyer("Bo", f"bo.{token_hex(4)}@example.com"), 3800)
    codes = {first.code}
    confirm = page.locator("[data-pin-confirm]")
    for _ in range(2):
        expect(confirm).to_be_visible()
        expect(confirm).to_contain_text("Buy 1 for")
        left = room.left
        confirm.dblclick()
        sheet = page.locator("ms-sheet dialog[open]")
        page.frame_locator("dialog.sheet iframe").get_by_role("button", name="Approve", exact=True).click()
        expect(sheet.locator("#order")).to_have_attribute("data-state", "paid", timeout=ENTERS_MS)
        codes.add(sheet.locator("#order h1 .code").inner_text())
        page.get_by_role("button", name="Close and go on watching").click()
        room.until_left(left - 1)
    asked = page.evaluate("() => window.asked")
    assert len(asked) == 2, asked
    assert len({frame["key"] for frame in asked}) == 2
    assert len(codes) == 3
    page.goto("/orders/")
    assert page.locator("a.row-title").count() == 3
    room.page.goto("about:blank")
    slip_is_read_out(studio.page)


def slip_is_read_out(page: Page) -> None:
    """The household's slip, sentence by sentence in the page's language; a second press stops it."""
    slug = page.url.split("/studio/")[1].split("/")[0]
    page.add_init_script(NOTE_SPOKEN)
    page.goto(f"/studio/{slug}/slips/")
    page.locator(f"main a[href*='/studio/{slug}/slips/']").first.click()
    button = page.locator("ms-speak button")
    expect(button.get_by_text("Read it out")).to_be_visible()
    button.click()
    expect(page.locator("ms-speak")).to_have_attribute("data-speaking", "true")
    expect(button.get_by_text("Stop reading")).to_be_visible()
    spoken = page.evaluate("() => window.spoken.filter(([text]) => text)")
    assert " ".join(text for text, _ in spoken) == (page.get_attribute("ms-speak", "data-text") or "").strip()
    assert {language for _, language in spoken} == {"en"}
    button.click()
    expect(page.locator("ms-speak")).to_have_attribute("data-speaking", "false")
    assert page.evaluate("() => window.spoken.at(-1)") == ["", ""]
