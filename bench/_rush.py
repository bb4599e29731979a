"""A deal of 100 units, or a red packet of 100 pieces, and 5,000 viewers: `bench/buy.py --only deal`, `--only gift`.

Every viewer has a socket in the room and contact and address on file. All press at once, over their sockets, to one
room server; answered is who has heard `bought`, `grabbed` or `refused` under its key. Sold is what stands in orders at
the price, given what the coupons of the packet come to. Run with `client` this is the viewers.
"""
# ruff: noqa: PLC0415 - Django is imported when there are settings

import asyncio
import json
import os
import resource
import secrets
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._room_client import SPARE_FILES, Watcher, open_all
from bench._town import REPOSITORY, Town, free_port

UNITS, BUYERS, ADDRESSES = 100, 5_000, 10
DEAL_MINOR, BUDGET_MINOR = 9_900, 88_888
SETTLE_SECONDS, ANSWER_SECONDS, WITHIN_SECONDS = 3.0, 30.0, 2.0
BATCH = 500


def measure_deal(town: Town, market: Any) -> bool:
    """Seed the buyers, open the deal, let them all press, and say what came of it; whether it held."""
    from millstream.deals.api import open_deal
    from millstream.deals.types import DealSpec
    from millstream.kernel.clock import read_now
    from millstream.orders.models import Order
    from millstream.pacts.api import agree_floor_price
    from millstream.pacts.types import FloorPriceSpec

    visitors = seed_buyers()
    show, variant, host = open_room(market, "Dao", "道")
    agree_floor_price(FloorPriceSpec(variant, market.maker, host, DEAL_MINOR, "CNY"), now=read_now())
    open_deal(DealSpec(show.id, host, variant, DEAL_MINOR, UNITS, timedelta(minutes=10)), now=read_now())
    ask = {"t": "buy", "variant": str(variant), "quantity": 1, "seen_minor": DEAL_MINOR}
    seen = let_them_press(town, show.room, ask, visitors)
    sold = Order.objects.unscoped("a bench").filter(show_id=show.id, lines__price_minor=DEAL_MINOR).count()
    holds: bool = sold == UNITS == seen["answers"].get("bought", 0) and seen["slowest"] <= WITHIN_SECONDS
    print(f"a deal of {UNITS}, {BUYERS} buyers over WebSocket: {sold} sold, answers {seen['answers']}")
    say_times(seen, holds=holds)
    return holds


def measure_gift(town: Town, market: Any) -> bool:
    """Announce a red packet, let everybody reach for it, and say what came of it; whether it held."""
    from millstream.gifts import api
    from millstream.gifts.models import Coupon
    from millstream.gifts.types import SEED_BYTES, GiftId, GiftKind, GiftSpec
    from millstream.kernel.clock import read_now
    from millstream.kernel.ids import new_id

    visitors = seed_buyers()
    show, _, host = open_room(market, "Lan", "兰")
    now = read_now()
    ends = (now + timedelta(minutes=10), now + timedelta(days=7))
    spec = GiftSpec(show.id, host, GiftKind.RED_PACKET, "A rush", "CNY", BUDGET_MINOR, UNITS, now, *ends)
    gift = api.announce_gift(GiftId(new_id()), spec, seed=secrets.token_bytes(SEED_BYTES), now=now)
    seen = let_them_press(town, show.room, {"t": "grab", "gift": str(gift.id)}, visitors)
    after, wrong = api.gift(gift.id, read_now()), list(api.check_gifts())
    given = sum(Coupon.objects.filter(gift_id=gift.id).values_list("amount_minor", flat=True))
    exact = (after.taken, after.given_minor, given) == (UNITS, BUDGET_MINOR, BUDGET_MINOR) and not wrong
    wanted = {"grabbed": UNITS, "gifts.over": BUYERS - UNITS}
    holds: bool = exact and seen["answers"] == wanted and seen["slowest"] <= WITHIN_SECONDS
    print(
        f"a red packet of {UNITS}, {BUYERS} viewers over WebSocket: {after.taken} pieces, {given} of {BUDGET_MINOR} fen"
    )
    print(f"  answers {seen['answers']}, {len(wrong)} differences")
    say_times(seen, holds=holds)
    return holds


def say_times(seen: dict[str, Any], *, holds: bool) -> None:
    """How long the answers took."""
    print(f"  answered: p50 {seen['p50']:.2f} s, p99 {seen['p99']:.2f} s, all {seen['slowest']:.2f} s; holds: {holds}")


def open_room(market: Any, name: str, chinese: str) -> tuple[Any, Any, Any]:
    """A live show with a product, of which the shop has ten times as many: show, variant and host."""
    from millstream.kernel.clock import read_now
    from millstream.live.api import add_to_rundown, start_show
    from tests.live.town import agree, make_host, make_show

    now = read_now()
    variant = market.put_for_sale(10 * UNITS, now=now)
    host = make_host(name, chinese)
    agree(host, market.maker, now)
    show = make_show(host, now)
    add_to_rundown(show.id, variant, host=host, now=now)
    start_show(show.id, host=host, now=now)
    return show, variant, host


def let_them_press(town: Town, room: Any, ask: dict[str, Any], visitors: list[Any]) -> dict[str, Any]:
    """Start a room server and a process with all the buyers; what they saw."""
    from millstream.kernel.web.middleware import visitor_cookie

    port = free_port()
    words = [sys.executable, "-m", "millstream.live.room", "--port", str(port)]
    with (town.home / "room.log").open("wb") as log:
        server = subprocess.Popen(words, cwd=REPOSITORY, env=os.environ, stdout=log, stderr=log)
    try:
        wait_for(port)
        plan = {
            "sockets": BUYERS,
            "ports": [port],
            "path": f"/ws/rooms/{room}",
            "addresses": ADDRESSES,
            "cookies": [visitor_cookie(visitor) for visitor in visitors],
            "seed": 1,
            "read": BUYERS,
            "ask": ask,
        }
        words = [sys.executable, str(Path(__file__)), "client"]
        told = subprocess.run(words, input=json.dumps(plan), capture_output=True, text=True, cwd=REPOSITORY, check=True)
    finally:
        server.terminate()
        server.wait(20)
    seen: dict[str, Any] = json.loads(told.stdout)
    return seen


def seed_buyers() -> list[Any]:
    """Visitors who have all bought before."""
    from millstream.kernel.clock import read_now
    from millstream.kernel.ids import new_id
    from millstream.people.api import open_guests
    from millstream.people.types import AddressLines, ContactKind, GuestAsk

    visitors = [new_id() for _ in range(BUYERS)]
    for start in range(0, len(visitors), BATCH):
        asks = []
        for number, visitor in enumerate(visitors[start : start + BATCH], start):
            phone = f"+86{13_900_000_000 + number}"
            address = AddressLines(f"Bo {number}", phone, f"{number} Canal Street, Hangzhou")
            asks.append(GuestAsk(visitor, phone, ContactKind.PHONE, f"Bo {number}", address))
        open_guests(asks, now=read_now())
    return visitors


def wait_for(port: int) -> None:
    """Wait until the room server answers."""
    import socket

    patience = time.monotonic() + 60
    while time.monotonic() < patience:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the room server did not come up")


async def press(plan: dict[str, Any]) -> dict[str, Any]:
    """Open all sockets, ask the same on all of them, and wait for every answer."""
    answers: dict[int, tuple[str, float]] = {}
    all_answered = asyncio.Event()
    watchers = await open_all(plan, {})
    await asyncio.sleep(SETTLE_SECONDS)

    def listen(number: int, watcher: Watcher) -> None:
        def note(payload: bytes) -> None:
            if b'"key":' in payload[:400]:
                told = json.loads(payload)
                kind = told["code"] if told["t"] == "refused" else told["t"]
                answers.setdefault(number, (kind, time.monotonic()))
                if len(answers) == len(watchers):
                    all_answered.set()

        watcher.hear = note

    for number, watcher in enumerate(watchers):
        listen(number, watcher)
    began = time.monotonic()
    for number, watcher in enumerate(watchers):
        watcher.say({"key": f"rush-of-{number:05}", **plan["ask"]})
    with suppress(TimeoutError):
        await asyncio.wait_for(all_answered.wait(), ANSWER_SECONDS)
    took = sorted(at - began for _, at in answers.values())
    unanswered = len(watchers) - len(answers)
    return {
        "answers": {**Counter(code for code, _ in answers.values()), **({"none": unanswered} if unanswered else {})},
        "p50": took[len(took) // 2],
        "p99": took[int(len(took) * 0.99)],
        "slowest": ANSWER_SECONDS if unanswered else took[-1],
    }


def main() -> None:
    """Be the buyers."""
    import uvloop

    plan = json.loads(sys.stdin.read())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(plan["sockets"] + SPARE_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(runner.run(press(plan)), sys.stdout)


if __name__ == "__main__":
    main()
