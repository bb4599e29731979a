"""The last second of an auction: many bidders over real WebSockets, one winner, a proof of order, no bid lost.

    .cache/venv/bin/python bench/auction.py [--bidders 200] [--bids 3] [--servers 2] [--seconds 3]

Starts a PostgreSQL, a NATS and room servers of its own, opens a socket for each bidder, spread over the servers, and
lets everybody bid within the last second of an auction without extensions, some after the close. Then it holds every
answer that came back against the rows: an acknowledged bid stands under its number with its maximum, nothing
else stands, the chain of the receipt verifies, and the winner and the price are those of a model that thinks slowly.
After that `place_bids` in this process, in batches. The network's limits are raised for it, and printed: all sockets
come from 127.0.0.1. Exits with 1 when anything differs.
"""

# ruff: noqa: PLC0415 - what needs Django is imported once the engines run and it is set up

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
LASTS_SECONDS = 30
LATE_SHARE = 0.1
ANSWERED_WITHIN_SECONDS = 20.0
LIMITS = {
    "MILLSTREAM_NETWORK_RATE": "100000000",
    "MILLSTREAM_ROOM_SOCKETS_PER_NETWORK": "5000",
    "MILLSTREAM_ROOM_SOCKETS_IN_ALL": "5000",
}
IN_PROCESS_BATCHES = (1, 20, 200, 1_000)


@dataclass(slots=True)
class Answered:
    """What the bidders heard: seconds from sent to answered, the maxima of acknowledged bids, refusals by code."""

    seconds: list[float] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    leading: int = 0
    silent: int = 0


def main() -> None:
    """Set the engines up, bid, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bidders", type=int, default=200)
    parser.add_argument("--bids", type=int, default=3)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millstream-bench-auction-") as folder, ExitStack() as stack:
        set_up(Path(folder), stack)
        last_second = over_sockets(Path(folder), stack, options)
        rates = {f"place_bids, batches of {batch}": rate(batch, options.seconds) for batch in IN_PROCESS_BATCHES}
    print(json.dumps({"limits raised": LIMITS, "last second": last_second, "in process": rates}, indent=2))
    raise SystemExit(1 if last_second["wrong"] else 0)


def set_up(folder: Path, stack: ExitStack) -> None:
    """Engines of its own and the newest tables."""
    from millstream.site.engines.nats import Nats
    from millstream.site.engines.postgres import Postgres
    from millstream.site.engines.running import start, stop

    postgres, nats = Postgres(folder / "postgres", folder / "run"), Nats(folder / "nats", folder / "run")
    for engine, name in ((postgres, "postgres.log"), (nats, "nats.log")):
        stack.callback(stop, engine, start(engine, folder / name))
    os.environ.update(
        DATABASE_URL=postgres.url("millstream"),
        NATS_URL=nats.url,
        MILLSTREAM_VAR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="millstream.site.settings",
        **LIMITS,
    )
    import django
    from django.core.management import call_command
    from django.utils import translation

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from django.urls import reverse

    reverse("home")  # addresses and catalogues are read now, not inside a transaction with a limit of time
    for language in ("en", "zh-hans"):
        with translation.override(language):
            translation.gettext("Millstream")


def over_sockets(folder: Path, stack: ExitStack, options: argparse.Namespace) -> dict[str, Any]:
    """Everybody bids in the last second; what they heard is held against the rows."""
    from millstream.kernel.clock import read_now
    from tests.deals.fair import make_fair, people
    from tests.live.room.processes import room_server

    fair = make_fair(stock=1_000)
    bidders = people(options.bidders, now=read_now())
    ports = [stack.enter_context(room_server(folder, f"room-{number}")) for number in range(options.servers)]
    return asyncio.run(_last_second(fair, bidders, ports, options))


async def _last_second(fair: Any, bidders: list[Any], ports: list[int], options: argparse.Namespace) -> dict[str, Any]:
    from asgiref.sync import sync_to_async
    from websockets.asyncio.client import connect

    from millstream.deals.api import open_auction
    from millstream.deals.types import AuctionSpec
    from millstream.kernel.clock import read_now
    from millstream.kernel.web.middleware import visitor_cookie

    async with asyncio.TaskGroup() as opening:
        joins = []
        for place, bidder in enumerate(bidders):
            url = f"ws://127.0.0.1:{ports[place % len(ports)]}{_path(fair, bidder.visitor)}"
            headers = {
                "Cookie": f"visitor={visitor_cookie(bidder.visitor)}",
                "Origin": f"http://127.0.0.1:{ports[place % len(ports)]}",
            }
            joins.append(opening.create_task(_join(connect, url, headers)))
    sockets = [join.result() for join in joins]

    def begin() -> tuple[Any, float]:
        now = read_now()
        lasts = timedelta(seconds=LASTS_SECONDS)
        spec = AuctionSpec(fair.show.id, fair.market.dao, fair.variant, 1_000, lasts, most_extensions=0)
        return open_auction(spec, now=now), time.monotonic() + LASTS_SECONDS

    auction, closes = await sync_to_async(begin)()
    heard = Answered()
    draw = random.Random(7)
    async with asyncio.TaskGroup() as bidding:
        for socket in sockets:
            plan = sorted(draw.uniform(-1.0, LATE_SHARE) for _ in range(options.bids))
            maxima = [int(10_000 + 1_000_000 * (1.0 + moment)) + draw.randrange(20_000) for moment in plan]
            bidding.create_task(_bid(socket, str(auction.id), closes, list(zip(plan, maxima, strict=True)), heard))
    for socket in sockets:
        await socket.close()
    return await sync_to_async(_compare)(auction, heard, options)


def _path(fair: Any, visitor: UUID) -> str:
    from urllib.parse import urlencode

    from millstream.live.room.admission import RoomPass, write_pass

    told = write_pass(RoomPass(fair.show.room, visitor, "Bo", "guest", int(time.time()) + 600))
    return f"/ws/rooms/{fair.show.room}?{urlencode({'pass': told})}"


async def _join(connect: Any, url: str, headers: dict[str, str]) -> Any:
    socket = await connect(url, additional_headers=headers, open_timeout=60, ping_interval=None)
    await socket.send(json.dumps({"t": "hello", "last": 0}))
    while json.loads(await asyncio.wait_for(socket.recv(), 30))["t"] != "welcome":
        pass
    return socket


async def _bid(socket: Any, auction: str, closes: float, plan: list[tuple[float, int]], heard: Answered) -> None:
    """Send each bid at its moment before or after the close; wait for every answer."""
    sent: dict[str, tuple[float, int]] = {}

    async def send() -> None:
        for moment, most in plan:
            await asyncio.sleep(max(0.0, closes + moment - time.monotonic()))
            key = os.urandom(8).hex()
            sent[key] = (time.monotonic(), most)
            await socket.send(json.dumps({"t": "bid", "key": key, "auction": auction, "max_minor": most}))

    sending = asyncio.create_task(send())
    answered = 0
    try:
        async with asyncio.timeout(max(0.0, closes - time.monotonic()) + ANSWERED_WITHIN_SECONDS):
            while answered < len(plan):
                frame = json.loads(await socket.recv())
                if frame["t"] not in ("bid", "refused") or frame.get("key") not in sent:
                    continue
                began, most = sent[frame["key"]]
                heard.seconds.append(time.monotonic() - began)
                answered += 1
                if frame["t"] == "refused":
                    heard.refused[frame["code"]] = heard.refused.get(frame["code"], 0) + 1
                else:
                    heard.leading += frame["state"] == "leading"
                    heard.taken.append(most)
    except TimeoutError:
        heard.silent += len(plan) - answered
    await sending


def _compare(auction: Any, heard: Answered, options: argparse.Namespace) -> dict[str, Any]:
    """Hold what was heard against the rows, and settle."""
    from millstream.deals import api
    from millstream.deals.actions.settle_auctions import CLOSING_GRACE
    from millstream.deals.models import Auction, Bid
    from millstream.kernel.clock import read_now

    time.sleep(CLOSING_GRACE.total_seconds())
    now = read_now()
    moved = api.settle_auctions(now=now)
    rows = list(Bid.objects.filter(auction_id=auction.id).order_by("number"))
    row = Auction.objects.get(id=auction.id)
    best = max(rows, key=lambda bid: (bid.max_minor, -bid.number))
    wrong = list(api.verify_receipt(api.receipt(auction.id)))
    told = {
        "every acknowledged bid stands in the rows, and nothing else": sorted(heard.taken)
        == sorted(bid.max_minor for bid in rows),
        "every bid was answered": heard.silent == 0,
        "numbers have no gap": [bid.number for bid in rows] == list(range(1, len(rows) + 1)),
        "one winner, the highest maximum, the earlier of two": moved == 1 and row.winner_id == best.actor_id,
        "the price is the slow model's": row.won_minor == _slow_price(rows),
        "no bid at or after the close": all(bid.at < row.closes_at for bid in rows),
        "deals and chain check": not api.check_deals(),
    }
    wrong += [promise for promise, holds in told.items() if not holds]
    in_order = sorted(heard.seconds)
    span = (rows[-1].at - rows[0].at).total_seconds() if len(rows) > 1 else 0.0
    return {
        "bidders": options.bidders,
        "room servers": options.servers,
        "bids sent": options.bidders * options.bids,
        "taken": len(rows),
        "refused": heard.refused,
        "winner": row.winner_name,
        "price_minor": row.won_minor,
        "answered p50 ms": round(1000 * statistics.median(in_order), 1),
        "answered p99 ms": round(1000 * in_order[int(len(in_order) * 0.99) - 1], 1),
        "answered max ms": round(1000 * in_order[-1], 1),
        "bids answered/s over the rush": round(len(heard.seconds) / max(span, 0.001)),
        "chain verified": not wrong,
        "wrong": wrong,
    }


def _slow_price(rows: list[Any]) -> int:
    """What the leader pays, from all bids thought anew after each of them."""
    from millstream.deals.rules.bidding import step_above

    best: dict[UUID, tuple[int, int]] = {}
    leader, price = rows[0].actor_id, 1_000
    for bid in rows:
        leads_already = bid.actor_id == leader and leader in best
        best[bid.actor_id] = (bid.max_minor, -bid.number)
        ranked = sorted(best, key=lambda one: best[one], reverse=True)
        leader = ranked[0]
        if not leads_already and len(ranked) > 1:
            second = best[ranked[1]][0]
            price = max(price, min(best[leader][0], second + step_above(second, "CNY")))
    return price


def rate(batch: int, seconds: float) -> dict[str, float]:
    """Bids taken a second in batches of one auction, every one of them higher than the one before.

    Beside it what this process used of its core for each: it does not grow with what else the machine does.
    """
    from millstream.deals.api import place_bids
    from millstream.deals.types import BidAnswer, BidAsk
    from millstream.kernel.clock import read_now
    from millstream.kernel.ids import new_id
    from tests.deals.fair import make_fair, people

    fair = make_fair(stock=10)
    auction = fair.auction(lasts=timedelta(hours=1))
    bidders = people(max(batch, 50), now=read_now())
    most, taken, began, used = 1_000, 0, time.monotonic(), time.process_time()
    while time.monotonic() - began < seconds and taken + batch < 100_000:
        asks = []
        for place in range(batch):
            most += 20_000 + most // 1_000_000
            asks.append(BidAsk(auction.id, bidders[(taken + place) % len(bidders)].visitor, new_id().hex, most))
        answers = place_bids(asks, now=read_now())
        assert all(isinstance(answer, BidAnswer) for answer in answers), answers[:3]
        taken += batch
    elapsed = time.monotonic() - began
    return {"bids/s": round(taken / elapsed), "CPU ms each": round(1000 * (time.process_time() - used) / taken, 3)}


if __name__ == "__main__":
    main()
