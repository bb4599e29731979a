"""Sound and photos instead of a camera, on one timeline, and back."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.media.plane.conftest import Show
from tests.media.plane.decoding import decoded
from tests.media.plane.rig import PlaneProcess, get, until
from tests.media.plane.whip.caller import FPS, Phone, Road, wait_for
from tests.media.plane.whip.test_photo import photo

pytestmark = pytest.mark.slow


def test_photos_stand_in_while_the_camera_rests_and_the_camera_comes_back(plane: PlaneProcess, show: Show) -> None:
    """Camera, photos, camera: two changes, each with its own init segment; segments never stop being cut."""

    async def story() -> str:
        async with Phone(plane.http, show.key) as phone:
            await phone.call()
            assert phone.picture is not None

            async def mode(wanted: str) -> bool:
                return (await phone.state(show.playback)).get("mode") == wanted

            async def runs() -> bool:
                return (await phone.health())["fps"] > 5

            async def taken(colour: str) -> bool:
                return await phone.photo(photo(800, 600, colour=colour)) == 204

            await wait_for(runs, "the camera")
            at_once = await asyncio.gather(*(phone.photo(photo(800, 600)) for _ in range(4)))
            assert set(at_once) == {204, 429}, "one a second is enough"
            assert (await phone.health())["mode"] == "video"
            phone.picture.rest(rests=True)
            for colour in ("green", "yellow", "white"):
                await wait_for(lambda colour=colour: taken(colour), "a photo that is taken")
            await wait_for(lambda: mode("photo"), "photos")
            facts = await phone.health()
            assert (facts["mode"], facts["width"], facts["height"]) == ("photo", 640, 480)
            await asyncio.sleep(3.5)
            stills = await asyncio.to_thread(plane.playlist, show.playback)
            phone.picture.rest(rests=False)
            await wait_for(lambda: mode("video"), "the camera again")
            await asyncio.sleep(1)
            assert (await phone.health())["mode"] == "video"
            return stills

    stills = asyncio.run(story())
    assert len(re.findall(r"^seg-", stills, re.MULTILINE)) >= 3
    lengths = sorted(float(text) for text in re.findall(r"DURATION=([\d.]+),URI", stills))
    assert lengths[len(lengths) * 9 // 10] <= 0.36, "parts are cut evenly, but for a moment in which nobody was awake"
    playlist = plane.playlist(show.playback)
    assert re.findall(r'MAP:URI="(init-\d+)', playlist)[-3:] == ["init-1", "init-2", "init-3"]
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 2


def test_a_show_of_photos_and_sound_alone_plays(plane: PlaneProcess, show: Show) -> None:
    """A phone with a broken camera: the first photo begins the picture, key frames every two seconds."""

    async def story() -> None:
        async with Phone(plane.http, show.key, video=None) as phone:
            await phone.call()
            await asyncio.sleep(1)
            assert await phone.photo(b"GIF89a") == 415
            assert await phone.photo(bytes(70_000)) == 413

            async def taken() -> bool:
                return await phone.photo(photo(600, 800)) == 204

            await wait_for(taken, "a photo that is taken")

            async def shown() -> bool:
                return (await phone.state(show.playback))["mode"] == "photo"

            await wait_for(shown, "a photo")
            await asyncio.sleep(5)
            assert (await phone.health())["gop_ms"] == pytest.approx(2000, abs=700)

    asyncio.run(story())
    playlist = plane.playlist(show.playback)
    last = re.findall(r'MAP:URI="(init-\d+)', playlist)[-1]
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in playlist
    tail = playlist[playlist.rindex("#EXT-X-MAP") :]
    out = _fetch(plane, show, [f"{last}.mp4", *re.findall(r"^seg-\d+\.m4s", tail, re.MULTILINE)])
    shown, heard = decoded(out)
    lasts = sum(float(text) for text in re.findall(r"EXTINF:([\d.]+)", tail))
    assert lasts > 3
    assert shown > lasts * 3 * 0.7
    assert heard / 46.875 == pytest.approx(lasts, abs=0.5)


def test_lost_packets_are_asked_for_and_viewers_see_whole_pictures(plane: PlaneProcess, show: Show) -> None:
    """One packet in twelve is lost on the way up: the health tells it, and sound and picture go on."""

    async def story() -> int:
        road = Road(every=12)
        async with Phone(plane.http, show.key) as phone:
            assert phone.picture is not None
            phone.picture.size = (640, 480)
            await phone.call(by=road)

            async def lossy() -> bool:
                return (await phone.health())["lost_permille"] > 30

            await wait_for(lossy, "losses that are seen")
            await asyncio.to_thread(until, lambda: len(_segments(plane, show)) >= 2, 20, "segments")
            road.close()
            return road.lost

    assert asyncio.run(story()) > 20
    playlist = plane.playlist(show.playback)
    assert "#EXT-X-DISCONTINUITY\n" not in playlist
    shown, heard = decoded(_fetch(plane, show, ["init-1.mp4", *_segments(plane, show)]))
    lasts = sum(float(text) for text in re.findall(r"EXTINF:([\d.]+)", playlist))
    assert lasts > 3
    assert shown > lasts * FPS * 0.4
    assert heard / 46.875 > lasts * 0.9


def test_a_phone_that_was_cut_off_goes_on_where_it_was(plane: PlaneProcess, show: Show) -> None:
    """Six seconds without a network and back, the page untouched: the same session, no redial, no discontinuity."""

    async def story() -> None:
        road = Road(every=1_000_000)
        async with Phone(plane.http, show.key) as phone:
            await phone.call(by=road)

            async def live() -> bool:
                return (await phone.state(show.playback)).get("state") == "live"

            async def stalled() -> bool:
                return (await phone.state(show.playback)).get("state") == "stalled"

            await wait_for(live, "the beginning")
            await asyncio.sleep(1)
            road.open = False
            await wait_for(stalled, "the cut")
            await asyncio.sleep(2)
            road.open = True
            await wait_for(live, "the way back")
            await asyncio.sleep(2)
            assert (await phone.health())["state"] == "live"
            road.close()

    asyncio.run(story())
    assert "#EXT-X-DISCONTINUITY\n" not in plane.playlist(show.playback)


def _segments(plane: PlaneProcess, show: Show) -> list[str]:
    return re.findall(r"^seg-\d+\.m4s", plane.playlist(show.playback), re.MULTILINE)


def _fetch(plane: PlaneProcess, show: Show, names: list[str]) -> bytes:

    return b"".join(get(f"{plane.http}/live/{show.playback}/{name}").content for name in names)
