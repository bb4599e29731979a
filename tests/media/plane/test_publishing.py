"""Real encoders and hostile peers at the RTMP port of a real process."""

from __future__ import annotations

import random
import re
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from millstream.media.plane import chunks
from millstream.media.plane.chunks import Message, write_message
from tests.media.plane.conftest import Show
from tests.media.plane.decoding import decoded, picture_packets
from tests.media.plane.rig import FFMPEG, ORIGIN, Hook, PlaneProcess, get, publishing, until
from tests.media.plane.wire import Client, read_flv

type Media = Callable[..., Path]


def segments(playlist: str) -> list[float]:
    """Durations of the closed segments of a playlist."""
    return [float(text) for text in re.findall(r"#EXTINF:([\d.]+)", playlist)]


def fetch(plane: PlaneProcess, playback: str, text: str = "") -> bytes:
    """Init segment and all closed segments of a playlist, by default of the newest."""
    text = text or plane.playlist(playback)
    names = [re.findall(r'#EXT-X-MAP:URI="(.*)"', text)[-1], *re.findall(r"^seg-.*$", text, re.MULTILINE)]
    return b"".join(get(f"{plane.http}/live/{playback}/{name}").raise_for_status().content for name in names)


def published(url: str, media: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Ffmpeg that sends a file once, as fast as it is taken."""
    command = [
        FFMPEG,
        "-hide_banner",
        "-nostdin",
        "-re",
        "-i",
        str(media),
        *(options or ("-c", "copy")),
        "-f",
        "flv",
        url,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(("gop_seconds", "expected"), [(1, 2.0), (2, 2.0), (10, 4.0)])
def test_an_encoder_is_played_whatever_its_key_frames(
    plane: PlaneProcess, show: Show, media: Media, gop_seconds: float, expected: float
) -> None:
    """Ffmpeg's stream is cut as promised, decodes without loss, and the host is warned of rare key frames."""
    with publishing(media(gop_seconds, 20), plane.rtmp(show.key)):
        until(lambda: len(segments(plane.playlist(show.playback))) >= 2)
        text = plane.playlist(show.playback)
        durations = segments(text)
        assert durations[0] == pytest.approx(expected, abs=0.05)
        pictures, sounds = decoded(fetch(plane, show.playback, text))
        state = get(f"{plane.http}/live/{show.playback}/state.json").json()
    assert pictures == pytest.approx(sum(durations) * 30, abs=1)
    assert sounds == pytest.approx(sum(durations) * 44100 / 1024, abs=3)
    assert state["state"] == "live"
    assert (state["width"], state["height"], state["source"]) == (320, 180, "rtmp")
    if gop_seconds == 10:
        assert state["gop_warning"] > 2


def test_a_wrong_key_is_refused_with_words_that_ffmpeg_prints(plane: PlaneProcess, media: Media) -> None:
    """The person at the encoder reads why; ffmpeg ends with an error."""
    result = published(plane.rtmp("not-a-key"), media())
    assert result.returncode != 0
    assert "Server error: stream key refused: look it up on your show's page" in result.stderr


def test_a_key_may_stand_in_the_query(plane: PlaneProcess, show: Show, hook: Hook, media: Media) -> None:
    """`live/slug?key=KEY` is the same as `live/KEY`; the hook gets the key as its name."""
    with publishing(media(), plane.rtmp(f"my-show?key={show.key}")):
        until(lambda: plane.state(show.playback) == "live")
    asked = next(fields for fields in reversed(hook.asked) if fields["name"] == show.key)
    assert (asked["app"], asked["slug"]) == ("live", "my-show")
    assert show.key not in plane.log.read_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-c:v", "flv1", "-an"), "Sorenson H.263 is not supported: set H.264"),
        (("-vn", "-c:a", "libmp3lame"), "MP3 is not supported: set AAC"),
    ],
)
def test_a_wrong_codec_gets_a_clear_status(
    plane: PlaneProcess, show: Show, media: Media, options: tuple[str, ...], words: str
) -> None:
    """What browsers do not play is refused by name, with what to set."""
    result = published(plane.rtmp(show.key), media(), *options)
    assert words in result.stderr


def test_hevc_is_refused_by_name(plane: PlaneProcess, show: Show) -> None:
    """Enhanced RTMP with HEVC ends with a status that says H.264."""
    with Client(plane.rtmp_port) as client:
        assert client.publish(show.key) == "NetStream.Publish.Start"
        client.message(chunks.VIDEO, b"\x90hvc1" + bytes(40), 0)
        assert client.status() == "NetStream.Publish.Rejected"
        assert "HEVC is not supported: set H.264" in str(client.statuses[-1]["description"])
        assert client.hung_up()


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_a_single_track_is_enough(plane: PlaneProcess, show: Show, media: Media, kind: str) -> None:
    """A publisher without a picture, or without sound, is played."""
    with publishing(media(**{kind: "none"}), plane.rtmp(show.key)):
        until(lambda: segments(plane.playlist(show.playback)))
        pictures, sounds = decoded(fetch(plane, show.playback))
    assert (pictures == 0) == (kind == "video")
    assert (sounds == 0) == (kind == "audio")


def test_pictures_out_of_order_come_out_exactly(plane: PlaneProcess, show: Show, media: Media) -> None:
    """B-frames keep their sizes, decode times and display times to the millisecond."""
    source = media(bf="2", extra="-preset veryfast")
    with publishing(source, plane.rtmp(show.key)):
        until(lambda: len(segments(plane.playlist(show.playback))) >= 2)
        got = fetch(plane, show.playback)
    ours, theirs = picture_packets(got), picture_packets(source)
    shift = theirs[0][1] - ours[0][1]
    assert any(pts != dts for _, dts, pts in theirs)
    assert [(size, dts + shift, pts + shift) for size, dts, pts in ours] == theirs[: len(ours)]


def test_a_jumping_clock_is_joined(plane: PlaneProcess, show: Show, media: Media) -> None:
    """Back by an hour, then forward by a day: viewers see one timeline, nobody else notices."""
    tags = read_flv(media())
    first, rest = tags[:180], tags[180:600]
    with Client(plane.rtmp_port) as client:
        client.publish(show.key)
        client.tags(first, shift_ms=4_000_000)
        client.tags(rest[:210], shift_ms=400_000)
        client.tags(rest[210:], shift_ms=86_400_000)
        until(lambda: len(segments(plane.playlist(show.playback))) >= 2)
        text = plane.playlist(show.playback)
    assert "#EXT-X-DISCONTINUITY\n" not in text
    assert all(duration <= 4.4 for duration in segments(text))
    assert "clock jumped" in plane.log.read_text()


def test_a_publisher_that_does_not_pace_itself_is_slowed_down(plane: PlaneProcess, show: Show, media: Media) -> None:
    """Without -re the stream still plays in real time: the server reads no faster."""
    began = time.monotonic()
    with publishing(media(1, 60), plane.rtmp(show.key), real_time=False):
        until(lambda: segments(plane.playlist(show.playback)))
        time.sleep(2)
        text = plane.playlist(show.playback)
        came_seconds = 2 * (1 + int(re.findall(r"seg-(\d+)\.m4s", text)[-1]))
    assert came_seconds < time.monotonic() - began + 8, "6 s ahead at most, and a minute was there to take"


@pytest.mark.parametrize("seed", range(6))
def test_garbage_is_cut_off_and_disturbs_nobody(plane: PlaneProcess, seed: int) -> None:
    """Noise before, in and after the handshake ends that line alone."""
    chance = random.Random(seed)
    noise = chance.randbytes(6000)
    if seed < 2:
        with socket.create_connection(("127.0.0.1", plane.rtmp_port), 40) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" if seed else noise)
            line.settimeout(40)
            assert _ends(line)
    else:
        with Client(plane.rtmp_port) as client:
            client.shake()
            with_size = write_message(Message(chunks.SET_CHUNK_SIZE, 0, 0, b"\x7f\xff\xff\xff"), lane_id=2)
            client.raw(with_size + b"\x03" + chance.randbytes(3) + b"\xff\xff\xff" + noise)
            assert client.hung_up()
    assert plane.alive
    assert plane.healthz()["ok"]


def _ends(line: socket.socket) -> bool:
    try:
        return line.recv(10) == b""
    except ConnectionResetError:
        return True


def test_broken_pictures_end_the_publisher_not_the_process(plane: PlaneProcess, show: Show, media: Media) -> None:
    """A few broken access units are dropped; a run of them is refused with words."""
    tags = read_flv(media())
    with Client(plane.rtmp_port) as client:
        client.publish(show.key)
        client.tags(tags[:100])
        for number in range(5):
            client.message(chunks.VIDEO, b"\x27\1\0\0\0" + bytes([0, 0, 1, 0, 9]), 4000 + number)
        client.tags(tags[100:300])
        until(lambda: segments(plane.playlist(show.playback)))
        for number in range(60):
            client.message(chunks.VIDEO, b"\x27\1\0\0\0" + b"\xff" * 40, 9000 + number)
        assert client.status() == "NetStream.Publish.Rejected"


@pytest.mark.parametrize(
    ("limit", "words"),
    [({"max_kbit": 50}, "more than 50 kbit/s is not allowed here"), ({"max_hours": 0.0005}, "its longest duration")],
)
def test_more_than_was_granted_is_refused(
    plane: PlaneProcess, hook: Hook, show: Show, media: Media, limit: dict[str, float], words: str
) -> None:
    """The limits of the grant end the publisher with words."""
    hook.grant(show.key, show.stream, show.playback, **limit)
    result = published(plane.rtmp(show.key), media(size="640x360"))
    assert words in result.stderr


def test_a_redial_past_a_dead_line_wins(plane: PlaneProcess, show: Show, media: Media) -> None:
    """The newest publisher of a key takes the stream; the old one is told and viewers see no discontinuity."""
    tags = read_flv(media())
    with Client(plane.rtmp_port) as first, Client(plane.rtmp_port) as second:
        first.publish(show.key)
        first.tags(tags[:200])
        until(lambda: segments(plane.playlist(show.playback)))
        second.publish(show.key)
        second.tags(tags[:300])
        assert first.status() == "NetStream.Unpublish.Success"
        assert "took over" in str(first.statuses[-1]["description"])
        assert first.hung_up()
        until(lambda: len(segments(plane.playlist(show.playback))) >= 4)
        assert "#EXT-X-DISCONTINUITY\n" not in plane.playlist(show.playback)
        assert plane.state(show.playback) == "live"


def test_two_encoders_that_fight_end_with_one(plane: PlaneProcess, show: Show, media: Media) -> None:
    """After several takeovers within a minute the newcomer is refused while the holder sends."""
    tags = read_flv(media())[:40]
    clients: list[Client] = []
    codes: list[str] = []
    while len(codes) < 20 and "NetStream.Publish.BadName" not in codes:
        if clients:
            clients[-1].tags(tags)  # the holder sends on
        newcomer = Client(plane.rtmp_port)
        codes.append(newcomer.publish(show.key))
        if codes[-1] == "NetStream.Publish.Start":
            newcomer.tags(tags)
            if clients:
                assert clients[-1].status() == "NetStream.Unpublish.Success"
        clients.append(newcomer)
    for client in clients:
        client.close()
    assert codes[0] == codes[1] == "NetStream.Publish.Start"
    assert codes[-1] == "NetStream.Publish.BadName"


def test_one_address_cannot_take_all_places(plane: PlaneProcess) -> None:
    """Idle lines from one address are bounded; those over the limit are cut at once."""
    lines = [socket.create_connection(("127.0.0.1", plane.rtmp_port), 40) for _ in range(40)]
    for line in lines:
        line.settimeout(0.05)
    until(lambda: sum(_is_cut(line) for line in lines) >= 16, what="lines that are cut")
    for line in lines:
        line.close()


def _is_cut(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def test_who_says_nothing_is_cut_off(plane: PlaneProcess) -> None:
    """A silent line does not stay: ten seconds until publish."""
    with socket.create_connection(("127.0.0.1", plane.rtmp_port), 40) as line:
        line.settimeout(40)
        assert _ends(line)


def test_only_known_origins_may_read(plane: PlaneProcess, show: Show, media: Media) -> None:
    """CORS names the web's origin and no other; preflights are answered."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: segments(plane.playlist(show.playback)))
        url = f"{plane.http}/live/{show.playback}/index.m3u8"
        known = get(url, headers={"origin": ORIGIN})
        strange = get(url, headers={"origin": "https://femi.example"})
        before = httpx.options(url, headers={"origin": ORIGIN})
    assert known.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-origin" not in strange.headers
    assert "range" in before.headers["access-control-allow-headers"]
    assert known.headers["cache-control"] == "no-cache"


def test_blocking_requests_wait_for_their_part(plane: PlaneProcess, show: Show, media: Media) -> None:
    """A playlist with numbers and a hinted part are held until they are there; the far future is refused."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: segments(plane.playlist(show.playback)))
        before = plane.playlist(show.playback)
        hint = re.findall(r'PRELOAD-HINT:TYPE=PART,URI="(part-(\d+)\.(\d+)\.m4s)"', before)[0]
        text = plane.playlist(show.playback, f"?_HLS_msn={int(hint[1]) + 1}")
        part = get(f"{plane.http}/live/{show.playback}/{hint[0]}")
        far = get(f"{plane.http}/live/{show.playback}/index.m3u8?_HLS_msn={int(hint[1]) + 9}")
        nonsense = get(f"{plane.http}/live/{show.playback}/index.m3u8?_HLS_msn=x")
    assert f"seg-{int(hint[1])}.m4s" not in before
    assert f"seg-{int(hint[1]) + 1}.m4s" in text
    assert part.headers["cache-control"].endswith("immutable")
    assert (part.status_code, far.status_code, nonsense.status_code) == (200, 400, 400)


@pytest.mark.parametrize(
    "path", ["/", "/live/x", "/live/unknown-token/index.m3u8", "/recordings/unknown-token/index.m3u8"]
)
def test_unknown_paths_are_not_found(plane: PlaneProcess, path: str) -> None:
    """Who has no token gets nothing."""
    assert get(f"{plane.http}{path}").status_code == 404
    assert httpx.post(f"{plane.http}{path}").status_code == 405


def test_the_process_tells_how_it_is(plane: PlaneProcess, show: Show, media: Media) -> None:
    """Health names every part, metrics count, and neither tells a playback token."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: segments(plane.playlist(show.playback)))
        until(lambda: get(f"{plane.http}/live/{show.playback}/thumb.jpg").is_success)
        health = plane.healthz()
        metrics = get(f"{plane.http}/metrics").text
        thumb = get(f"{plane.http}/live/{show.playback}/thumb.jpg")
    assert health["streams"][show.stream]["state"] == "live"
    assert health["nats"] == "connected"
    assert f'millstream_media_stream_received_bytes_total{{stream="{show.stream}"}}' in metrics
    assert show.playback not in metrics
    assert show.playback not in str(health)
    assert thumb.headers["content-type"] == "image/jpeg"
    assert thumb.content[:2] == b"\xff\xd8"
