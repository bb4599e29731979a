"""Who joins or leaves a crew is somebody else in the room at once, whatever the pass of its page says."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import nats
import pytest

from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.room.admission import Entry, RoomPass, as_of_crew, read_pass, write_pass
from millstream.live.types.crew import CrewRecord, CrewRole
from tests.live.room.processes import enter, on_rows, room_server
from tests.live.town import Town, make_host

LINK = "look at evil.com"


def entry(role: str, actor: UUID | None, *, operator: bool = False) -> Entry:
    return Entry(new_id(), new_id(), "n", "Esi", role, "en", vouched=True, actor=actor, operator=operator)


def test_a_pass_gives_no_role_that_the_crew_does_not() -> None:
    """Who left is a buyer, who joined is crew, and when that is over what the pass said; others stay as they are."""
    esi, femi = new_id(), new_id()
    left = as_of_crew(entry("cohost", esi), {})
    assert left.role == "buyer"
    assert as_of_crew(left, {str(esi): "moderator"}).role == "moderator"
    maker = as_of_crew(entry("maker", femi), {str(femi): "cohost"})
    assert maker.role == "cohost"
    assert as_of_crew(maker, {}).role == "maker"
    for stays in (entry("moderator", esi, operator=True), entry("moderator", None), entry("guest", None)):
        assert as_of_crew(stays, {}) is stays
    unknown = entry("cohost", esi)
    assert as_of_crew(unknown, None) is unknown


def test_a_pass_says_that_its_reader_is_the_operator() -> None:
    """Signed like everything else in it."""
    told = RoomPass(new_id(), new_id(), "Op", "moderator", 2_000_000_000, operator=True)
    assert read_pass(write_pass(told), now=0.0) == told


def join(town: Town, actor: UUID, role: CrewRole) -> CrewRecord:
    asked = api.invite_crew(town.dao, role, now=town.now, show_id=town.show.id)
    return api.join_crew(asked.id, actor=actor, now=town.now)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_moderator_who_is_dismissed_is_filtered_at_once(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Badge and freedom from filters are gone on the open socket and on a new one with the old pass.

    Both are back when asked again. Without a hint: the room sees by the version of its order.
    """
    room, esi = open_town.show.room, make_host("Esi", "艾西")
    member = join(open_town, esi, CrewRole.MODERATOR)

    async def play(port: int) -> None:
        here = await enter(port, room, role="moderator", name="Esi", actor=esi)
        assert (await here.until("welcome"))["role"] == "moderator"
        await here.send(t="say", text=LINK)
        assert (await here.talk(LINK))["role"] == "moderator"
        await on_rows(lambda: api.leave_crew(member.id, by=open_town.dao, now=open_town.now))
        assert (await here.until("welcome"))["role"] == "buyer"
        await here.send(t="say", text=f"{LINK} again")
        assert await here.until("refused", code="live.no_links")
        await here.send(t="say", text="it was a pleasure")
        assert (await here.talk("it was a pleasure"))["role"] == "buyer"
        back = await enter(port, room, here.visitor, role="moderator", name="Esi", actor=esi)
        assert (await back.until("welcome"))["role"] == "buyer"
        await on_rows(lambda: join(open_town, esi, CrewRole.COHOST))
        for socket in (here, back):
            assert (await socket.until("welcome"))["role"] == "cohost"

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_room_hears_of_its_crew_by_the_fact(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Somebody of all shows of the host too; a server that does not look by itself acts on the hint."""
    room, esi = open_town.show.room, make_host("Esi", "艾西")

    def dismiss() -> list[tuple[str, object]]:
        api.leave_crew(member.id, by=esi, now=open_town.now)
        return [(hint.subject, hint.payload) for hint in hear_all()]

    asked = api.invite_crew(open_town.dao, CrewRole.COHOST, now=open_town.now)
    member = api.join_crew(asked.id, actor=esi, now=open_town.now)
    hear_all()

    async def play(port: int) -> None:
        here = await enter(port, room, role="cohost", name="Esi", actor=esi)
        assert (await here.until("welcome"))["role"] == "cohost"
        client = await nats.connect(nats_url)
        for subject, payload in await on_rows(dismiss):
            await client.publish(subject, json.dumps(payload).encode())
        assert (await here.until("welcome"))["role"] == "buyer"
        await client.close()

    with room_server(tmp_path, "room", looks=False) as port:
        asyncio.run(play(port))
