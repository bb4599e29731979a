"""WHIP against a running plane: ffmpeg and aiortc as phones."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import httpx
import pytest

from millstream.media.plane.h264 import SEI
from tests.media.plane.conftest import Show
from tests.media.plane.decoding import decoded
from tests.media.plane.rig import FFMPEG, ORIGIN, Hook, PlaneProcess, get, stop_process, until
from tests.media.plane.whip.caller import Phone, post_offer, wait_for

pytestmark = pytest.mark.slow

MIN_SEGMENTS = 2


@contextlib.contextmanager
def calling(source: Path, plane: PlaneProcess, key: str) -> Iterator[subprocess.Popen[str]]:
    """An ffmpeg that copies the pictures of a file into the plane by WHIP, until the block ends."""
    command = [FFMPEG, "-hide_banner", "-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", str(source)]
    command += ["-c:v", "copy", "-bsf:v", "h264_mp4toannexb", "-c:a", "libopus", "-ar", "48000", "-ac", "2"]
    command += ["-authorization", key, "-f", "whip", f"{plane.http}/whip?slug=spring-kiln"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        stop_process(process)
        assert process.stderr is not None
        process.stderr.close()


def segments(plane: PlaneProcess, show: Show) -> list[str]:
    """The closed segments that are listed."""
    return re.findall(r"^seg-\d+\.m4s", plane.playlist(show.playback), re.MULTILINE)


def window(plane: PlaneProcess, show: Show, count: int = MIN_SEGMENTS) -> bytes:
    """The init segment and all whole segments, once there are so many."""
    until(lambda: len(segments(plane, show)) >= count, what="segments")
    base = f"{plane.http}/live/{show.playback}"
    listed = segments(plane, show)
    return b"".join(get(f"{base}/{name}").content for name in ["init-1.mp4", *listed])


def metrics_of(plane: PlaneProcess) -> dict[str, float]:
    """What the process counts, without the first word of all names."""
    text = get(f"{plane.http}/metrics").text
    return {name: float(value) for name, value in re.findall(r"^millstream_media_(\S+) (\S+)$", text, re.MULTILINE)}


def pictures_of(source: Path | bytes) -> list[bytes]:
    """The pictures of a file as they were encoded, without what players need not."""
    found: list[bytes] = []
    with av.open(str(source) if isinstance(source, Path) else io.BytesIO(source), "r") as container:
        for packet in container.demux(container.streams.video[0]):
            data, kept, place = bytes(packet), b"", 0
            while place + 4 < len(data):
                end = place + 4 + int.from_bytes(data[place : place + 4])
                kept += b"" if data[place + 4] & 0x1F == SEI else data[place:end]
                place = end
            found += [kept] if kept else []
    return found


def test_every_picture_comes_out_byte_for_byte_and_the_sound_beside_it(
    plane: PlaneProcess, show: Show, media: Callable[..., Path]
) -> None:
    """H.264 goes through untouched; Opus becomes AAC; viewers see a live stream of source whip."""
    source = media(seconds=4)
    with calling(source, plane, show.key):
        out = window(plane, show)
        assert plane.state(show.playback) == "live"
    sent, came = pictures_of(source), pictures_of(out)
    assert len(came) >= 110
    turns = [sent[start:] + sent * 4 for start in range(len(sent))]
    assert any(turn[: len(came)] == came for turn in turns)
    shown, heard = decoded(out)
    assert shown == len(came)
    assert heard / 46.875 == pytest.approx(shown / 30, abs=0.15)


def test_a_redial_goes_on_without_a_break_in_the_same_recording(
    plane: PlaneProcess, show: Show, media: Callable[..., Path], hook: Hook
) -> None:
    """Two calls with equal parameters: no discontinuity, no new init segment, one file; the hook hears both leave."""
    source = media(seconds=4)
    for _ in range(2):
        with calling(source, plane, show.key):
            before = len(segments(plane, show)) if plane.state(show.playback) else 0
            until(lambda: plane.state(show.playback) == "live" and len(segments(plane, show)) > before)  # noqa: B023
    playlist = plane.playlist(show.playback)
    assert "#EXT-X-DISCONTINUITY\n" not in playlist
    assert playlist.count("#EXT-X-MAP") == 1
    recordings = list((plane.folder / "recordings" / show.stream).glob("rec-*.mp4"))
    assert len(recordings) == 1
    until(lambda: sum(a["call"] == "publish_done" and a["name"] == show.key for a in hook.asked) == 2)
    asked = [a for a in hook.asked if a["call"] == "publish" and a["name"] == show.key]
    assert {(a["app"], a["slug"]) for a in asked} == {("whip", "spring-kiln")}


def test_a_wrong_token_and_none_are_refused_with_a_reason(plane: PlaneProcess, media: Callable[..., Path]) -> None:
    """Ffmpeg ends with an error; a page reads the sentence of the web process."""
    with calling(media(seconds=4), plane, "nobody") as phone:
        assert phone.wait(60) != 0
    bare = httpx.post(f"{plane.http}/whip", content="v=0", headers={"content-type": "application/sdp"})
    assert bare.status_code == 401
    assert "bearer" in bare.text

    async def call() -> httpx.Response:
        async with Phone(plane.http, "nobody") as phone:
            return await phone.call()

    answer = asyncio.run(call())
    assert answer.status_code == 403
    assert answer.text.startswith("stream key refused")


def test_requests_that_are_no_offer_are_refused(plane: PlaneProcess, show: Show, hook: Hook) -> None:
    """Garbage, too much, another type, trickled candidates, sessions that nobody has; the web process is not asked."""
    head = {"authorization": f"Bearer {show.key}", "content-type": "application/sdp", "origin": ORIGIN}
    with httpx.Client(base_url=plane.http, timeout=40) as http:
        assert http.post("/whip", content=b"\xffgarbage", headers=head).status_code == 400
        assert http.post("/whip", content="v=0\r\n" * 20_000, headers=head).status_code == 413
        assert http.post("/whip", content="v=0", headers={**head, "content-type": "text/plain"}).status_code == 415
        assert http.patch("/whip", headers=head).status_code == 405
        assert http.get("/whip").status_code == 405
        nobody = "/whip/0-" + "x" * 30
        for method, path in (("DELETE", nobody), ("GET", f"{nobody}/health"), ("PUT", f"{nobody}/photo")):
            assert http.request(method, path).status_code == 404
        allowed = http.options("/whip", headers={"origin": ORIGIN, "access-control-request-method": "POST"})
        assert allowed.status_code == 204
        assert allowed.headers["access-control-allow-origin"] == ORIGIN
        assert "authorization" in allowed.headers["access-control-allow-headers"]
        stranger = http.options("/whip", headers={"origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in stranger.headers
    assert not [asked for asked in hook.asked if asked["name"] == show.key]


def test_a_session_tells_its_health_takes_away_and_ends(plane: PlaneProcess, show: Show) -> None:
    """One life: connecting, live, away and back, ended by DELETE; afterwards its address says so."""

    async def story() -> None:
        async with Phone(plane.http, show.key) as phone:
            answer = await phone.call()
            assert answer.status_code == 201
            assert re.fullmatch(r"/whip/[\w-]{20,80}", answer.headers["location"])
            assert answer.headers["content-type"] == "application/sdp"

            async def runs() -> bool:
                facts = await phone.health()
                return facts["state"] == "live" and facts["fps"] > 5 and facts["rtt_ms"] is not None

            await wait_for(runs, "a live session")
            facts = await phone.health()
            assert (facts["mode"], facts["width"], facts["height"]) == ("video", 160, 120)
            assert facts["lost_permille"] == 0
            for word, away in (("1", True), ("0", False)):
                assert (await phone.http.put(f"{phone.place}/away", content=word)).status_code == 204
                assert (await phone.state(show.playback))["away"] is away
            assert (await phone.http.put(f"{phone.place}/away", content="perhaps")).status_code == 400
            assert (await phone.http.patch(phone.place)).status_code == 405
            assert (await phone.state(show.playback))["mode"] == "video"
            assert (await phone.http.delete(phone.place)).status_code == 200
            assert (await phone.http.get(f"{phone.place}/health")).status_code == 410
            assert (await phone.state(show.playback))["state"] == "stalled"

    asyncio.run(story())


def test_the_newest_call_takes_over_and_the_old_one_is_told(plane: PlaneProcess, show: Show) -> None:
    """A second phone with the same ticket: the picture goes on, the first session says why it is over."""

    async def story() -> None:
        async with Phone(plane.http, show.key) as first, Phone(plane.http, show.key) as second:
            await first.call()
            await wait_for(lambda: _live(first, show), "the first")
            await second.call()

            async def told() -> str:
                answer = await first.http.get(f"{first.place}/health")
                return answer.text if answer.status_code == 410 else ""

            assert "took over" in await wait_for(told, "the takeover")
            assert (await second.health())["state"] == "live"

    asyncio.run(story())
    assert "#EXT-X-DISCONTINUITY\n" not in plane.playlist(show.playback)


async def _live(phone: Phone, show: Show) -> bool:
    return bool((await phone.state(show.playback)).get("state") == "live")


@pytest.mark.parametrize("kind", ["sound", "picture"])
def test_sound_alone_and_picture_alone_are_shows(plane: PlaneProcess, show: Show, kind: str) -> None:
    """Each plays out as what it is."""

    async def story() -> dict[str, object]:
        video = "H264" if kind == "picture" else None
        async with Phone(plane.http, show.key, video=video, audio=kind == "sound") as phone:
            await phone.call()
            await wait_for(lambda: _live(phone, show), "a live stream")
            await asyncio.to_thread(window, plane, show, 1)
            return await phone.state(show.playback)

    state = asyncio.run(story())
    assert state["mode"] == ("audio" if kind == "sound" else "video")
    assert str(state["codecs"]).startswith("mp4a" if kind == "sound" else "avc1")


def test_a_turned_phone_begins_new_pictures_on_the_same_timeline(plane: PlaneProcess, show: Show) -> None:
    """Another size is another parameter set: one discontinuity, one more init segment, no gap in the numbers."""

    async def story() -> None:
        async with Phone(plane.http, show.key) as phone:
            await phone.call()
            await wait_for(lambda: _live(phone, show), "a live stream")
            await asyncio.to_thread(window, plane, show, 1)
            assert phone.picture is not None
            phone.picture.size = (120, 160)

            async def turned() -> bool:
                return (await phone.state(show.playback))["height"] == 160

            await wait_for(turned, "the new size")
            await asyncio.sleep(1)

    asyncio.run(story())
    playlist = plane.playlist(show.playback)
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 1
    assert re.findall(r'MAP:URI="(init-\d+)', playlist) == ["init-1", "init-2"]


def test_calls_that_never_connect_are_hung_up_and_never_pile_up(plane: PlaneProcess, show: Show) -> None:
    """Fifty calls of one ticket hold two places, and none ten seconds later."""

    async def story() -> None:
        async with Phone(plane.http, show.key) as phone:
            assert (await phone.call(connect=False)).status_code == 201
            sdp = phone.pc.localDescription.sdp
            answers = [await post_offer(phone.http, plane.http, show.key, sdp) for _ in range(49)]
            assert {answer.status_code for answer in answers} == {201}
            places = [phone.place, *(plane.http + answer.headers["location"] for answer in answers)]
            place = places[-1]
            assert (await phone.http.get(f"{place}/health")).json()["state"] == "connecting"
            told = [(await phone.http.get(f"{each}/health")).status_code for each in places[:-2]]
            assert told == [410] * 48

            async def gone() -> str:
                answer = await phone.http.get(f"{place}/health")
                return answer.text if answer.status_code == 410 else ""

            assert "no connection" in await wait_for(gone, "the end of the last call")

    asyncio.run(story())


def test_a_call_gets_in_while_the_web_process_is_away_when_its_ticket_is_known(
    plane: PlaneProcess, show: Show, hook: Hook
) -> None:
    """As with RTMP: remembered for ten minutes; a stranger is told to try again."""

    async def call(key: str) -> int:
        async with Phone(plane.http, key, video=None) as phone:
            return (await phone.call(connect=False)).status_code

    assert asyncio.run(call(show.key)) == 201
    hook.away = True
    try:
        assert asyncio.run(call(show.key)) == 201
        assert asyncio.run(call("stranger")) == 503
    finally:
        hook.away = False


def test_the_process_takes_so_many_phones_and_so_many_transcodes(
    own_plane: Callable[..., PlaneProcess], hook: Hook, show: Show
) -> None:
    """VP8 is converted and plays; the next VP8 phone and any phone too many are told why not; it stops in order."""
    plane = own_plane(MEDIA_WHIP_MAX_SESSIONS="2", MEDIA_WHIP_MAX_TRANSCODES="1")
    for name in ("b", "c"):
        hook.grant(show.key + name, show.stream[:-1] + name, show.playback + name)

    async def story() -> None:
        async with (
            Phone(plane.http, show.key, video="VP8") as first,
            Phone(plane.http, show.key + "b", video="VP8") as b,
        ):
            assert (await first.call()).status_code == 201
            refused = await b.call()
            assert refused.status_code == 503
            assert "H.264" in refused.text
            await wait_for(lambda: _live(first, show), "a converted picture")
            out = await asyncio.to_thread(window, plane, show, 1)
            shown, heard = await asyncio.to_thread(decoded, out)
            assert shown >= 8
            assert heard >= 60
            calls = await asyncio.to_thread(metrics_of, plane)
            assert calls['whip_sessions{state="live"}'] == 1
            assert calls['whip_sessions{state="connecting"}'] == calls['whip_sessions{state="waiting"}'] == 0
            assert (calls["whip_transcodes"], calls["whip_sessions_most"]) == (1, 2)
            assert (await first.health())["mode"] == "transcode", plane.log.read_text()
            assert str((await first.state(show.playback))["codecs"]).startswith("avc1.42c0")
            async with Phone(plane.http, show.key + "b") as second, Phone(plane.http, show.key + "c") as third:
                assert (await second.call()).status_code == 201
                full = await third.call()
                assert (full.status_code, "too many phones" in full.text) == (503, True)
                await asyncio.to_thread(plane.stop)

    asyncio.run(story())
    assert plane.process is not None
    assert plane.process.returncode == 0
    assert "Traceback" not in plane.log.read_text()
