"""Bad publishers over real TCP: each is refused or cut off, and a good stream beside them does not notice."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from millstream.media.plane import chunks
from millstream.media.plane.rtmp_server import MAX_IDLE, MAX_IDLE_PER_ADDRESS
from tests.media.plane.conftest import Show
from tests.media.plane.rig import Hook, PlaneProcess, get, publishing, until
from tests.media.plane.wire import Client, read_flv

type Media = Callable[..., Path]

# Between two parts of a third of a second: what no attack may take from the others. A loop that waits for one of them
# stands for ten seconds and more; a machine that does much else hardly for a few.
LONGEST_WAIT_SECONDS = 7.0
MIN_PARTS = 3


class Viewer:
    """Watches a stream by blocking requests and notes when each part came."""

    def __init__(self, plane: PlaneProcess, playback: str) -> None:
        self._base = f"{plane.http}/live/{playback}"
        self._stop = threading.Event()
        self.came_at: list[float] = []
        self.wrong: list[str] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        with httpx.Client(timeout=40) as client:
            query = ""
            while not self._stop.is_set():
                answer = client.get(f"{self._base}/index.m3u8{query}")
                hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="part-(\d+)\.(\d+)', answer.text)
                if not answer.is_success or hint is None:
                    self.wrong.append(f"{answer.status_code} {answer.text[:80]}")
                    return
                query = f"?_HLS_msn={hint[1]}&_HLS_part={hint[2]}"
                self.came_at.append(time.monotonic())

    def sees_more(self) -> None:
        """Some more parts come."""
        seen = len(self.came_at)
        until(lambda: self.wrong or len(self.came_at) >= seen + MIN_PARTS, what="parts for a viewer")
        assert not self.wrong

    def leave(self) -> float:
        """Stop watching; the longest time between two parts."""
        self._stop.set()
        self._thread.join(40)
        assert not self.wrong
        return max(after - before for before, after in zip(self.came_at, self.came_at[1:], strict=False))


@pytest.fixture
def beside(plane: PlaneProcess, hook: Hook, media: Media) -> Iterator[None]:
    """A good stream with a viewer, who must get a part every third of a second whatever the test does."""
    hook.grant("good-key", "5f6a5f0e-8d0c-4f63-8f64-0f2a1f4b8d11", "good-playback")
    with publishing(media(), plane.rtmp("good-key")):
        # The test before may have left an ended playlist behind, without a hint of what comes.
        until(lambda: plane.state("good-playback") == "live")
        until(lambda: "PRELOAD-HINT" in plane.playlist("good-playback"))
        viewer = Viewer(plane, "good-playback")
        viewer.sees_more()
        yield
        viewer.sees_more()
        assert viewer.leave() < LONGEST_WAIT_SECONDS


def refused(plane: PlaneProcess, reason: str) -> float:
    """How many were refused for this reason so far."""
    found = re.search(rf'refused_total{{reason="{reason}"}} ([\d.e+]+)', get(f"{plane.http}/metrics").text)
    assert found is not None
    return float(found[1])


@pytest.mark.usefixtures("beside")
def test_huge_messages_are_cut_off(plane: PlaneProcess, show: Show) -> None:
    """A message of 16 MB, and many unfinished ones at once, end the line before they fill the memory."""
    before = refused(plane, "broken")
    with Client(plane.rtmp_port) as client:
        client.publish(show.key)
        client.raw(b"\x06" + bytes(3) + b"\xff\xff\xff" + b"\x09" + (1).to_bytes(4, "little") + bytes(128))
        assert client.hung_up()
    with Client(plane.rtmp_port) as client:
        client.publish(show.key)
        client.raw(b"\x02" + bytes(3) + (4).to_bytes(3) + b"\x01" + bytes(4) + (1 << 23).to_bytes(4))
        with pytest.raises(OSError):  # noqa: PT011, PT012 - whichever write the reset reaches first
            for lane in range(10, 20):
                client.raw(bytes([lane]) + bytes(3) + (4 << 20).to_bytes(3) + b"\x09" + (1).to_bytes(4, "little"))
                client.raw(bytes((4 << 20) - 1))
            assert client.hung_up()
            raise ConnectionResetError
    until(lambda: refused(plane, "broken") >= before + 1)


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize(
    ("tag", "words"), [(b"\x90av01", "AV1 is not supported: set H.264"), (b"\x91hvc1", "HEVC is not supported")]
)
def test_codecs_that_browsers_do_not_play_are_refused_by_name(
    plane: PlaneProcess, show: Show, tag: bytes, words: str
) -> None:
    """Enhanced RTMP: the person at the encoder reads what to set, the metrics count why."""
    before = refused(plane, "codec")
    with Client(plane.rtmp_port) as client:
        assert client.publish(show.key) == "NetStream.Publish.Start"
        client.message(chunks.VIDEO, tag + bytes(40), 0)
        assert client.status() == "NetStream.Publish.Rejected"
        assert words in str(client.statuses[-1]["description"])
        assert client.hung_up()
    assert refused(plane, "codec") == before + 1


@pytest.mark.usefixtures("beside")
def test_a_clock_that_jumps_all_the_time_is_refused(plane: PlaneProcess, show: Show, media: Media) -> None:
    """Some jumps are joined; dozens in a minute end the line with words."""
    tags = [tag for tag in read_flv(media()) if tag.kind in (8, 9)]
    with Client(plane.rtmp_port) as client:
        client.publish(show.key)
        client.tags(tags[:4])
        for number in range(60):
            client.tags(tags[4 + 2 * number : 6 + 2 * number], shift_ms=7_000 * (number % 2) + 60_000 * number)
        assert client.status() == "NetStream.Publish.Rejected"
        assert "the timestamps jump all the time" in str(client.statuses[-1]["description"])


@pytest.mark.usefixtures("beside")
def test_who_hangs_in_the_middle_of_a_chunk_is_cut_off(plane: PlaneProcess, show: Show, media: Media) -> None:
    """The stream stalls after three seconds; dripping single bytes keeps no place for longer than twenty."""
    tags = read_flv(media())
    with Client(plane.rtmp_port) as client:
        client.publish(show.key)
        client.tags(tags[:100])
        client.raw(b"\x06" + bytes(3) + (90_000).to_bytes(3) + b"\x09" + (1).to_bytes(4, "little") + bytes(60))
        until(lambda: plane.state(show.playback) == "stalled")
        with pytest.raises(OSError):  # noqa: PT011, PT012 - reset or broken pipe
            for _ in range(180):
                client.raw(b"\0")
                time.sleep(0.5)


@pytest.mark.usefixtures("beside")
def test_a_thousand_lines_that_never_speak_keep_nobody_out(plane: PlaneProcess, show: Show) -> None:
    """They are bounded by address and in all; newcomers get in from another address and even from theirs."""
    lines = []
    for number in range(1000):
        source = f"127.0.{number % 40}.9"
        lines.append(socket.create_connection(("127.0.0.1", plane.rtmp_port), 40, (source, 0)))
    metrics = get(f"{plane.http}/metrics").text
    idle = re.search(r"rtmp_idle_connections ([\d.]+)", metrics)
    assert idle is not None
    assert MAX_IDLE_PER_ADDRESS < float(idle[1]) <= MAX_IDLE
    for source in ("127.0.0.77", "127.0.3.9"):
        with Client(plane.rtmp_port, source=source) as client:
            assert client.publish(show.key) == "NetStream.Publish.Start"
    until(lambda: "rtmp_idle_connections 0.0" in get(f"{plane.http}/metrics").text, what="ten seconds each")
    for line in lines:
        line.close()


@pytest.mark.parametrize(("depth", "told"), [("2", True), ("0", False)])
def test_b_frames_are_told(plane: PlaneProcess, show: Show, media: Media, depth: str, told: bool) -> None:
    """They play, and the state says so; an encoder without them is not accused."""
    with publishing(media(bf=depth, extra="" if depth == "0" else "-x264-params b-adapt=0"), plane.rtmp(show.key)):
        until(lambda: plane.playlist(show.playback).count("#EXTINF") >= 2)
        state = get(f"{plane.http}/live/{show.playback}/state.json").json()
    assert state["b_frames"] is told


def test_the_metrics_are_whole_numbers_that_rise(plane: PlaneProcess, show: Show, media: Media) -> None:
    """What an alarm asks for is there: parts, bytes out, CPU, memory, the recorder's lag, publishers by source."""
    text = ""

    def value(name: str) -> float:
        found = re.search(rf"^millstream_media_{re.escape(name)} (\S+)$", text, re.MULTILINE)
        assert found is not None, name
        return float(found[1])

    def keeps_up() -> bool:
        nonlocal text
        text = get(f"{plane.http}/metrics").text
        return value(f'stream_recorder_lag_seconds{{stream="{show.stream}"}}') < 2

    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: "#EXTINF" in plane.playlist(show.playback))
        until(keeps_up, what="a recorder that keeps up")
    assert value("parts_cut_total") >= 6
    assert value("http_sent_bytes_total") > 100
    assert value("resident_bytes") > 10 << 20
    assert value("cpu_seconds_total") > 0.1
    assert value('publishers{source="rtmp"}') >= 1
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    assert all(kind == "counter" for name, kind in kinds.items() if name.endswith("_total"))
