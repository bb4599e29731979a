"""Two media processes behind one nginx: each stream has its process, viewers see one origin, pieces are cached."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from millstream.site.cli.nginx_config import Front, render
from tests.media.plane.conftest import Show
from tests.media.plane.decoding import decoded
from tests.media.plane.front.nginx import check, needs_nginx, running, whole
from tests.media.plane.rig import Hook, PlaneProcess, free_port, get, publishing, until

pytestmark = needs_nginx


def front_of(folder: Path, port: int, web: str, media: tuple[str, ...]) -> Front:
    """A front without TLS on a port of this machine."""
    return Front(f"127.0.0.1:{port}", "_", web, None, media, folder / "cache", "64m", None, None)


@dataclass(frozen=True, slots=True)
class Town:
    """Two media processes and the nginx before them."""

    planes: list[PlaneProcess]
    origin: str


@pytest.fixture
def town(own_plane: Callable[..., PlaneProcess], hook: Hook, tmp_path: Path) -> Iterator[Town]:
    """Processes 0 and 1 of 2, with one folder of recordings, as on one machine."""
    recordings = str(tmp_path / "recordings")
    planes = [
        own_plane(MEDIA_SHARD=f"{n}/2", MEDIA_RECORDINGS_DIR=recordings, MEDIA_SPOOL_DIR=str(tmp_path / f"spool{n}"))
        for n in (0, 1)
    ]
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    front = front_of(
        folder, port, hook.url.removeprefix("http://"), tuple(p.http.removeprefix("http://") for p in planes)
    )
    text = render(front).replace("/var/log/nginx/millstream.log", str(folder / "access.log"))
    with running(folder, whole(folder, text), port):
        yield Town(planes, f"http://127.0.0.1:{port}")


def test_nginx_takes_the_configuration_with_and_without_tls(tmp_path: Path) -> None:
    """`nginx -t` on what the command prints, for one process and for several, with a room apart."""
    from tests.media.plane.test_rtmps import make_certificate

    cert, key = make_certificate(tmp_path)
    for count, room, tls in ((1, None, False), (3, "127.0.0.1:8003", True)):
        media = tuple(f"127.0.0.1:{8001 + 10 * n}" for n in range(count))
        pair = (cert, key) if tls else (None, None)
        front = Front("127.0.0.1:8443", "shop.example", "127.0.0.1:8000", room, media, tmp_path / "c", "1g", *pair)
        text = render(front).replace("/var/log/nginx/millstream.log", str(tmp_path / "access.log"))
        assert "successful" in check(tmp_path, whole(tmp_path, text))
        assert text.count("upstream millstream_media_") == count


def test_each_stream_plays_through_one_origin_from_its_own_process(
    town: Town, show: Show, hook: Hook, media: Callable[..., Path], tmp_path: Path
) -> None:
    """Both are live, each at its process alone; parts, playlists and recordings come through nginx, cached once."""
    other = Show("other-key-of-shard-1", "0c4cbb37-4f0d-4f0a-9d5a-0d1fd1b3f0aa", "other-playback")
    hook.grant(other.key, other.stream, other.playback)
    first, second = town.planes
    with publishing(media(), first.rtmp(show.key)), publishing(media(), second.rtmp(other.key)):
        for shard, watched in ((0, show), (1, other)):
            base = f"{town.origin}/media/{shard}/live/{watched.playback}"
            until(lambda base=base: "#EXTINF" in get(f"{base}/index.m3u8").text)  # type: ignore[misc]
            assert get(f"{town.origin}/media/{1 - shard}/live/{watched.playback}/index.m3u8").status_code == 404
            _watch(base)
        asked = {fields["name"]: fields["shard"] for fields in hook.asked if fields["name"] in (show.key, other.key)}
        assert asked == {show.key: "0", other.key: "1"}
        replay = get(f"{town.origin}/media/1/live/{other.playback}/replay.m3u8", follow_redirects=True)
        assert str(replay.url).endswith(f"/media/1/recordings/{other.playback}/index.m3u8")
        file = re.findall(r'MAP:URI="(rec-[^"]+)"', replay.text)[0]
        ranged = get(f"{str(replay.url).rpartition('/')[0]}/{file}", headers={"range": "bytes=0-99"})
        assert (ranged.status_code, len(ranged.content)) == (206, 100)
    assert get(f"{town.origin}/media/0/metrics").status_code == 404
    assert get(f"{town.origin}/hooks/media/publish").status_code == 404
    assert show.key not in (tmp_path / "nginx/access.log").read_text()


def _watch(base: str) -> None:
    """One viewer's way through blocking playlists and hinted parts, and a second viewer who gets it from the cache."""
    text = get(f"{base}/index.m3u8").text
    parts: list[bytes] = []
    waits: list[float] = []
    hint = ("", "", "")
    for _ in range(6):
        hint = re.findall(r'PRELOAD-HINT:TYPE=PART,URI="(part-(\d+)\.(\d+)\.m4s)"', text)[0]
        began = time.monotonic()
        parts.append(get(f"{base}/{hint[0]}", timeout=20).raise_for_status().content)
        text = get(f"{base}/index.m3u8?_HLS_msn={hint[1]}&_HLS_part={hint[2]}", timeout=20).text
        waits.append(time.monotonic() - began)
    assert max(waits) < 10, "nobody waits for a piece that has come"
    again = get(f"{base}/{hint[0]}")
    assert again.headers["x-cache"] == "HIT"
    assert again.content == parts[-1]
    init = re.findall(r'MAP:URI="([^"]+)"', text)[-1]
    assert decoded(get(f"{base}/{init}").content + b"".join(parts))[1] > 40


def test_a_process_takes_up_its_own_streams_only(town: Town, show: Show, media: Callable[..., Path]) -> None:
    """After a restart of both, the stream goes on at the process it belongs to and is unknown to the other."""
    first, second = town.planes
    with publishing(media(), second.rtmp(show.key)):
        until(lambda: "#EXTINF" in second.playlist(show.playback))
    for plane in (first, second):
        plane.kill()
        plane.start()
    assert second.state(show.playback) == "stalled"
    assert first.state(show.playback) == ""
