"""One room server with real sockets: strangers, forgers, talk, moderation, limits, lost engines."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import nats
import psycopg
import pytest
from django.db import connection
from nats.aio.client import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus

from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import Message
from millstream.live.room.nerve import subject
from millstream.site.engines.nats import Nats
from millstream.site.engines.postgres import Postgres
from tests.live.room.processes import PATIENCE, Viewer, enter, on_rows, open_room, room_server
from tests.live.town import Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


async def refused(port: int, room: UUID, **changes: str) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        await enter(port, room, changes=changes)
    return refusal.value.response.status_code


async def closed(viewer: Viewer) -> int:
    """Read until the server closes; the code of the close."""

    async def to_the_end() -> None:
        while True:
            await asyncio.wait_for(viewer.wire.recv(), PATIENCE)

    with pytest.raises(ConnectionClosed) as end:
        await to_the_end()
    assert end.value.rcvd is not None
    return end.value.rcvd.code


async def murmur(client: Client, room: UUID, **told: object) -> None:
    """Tell the room's processes what a page did to its order."""
    await client.publish(subject(room, "moderate"), json.dumps({"p": "page", **told}).encode())


async def until_kept(message: str) -> None:
    """Wait until a line of talk is a row."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await on_rows(Message.objects.filter(id=message).exists):
                return
            await asyncio.sleep(0.1)


async def who_hears_what_was_said(port: int, room: UUID) -> Viewer:
    """Chen, who comes in again until a neighbour of this process has told in time what was said."""
    async with asyncio.timeout(PATIENCE):
        while True:
            chen = await enter(port, room, role="buyer", name="Chen")
            welcome = await chen.until("welcome")
            if [line["text"] for line in welcome["talk"]] == ["the books are closed"]:
                return chen
            await chen.wire.close()


def test_strangers_and_forgers_are_sent_away(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Another site's page, a forged visitor, a room that is none, frames that nobody's page sends."""
    room = open_town.show.room

    async def play(port: int) -> None:
        assert await refused(port, room, Origin="https://evil.example") == 403
        assert await refused(port, room, Origin="") == 403
        assert await refused(port, room, Cookie=f"visitor={new_id().hex}.{'0' * 32}") == 403
        nowhere = await enter(port, new_id(), patient=False)
        assert await closed(nowhere) == 4404
        forger = await enter(port, room)
        await forger.until("welcome")
        for frame in ('{"t":"say","text":"buy at my shop","role":"host"}', '{"t":"trade","items":[]}', "{", '"x"'):
            await forger.wire.send(frame)
            said = await forger.until("refused")
            assert said["code"] == "live.bad_message"
            assert said["text"] == "The room did not understand that. Reload the page."
        await forger.wire.send(b"\x00\x01")
        assert await closed(forger) == 1008
        flooder = await enter(port, room)
        await flooder.wire.send(json.dumps({"t": "say", "text": "x" * 5_000}))
        assert await closed(flooder) == 1009

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert Message.objects.count() == 0


def test_talk_is_limited_moderated_and_remembered(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Too fast, too long, the same again; the host's name; delete and mute reach every screen."""
    room = open_town.show.room

    async def play(port: int) -> None:
        bo = await enter(port, room, changes={"Accept-Language": "zh-CN"})
        dao = await enter(port, room, role="host", name="Dao")
        assert (await bo.until("welcome"))["name"].startswith("访客")
        assert (await dao.until("welcome"))["role"] == "host"
        await dao.send(t="say", text="welcome to the kiln")
        assert (await bo.talk("welcome to the kiln"))["role"] == "host"
        await bo.send(t="say", text="x" * 201)
        assert (await bo.until("refused"))["code"] == "live.too_long"
        await bo.send(t="say", text="一样")
        await bo.send(t="say", text="一样")
        assert await bo.until("refused", code="live.repeated")
        for number in range(15):
            await bo.send(t="say", text=f"buy my things {number}")
        fast = await bo.until("refused", code="live.too_fast")
        assert "秒" in fast["text"] or "seconds" in fast["text"]
        spam = await dao.talk("buy my things 0")
        client = await nats.connect(nats_url)
        await until_kept(spam["id"])
        await murmur(client, room, deleted=spam["id"])
        await dao.until("talk", deleted=[spam["id"]])
        silenced = await on_rows(
            lambda: api.time_out_speaker(UUID(spam["id"]), minutes=10, by=open_town.dao, now=open_town.now)
        )
        assert silenced.visitor == bo.visitor
        assert silenced.until
        await murmur(client, room, muted=str(silenced.visitor), until=silenced.until.timestamp())
        told_off = await bo.until("standing", may_talk=False)
        assert told_off["code"] == "live.muted"
        assert told_off["url"] == f"/rooms/{room}/standing/"
        await bo.send(t="say", text="hello?")
        assert await bo.until("refused", code="live.muted")
        await on_rows(lambda: api.let_talk(UUID(spam["id"]), by=open_town.dao, now=open_town.now))
        await murmur(client, room, order=True)
        assert await bo.until("standing", may_talk=True)
        lines = [line["text"] for line in (await (await enter(port, room)).until("welcome"))["talk"]]
        assert "welcome to the kiln" in lines
        assert "buy my things 0" not in lines
        await client.close()

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))


def test_a_new_process_shows_what_was_said_before(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """A restarted server reads the room from its rows; nothing said before its stop is lost."""
    room = open_town.show.room

    async def speak(port: int) -> None:
        bo = await enter(port, room)
        await bo.send(t="say", text="remember me")
        await bo.talk("remember me")

    async def come_back(port: int) -> None:
        bo = await enter(port, room)
        assert [line["text"] for line in (await bo.until("welcome"))["talk"]] == ["remember me"]

    with room_server(tmp_path, "first") as port:
        asyncio.run(speak(port))
    with room_server(tmp_path, "second") as port:
        asyncio.run(come_back(port))


def test_one_visitor_and_one_network_open_so_many_sockets(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """The ninth tab of a browser is closed; so is what a network opens beyond its share."""
    room = open_town.show.room

    async def play(port: int) -> None:
        await open_room(port, room)
        bo = new_id()
        tabs = [await enter(port, room, bo, patient=False) for _ in range(3)]
        for tab in tabs[:2]:
            assert (await tab.until("welcome"))["t"] == "welcome"
        assert await closed(tabs[2]) == 1013
        await tabs[0].wire.close()
        assert await (await enter(port, room, bo)).until("welcome")  # comes again until the place is free
        others = [await enter(port, room, patient=False) for _ in range(3)]
        assert await others[1].until("welcome")
        assert await closed(others[2]) == 1013

    with room_server(
        tmp_path, "room", MILLSTREAM_ROOM_SOCKETS_PER_VISITOR="2", MILLSTREAM_ROOM_SOCKETS_PER_NETWORK="4"
    ) as port:
        asyncio.run(play(port))


def test_without_nats_the_rows_bring_the_pin_and_the_process_its_talk(
    open_town: Town, own_nats: Nats, tmp_path: Path
) -> None:
    """A lost hint costs two seconds, not the pin; chat goes on within the process."""
    town = open_town
    town.start()
    hear_all()
    url = own_nats.url

    async def play(port: int) -> None:
        bo, femi = await enter(port, town.show.room), await enter(port, town.show.room)
        for viewer in (bo, femi):
            await viewer.until("welcome")
        await on_rows(lambda: api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now))
        await on_rows(hear_all)  # nobody publishes its hints
        pins = await asyncio.gather(bo.trade("pin"), femi.trade("pin"))
        assert pins[0] == pins[1]
        await bo.send(t="say", text="still here?")
        await femi.talk("still here?")

    with room_server(tmp_path, "room", NATS_URL=url.replace(url.rsplit(":", 1)[1], "1")) as port:
        asyncio.run(play(port))


def test_the_room_goes_on_without_the_database(
    open_town: Town, nats_url: str, pg_cluster: Postgres, tmp_path: Path
) -> None:
    """Talk, likes and new viewers go on; what was said meanwhile is kept once the database is back."""
    town = open_town
    town.start()
    hear_all()
    room = town.show.room

    key = psycopg.connect(pg_cluster.url("test"), autocommit=True)

    def lock_out(out: bool) -> None:
        """Nobody may connect any more, and whoever is connected is thrown out: as good as gone."""
        key.execute(f"ALTER DATABASE test CONNECTION LIMIT {0 if out else -1}")
        key.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test' AND pid <> pg_backend_pid()"
        )

    async def play(port: int, other: int) -> None:
        bo = await enter(port, room)
        await bo.until("welcome")
        lock_out(True)
        try:
            await bo.send(t="say", text="the books are closed")
            await bo.talk("the books are closed")
            femi = await enter(port, room)
            lines = (await femi.until("welcome"))["talk"]
            assert [line["text"] for line in lines] == ["the books are closed"]
            # The other process never saw this room: its page vouches for it, and a peer tells what was said.
            chen = await who_hears_what_was_said(other, room)
            await chen.send(t="say", text="hello from elsewhere")
            await bo.talk("hello from elsewhere")
            nobody = await enter(other, new_id(), patient=False)
            assert await closed(nobody) == 1013
        finally:
            lock_out(False)
        await on_rows(lambda: api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now))
        await on_rows(hear_all)
        for viewer in (bo, femi, chen):
            assert (await viewer.trade("pin"))["data"]["variant"] == str(town.counter.variant)

    with room_server(tmp_path, "one") as one, room_server(tmp_path, "two") as two:
        asyncio.run(play(one, two))
    key.close()
    connection.close()
    said = set(Message.objects.filter(show_id=town.show.id).values_list("text", flat=True))
    assert said >= {"the books are closed"}
