"""Two real server processes show the same room; NATS is between them, rows are behind them."""

import asyncio
import re
import time
from functools import partial
from pathlib import Path

import httpx
import pytest

from millstream.live import api
from millstream.live.models import Message, Show
from tests.live.room.processes import PATIENCE, enter, on_rows, room_server, web_server, worker
from tests.live.town import Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


async def until_page_counts(port: int, slug: str, viewers: int) -> None:
    """Wait until the page that this process draws counts so many viewers, before any socket of the page."""
    deadline = time.monotonic() + 2 * PATIENCE
    async with httpx.AsyncClient(timeout=PATIENCE) as reader:
        while True:
            page = await reader.get(f"http://127.0.0.1:{port}/shows/{slug}/")
            if f"<span data-viewers>{viewers}</span>" in page.text:
                return
            assert time.monotonic() < deadline, f"{page.status_code}: {re.findall('data-viewers>.{9}', page.text)}"
            await asyncio.sleep(0.3)


def test_a_page_counts_viewers_who_watch_through_another_process(
    open_town: Town, nats_url: str, tmp_path: Path
) -> None:
    """A web process without a single socket draws the page with the viewers of the room server apart."""
    show = open_town.start()

    async def play(web: int, apart: int) -> None:
        viewers = [await enter(apart, show.room) for _ in range(2)]
        await until_page_counts(web, show.slug, 2)
        for viewer in viewers:
            await viewer.wire.close()
        await until_page_counts(web, show.slug, 0)

    with web_server(tmp_path, "web") as web, room_server(tmp_path, "apart") as apart:
        asyncio.run(play(web, apart))


def test_a_pin_is_heard_in_both_processes(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """A web process and a room server apart: pins, talk, likes and viewers are one room.

    The one apart never looks at the rows by itself: what it shows, it was told.
    """
    town = open_town
    second = town.another_product()
    town.start()

    async def play(web: int, apart: int) -> None:
        bo = await enter(web, town.show.room)
        femi = await enter(apart, town.show.room)
        for viewer in (bo, femi):
            welcome = await viewer.until("welcome")
            assert welcome["may_talk"]
        for viewer in (bo, femi):  # each process hears the other
            await viewer.until("talk", viewers=2)
        for variant in (town.counter.variant, second, town.counter.variant):
            await on_rows(partial(api.pin_product, town.show.id, variant, host=town.dao, now=town.now))
            pins = await asyncio.gather(bo.trade("pin"), femi.trade("pin"))
            assert [pin["data"]["variant"] for pin in pins] == [str(variant)] * 2
            assert pins[0]["n"] == pins[1]["n"]
        await bo.send(t="say", text="how deep is it?")
        said = await femi.talk("how deep is it?")
        assert said["name"].startswith("Guest ")
        assert "visitor" not in said
        await femi.send(t="like")
        for viewer in (bo, femi):
            deadline = time.monotonic() + PATIENCE
            while not any(frame.get("likes") == 1 and frame.get("viewers") == 2 for frame in viewer.heard):
                await viewer.until("talk", deadline - time.monotonic())
        await bo.wire.close()
        await until_page_counts(web, town.show.slug, 1)
        await femi.wire.close()

    with (
        worker(tmp_path),
        web_server(tmp_path, "web") as web,
        room_server(tmp_path, "apart", looks=False) as apart,
    ):
        asyncio.run(play(web, apart))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not Show.objects.filter(id=town.show.id, likes=1).exists():
            time.sleep(0.1)
    assert Message.objects.filter(show_id=town.show.id).values_list("text", flat=True).get() == "how deep is it?"
    assert Show.objects.get(id=town.show.id).likes == 1
