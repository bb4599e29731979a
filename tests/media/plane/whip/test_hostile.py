"""Bad phones: each is refused or cut off, and the one that films beside them does not notice."""

from __future__ import annotations

import asyncio
import random
import re
import socket
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.media.plane.conftest import Show
from tests.media.plane.rig import Hook, PlaneProcess
from tests.media.plane.test_hostile import refused
from tests.media.plane.whip.caller import Phone, post_offer, wait_for

pytestmark = pytest.mark.slow

HANGING = 60  # more than may be asking at once


def beside_a_good_phone(plane: PlaneProcess, show: Show, story: Callable[[Phone], Awaitable[None]]) -> None:
    """Let Dao film, do something bad, and see that Dao's picture went on in the same session all the while."""

    async def whole() -> None:
        async with Phone(plane.http, show.key) as dao:
            assert (await dao.call()).status_code == 201

            async def live() -> bool:
                facts = await dao.health()
                return bool(facts["state"] == "live" and facts["fps"] > 5)

            async def newest() -> int:
                found = re.findall(r"^seg-(\d+)", await asyncio.to_thread(plane.playlist, show.playback), re.MULTILINE)
                return int(found[-1]) if found else -1

            await wait_for(live, "Dao's picture")
            await story(dao)
            before = await newest()

            async def goes_on() -> bool:
                return await live() and await newest() > before

            await wait_for(goes_on, "Dao's picture goes on")

    asyncio.run(whole())
    assert "#EXT-X-DISCONTINUITY\n" not in plane.playlist(show.playback)
    assert "Traceback" not in plane.log.read_text()


async def an_offer(plane: PlaneProcess) -> str:
    """What an honest browser offers."""
    async with Phone(plane.http, "nobody") as phone:
        await phone.pc.setLocalDescription(await phone.pc.createOffer())
        return str(phone.pc.localDescription.sdp)


@pytest.mark.parametrize(("codec", "name"), [("AV1", "AV1"), ("H265", "HEVC")])
def test_a_phone_that_offers_nothing_we_take_is_told_what_to_offer(
    plane: PlaneProcess, show: Show, hook: Hook, codec: str, name: str
) -> None:
    """422 with a sentence, counted as a codec; the web process is not asked for it."""
    stranger = Show("key-of-a-phone-with-another-codec", show.stream, show.playback)
    before = refused(plane, "codec")

    async def story() -> None:
        sdp = (await an_offer(plane)).replace(" H264/90000", f" {codec}/90000")
        async with httpx.AsyncClient(timeout=40) as http:
            answer = await post_offer(http, plane.http, stranger.key, sdp)
        assert (answer.status_code, name in answer.text, "H.264" in answer.text) == (422, True, True)

    asyncio.run(story())
    assert refused(plane, "codec") == before + 1
    assert stranger.key not in {asked["name"] for asked in hook.asked}


def test_offers_that_are_damaged_or_huge_end_nobody_else(plane: PlaneProcess, show: Show) -> None:
    """Bytes overwritten anywhere in an offer, with a key that is granted: an answer or a refusal, never a 500."""
    chance = random.Random(11)

    async def story(_dao: Phone) -> None:
        whole = (await an_offer(plane)).encode()
        async with httpx.AsyncClient(timeout=40) as http:
            for _ in range(24):
                place, damage = chance.randrange(len(whole)), chance.randbytes(chance.randrange(1, 60))
                body = whole[:place] + damage + whole[place + len(damage) :]
                # Another key: one that is taken over is another story.
                answer = await post_offer(http, plane.http, "nobody", body)
                assert answer.status_code in (400, 403, 422), answer.text
            huge = await post_offer(http, plane.http, show.key, whole + b"a=x\r\n" * 20_000)
            assert huge.status_code == 413

    beside_a_good_phone(plane, show, story)


def test_damaged_offers_of_somebody_with_a_key_are_answered_or_refused(
    plane: PlaneProcess, show: Show, hook: Hook
) -> None:
    """They come as far as the answerer, which may raise what it likes."""
    femi = Show(
        f"{show.key}-femi", show.stream[:-1] + ("a" if show.stream[-1] != "a" else "b"), f"{show.playback}-femi"
    )
    hook.grant(femi.key, femi.stream, femi.playback)
    chance = random.Random(12)

    async def story(_dao: Phone) -> None:
        whole = await an_offer(plane)
        lines = whole.split("\r\n")
        async with httpx.AsyncClient(timeout=40) as http:
            for _ in range(16):
                bad = [line for line in lines if chance.random() > 0.06]
                place = chance.randrange(len(bad))
                bad[place] = bad[place][: chance.randrange(len(bad[place]) + 1)]
                answer = await post_offer(http, plane.http, femi.key, "\r\n".join(bad))
                assert answer.status_code in (201, 400, 422), answer.text

    beside_a_good_phone(plane, show, story)


def test_nobody_ends_or_touches_the_session_of_another(plane: PlaneProcess, show: Show) -> None:
    """A session is known by its secret address alone: guesses, neighbours and other people's keys find nothing."""

    async def story(dao: Phone) -> None:
        place = dao.place.removeprefix(plane.http)
        token = place.removeprefix("/whip/")
        other = "A" if token[-1] != "A" else "B"
        guesses = [place[:-1] + other, place.upper(), place[:-1], f"{place}x", "/whip/", "/whip/*", "/whip/0-"]
        async with httpx.AsyncClient(base_url=plane.http, timeout=40) as http:
            for guess in guesses:
                for method, wish in (("DELETE", ""), ("PUT", "/away"), ("PUT", "/photo"), ("GET", "/health")):
                    answer = await http.request(method, guess + wish, headers={"authorization": "Bearer nobody"})
                    assert answer.status_code in (404, 405), f"{method} {guess}{wish}"
        assert (await dao.state(show.playback))["away"] is False

    beside_a_good_phone(plane, show, story)


def test_noise_on_a_phone_s_own_port_is_no_picture_and_no_end(plane: PlaneProcess, show: Show) -> None:
    """Datagrams of a stranger who found the port: STUN, DTLS and media by their first byte, all of it noise."""
    chance = random.Random(13)

    async def story(dao: Phone) -> None:
        found = re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host", dao.pc.remoteDescription.sdp)
        assert found is not None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            for number in range(3_000):
                first = (0, 1, 20, 22, 23, 64, 128, 200)[number % 8]
                body = bytes([first]) + chance.randbytes(chance.randrange(0, 400))
                line.sendto(body, ("127.0.0.1", int(found[1])))
                if number % 100 == 0:
                    await asyncio.sleep(0.02)

    beside_a_good_phone(plane, show, story)


def test_offers_that_hang_half_way_keep_no_phone_out(plane: PlaneProcess, show: Show) -> None:
    """Sixty lines that stop in the middle of an offer: a phone gets in beside them, and they are told after a while."""
    head = f"POST /whip HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {show.key}\r\n"
    head += "Content-Type: application/sdp\r\nContent-Length: 4000\r\n\r\nv=0\r\n"
    lines = []
    for _ in range(HANGING):
        line = socket.create_connection(("127.0.0.1", plane.http_port), 40)
        line.sendall(head.encode())
        lines.append(line)

    async def story(_dao: Phone) -> None:
        assert b" 408 " in (await asyncio.to_thread(lines[0].recv, 4096)).split(b"\r\n")[0]

    beside_a_good_phone(plane, show, story)
    for line in lines:
        line.close()
