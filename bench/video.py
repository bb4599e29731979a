"""Measures the video plane beside nginx-rtmp: glass to glass by RTMP and WHIP, a reconnect, CPU per stream.

Run: `.cache/venv/bin/python bench/video.py [--quick]`. It starts its own plane, NATS, hook server, nginx and Chromium,
prints a table, and last one line of JSON. A clock is drawn into each picture as a barcode (40 blocks: 1 0, 32 bits of
milliseconds, 6 bits of check sum), encoded by x264 zerolatency, sent by RTMP, and read back from a canvas.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from playwright.sync_api import Browser, Page, sync_playwright

REPO = Path(__file__).parents[1]
sys.path.insert(0, str(REPO))

from bench import _whip  # noqa: E402 - likewise
from tests.media.plane.rig import (  # noqa: E402 - the repository is on the path only now
    FFMPEG,
    Hook,
    NatsServer,
    PlaneProcess,
    free_port,
    publishing,
    stop_process,
    until,
)

CHROMIUM, NGINX = "/usr/bin/chromium", "/usr/sbin/nginx"
NGINX_RTMP = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
HLS_JS = REPO / "frontend/node_modules/hls.js/dist/hls.min.js"
FPS, BLOCKS, BARCODE_ROWS = 30, 40, 16
FLAGS = _whip.FLAGS
FILL_SECONDS = 14  # a viewer seldom is the first: the playlist is full when the player comes
P50_LIMIT_MS, P95_LIMIT_MS, CHANGED_LIMIT_MS, CPU_LIMIT_PERCENT = 1600, 2500, 4000, 2.0


# --- the clock in the picture -----------------------------------------------------------------------------------------


def barcode(at_ms: int, width: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """One row of luma that says the time."""
    value = at_ms & 0xFFFFFFFF
    bits = [1, 0, *((value >> place) & 1 for place in range(31, -1, -1))]
    check = value.bit_count() % 64
    bits += [(check >> place) & 1 for place in range(5, -1, -1)]
    edges = np.linspace(0, width, BLOCKS + 1).astype(int)
    row = np.zeros(width, dtype=np.uint8)
    for bit, start, end in zip(bits, edges, edges[1:], strict=False):
        row[start:end] = 235 if bit else 16
    return row


def send_clock(url: str, seconds: float, width: int, height: int) -> None:
    """Publish pictures with the wall clock in them, in real time, with a silent sound track."""
    with av.open(url, "w", format="flv") as container:
        video = container.add_stream("libx264", rate=FPS)
        sound = container.add_stream("aac", rate=48_000)
        assert isinstance(video, VideoStream)
        assert isinstance(sound, AudioStream)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.time_base = Fraction(1, 1000)
        video.codec_context.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(FPS), "threads": "1"}
        sound.layout = "stereo"
        silence = np.zeros((2, 1024), dtype=np.float32)
        planes = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
        columns = np.arange(width)
        began, heard = time.time(), 0
        for number in range(int(seconds * FPS)):
            time.sleep(max(began + number / FPS - time.time(), 0))
            planes[:height] = (columns[None, :] + np.arange(height)[:, None] + number * 3) % 200 + 20
            planes[: BARCODE_ROWS * height // 360] = barcode(time.time_ns() // 1_000_000, width)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number * 1000 // FPS, Fraction(1, 1000)
            container.mux(video.encode(frame))
            while heard / 48_000 <= number / FPS:
                piece = av.AudioFrame.from_ndarray(silence, format="fltp", layout="stereo")
                piece.sample_rate, piece.pts = 48_000, heard
                container.mux(sound.encode(piece))
                heard += 1024


@contextlib.contextmanager
def clock(url: str, seconds: float, size: tuple[int, int] = (640, 360)) -> Iterator[subprocess.Popen[bytes]]:
    """`send_clock` in a process of its own."""
    command = [sys.executable, __file__, "--send", url, "--seconds", str(seconds), "--size", f"{size[0]}x{size[1]}"]
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        stop_process(process)


# --- players ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watched:
    """What one viewer saw."""

    p50_ms: float
    p95_ms: float
    frames: int
    unreadable: int
    waiting: int
    errors: list[str]


class Pages:
    """A folder served to the browser: the page and hls.js."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("video_page.html"), folder / "index.html")
        shutil.copy(HLS_JS, folder / "hls.js")
        (folder / "favicon.ico").write_bytes(b"")

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
                """Say nothing."""

        handler = functools.partial(Quiet, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Free the port."""
        self._server.shutdown()


def open_player(browser: Browser, pages: Pages, source: str, *, low_latency: bool) -> Page:
    """A page that plays and measures."""
    page = browser.new_page()
    page.goto(f"{pages.origin}/index.html?src={source}&ll={int(low_latency)}")
    return page


def seen(page: Page, since_ms: float = 0) -> Watched:
    """What the page has measured since a wall time."""
    facts = page.evaluate("window.seen")
    delays = [delay for delay, at in zip(facts["delays"], facts["at"], strict=True) if at >= since_ms]
    if not delays:
        raise SystemExit(f"the player read no clock: {facts}")
    cuts = statistics.quantiles(delays, n=20) if len(delays) > 1 else delays * 19
    return Watched(
        statistics.median(delays), cuts[18], len(delays), facts["unreadable"], facts["waiting"], facts["errors"]
    )


def measure_latency(browser: Browser, pages: Pages, source: str, *, low_latency: bool, seconds: float) -> Watched:
    """Play for a while; the first three seconds are start-up and are left out."""
    page = open_player(browser, pages, source, low_latency=low_latency)
    try:
        page.wait_for_function("seen.delays.length > 0", timeout=30_000)
        began = time.time() * 1000
        page.wait_for_timeout(seconds * 1000)
        return seen(page, began + 3000)
    finally:
        page.close()


# --- one run ----------------------------------------------------------------------------------------------------------


class Nginx:
    """nginx with its RTMP module: the usual plain HLS with two-second segments."""

    def __init__(self, folder: Path) -> None:
        self.rtmp_port, self.http_port = free_port(), free_port()
        (folder / "hls").mkdir(parents=True)
        config = f"""
load_module {NGINX_RTMP};
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; user root;
events {{ worker_connections 256; }}
rtmp {{ server {{ listen 127.0.0.1:{self.rtmp_port}; chunk_size 4096; application live {{
  live on; hls on; hls_path {folder}/hls; hls_fragment 2s; hls_playlist_length 12s; record all; record_path {folder};
}} }} }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{self.http_port}; location / {{ root {folder}/hls;
    add_header Access-Control-Allow-Origin *;
    add_header Cache-Control no-cache; types {{ application/vnd.apple.mpegurl m3u8; video/mp2t ts; }} }} }} }}
"""
        (folder / "nginx.conf").write_text(config)
        command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.hls = folder / "hls"
        until((folder / "nginx.pid").exists, what="nginx")

    def rtmp(self, key: str) -> str:
        """Where to publish."""
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{key}"

    def source(self, key: str) -> str:
        """What to play, once there are segments."""
        until((self.hls / f"{key}.m3u8").exists, 20, "nginx's playlist")
        return f"http://127.0.0.1:{self.http_port}/{key}.m3u8"


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and its children so far."""
    process = psutil.Process(pid)
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        times = each.cpu_times()
        total += times.user + times.system
    return total


def measure_cpu(pid: int, urls: list[str], media: Path, seconds: float) -> float:
    """Percent of one core while all the addresses are published to."""
    with contextlib.ExitStack() as stack:
        for url in urls:
            stack.enter_context(publishing(media, url))
        time.sleep(4)
        before, began = cpu_seconds(pid), time.monotonic()
        time.sleep(seconds)
        return (cpu_seconds(pid) - before) / (time.monotonic() - began) * 100


def heavy_media(path: Path) -> Path:
    """1280x720 at 30 fps, 2.4 Mbit/s H.264 with a key frame each second, AAC at 128 kbit/s."""
    command = [FFMPEG, "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=12"]
    command += ["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000:duration=12"]
    command += ["-vf", "noise=alls=14:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    command += ["-b:v", "2370k", "-minrate", "2370k", "-maxrate", "2370k", "-bufsize", "2370k", "-nal-hrd", "cbr"]
    command += ["-g", "30", "-keyint_min", "30", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "128k", str(path)]
    subprocess.run(command, check=True)
    return path


class Bench:
    """All measurements of one run."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.seconds = 10.0 if quick else 30.0
        self.folder = folder
        self.results: dict[str, Any] = {"quick": quick}
        self.pages = Pages(folder / "pages")
        self.nats = NatsServer(folder / "nats")
        self.hook = Hook()
        self.keys = [f"bench-key-{number}" for number in range(10)]

    def run(self) -> None:
        """Measure everything; print as it comes."""
        self.nats.start()
        self.hook.start()
        for key in self.keys:
            self.hook.grant(key, str(uuid.uuid4()), f"playback-{key}")
        plane = PlaneProcess(
            self.folder / "plane", self.hook.url, self.nats.url, MEDIA_ALLOWED_ORIGINS=self.pages.origin
        )
        plane.start()
        nginx = Nginx(self.folder / "nginx") if NGINX_RTMP.exists() else None
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                self._latency(browser, plane, nginx)
                self._changed(browser, plane)
                browser.close()
            self._cpu(plane, nginx)
            _whip.measure(self, plane, self._note, measure_latency)
        finally:
            plane.stop()
            if nginx is not None:
                stop_process(nginx.process)
            self.nats.stop()
            self.hook.stop()
            self.pages.close()

    def _latency(self, browser: Browser, plane: PlaneProcess, nginx: Nginx | None) -> None:
        with clock(plane.rtmp(self.keys[0]), self.seconds + 50):
            source = f"{plane.http}/live/playback-{self.keys[0]}/index.m3u8"
            until(lambda: plane.state(f"playback-{self.keys[0]}") == "live", 20)
            time.sleep(FILL_SECONDS)
            self._note(
                "glass_to_glass", measure_latency(browser, self.pages, source, low_latency=True, seconds=self.seconds)
            )
        if nginx is not None:
            with clock(nginx.rtmp("clock"), self.seconds + 50):
                time.sleep(FILL_SECONDS)
                watched = measure_latency(
                    browser, self.pages, nginx.source("clock"), low_latency=False, seconds=max(self.seconds, 14)
                )
                self._note("nginx_rtmp_glass_to_glass", watched)

    def _note(self, name: str, watched: Watched) -> None:
        self.results[f"{name}_p50_ms"] = round(watched.p50_ms)
        self.results[f"{name}_p95_ms"] = round(watched.p95_ms)
        extra = f"{watched.frames} frames, {watched.unreadable} unreadable, {watched.waiting} stalls"
        print(f"{name:34} p50 {watched.p50_ms:6.0f} ms   p95 {watched.p95_ms:6.0f} ms   {extra}", flush=True)
        if watched.errors:
            print(f"{'':34} player said: {watched.errors[-3:]}")

    def _changed(self, browser: Browser, plane: PlaneProcess) -> None:
        """A publisher drops and comes back: once with the same picture size, once with another."""
        for name, size in (("same_parameters", (640, 360)), ("changed_parameters", (848, 480))):
            key = self.keys[1] if name == "same_parameters" else self.keys[2]
            source = f"{plane.http}/live/playback-{key}/index.m3u8"
            with clock(plane.rtmp(key), 60):
                until(functools.partial(self._live, plane, key), 20)
                page = open_player(browser, self.pages, source, low_latency=True)
                page.wait_for_function("seen.delays.length > 0", timeout=30_000)
                page.wait_for_timeout(8000)
            page.wait_for_timeout(3000)
            with clock(plane.rtmp(key), 40, size):
                until(functools.partial(self._live, plane, key), 20)
                back_at = time.time() * 1000
                page.wait_for_timeout(8000)
                self._note(f"reconnect_{name}_5_s_later", seen(page, back_at + 5000))
            page.close()

    @staticmethod
    def _live(plane: PlaneProcess, key: str) -> bool:
        return plane.state(f"playback-{key}") == "live"

    def _cpu(self, plane: PlaneProcess, nginx: Nginx | None) -> None:
        media = heavy_media(self.folder / "heavy.flv")
        kbit = media.stat().st_size * 8 / 12 / 1000
        self.results["cpu_stream_kbit"] = round(kbit)
        assert plane.process is not None
        servers = [("plane", plane.process.pid, [plane.rtmp(key) for key in self.keys])]
        if nginx is not None:
            servers.append(("nginx_rtmp", nginx.process.pid, [nginx.rtmp(key) for key in self.keys]))
        for count in (1, 8):
            for name, pid, urls in servers:
                percent = measure_cpu(pid, urls[:count], media, self.seconds * 0.66)
                self.results[f"cpu_percent_{name}_{count}_streams"] = round(percent, 2)
                self.results[f"cpu_percent_each_{name}_{count}_streams"] = round(percent / count, 2)
                label = f"cpu {name}, {count} x {kbit:.0f} kbit/s"
                print(f"{label:34} {percent:5.2f} % of a core, {percent / count:.2f} % each", flush=True)

    def verdict(self) -> bool:
        """Whether all limits are kept."""
        found = self.results
        kept = {
            "p50": found["glass_to_glass_p50_ms"] <= P50_LIMIT_MS,
            "p95": found["glass_to_glass_p95_ms"] <= P95_LIMIT_MS,
            "changed parameters": found["reconnect_changed_parameters_5_s_later_p95_ms"] <= CHANGED_LIMIT_MS,
            "cpu of 1": found["cpu_percent_each_plane_1_streams"] <= CPU_LIMIT_PERCENT,
            "cpu of 8": found["cpu_percent_each_plane_8_streams"] <= CPU_LIMIT_PERCENT,
            **_whip.limits(found),
        }
        for name, held in kept.items():
            print(f"{name:34} {'kept' if held else 'MISSED'}")
        self.results["kept"] = all(kept.values())
        return all(kept.values())


def main() -> int:
    """Run by the command line; status 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter measurements")
    parser.add_argument("--send", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=10, help=argparse.SUPPRESS)
    parser.add_argument("--size", default="640x360", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.send:
        width, height = map(int, options.size.split("x"))
        send_clock(options.send, options.seconds, width, height)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="millstream-bench-video-"))
    bench = Bench(folder, quick=options.quick)
    try:
        bench.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    kept = bench.verdict()
    print(json.dumps(bench.results))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
