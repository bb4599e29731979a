"""The WHIP rows of `video.py`: glass to glass from a browser that publishes, and CPU per stream."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import httpx
import numpy as np
import psutil
from playwright.sync_api import sync_playwright

from tests.media.plane.rig import FFMPEG, PlaneProcess, stop_process, until

if TYPE_CHECKING:
    from bench.video import Bench

REPO = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
PHONE_PAGE = REPO / "tests/media/plane/whip/phone.html"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection"]
KEYS = [f"bench-phone-{number}" for number in range(5)]
STREAMS = (1, 4)
SETTLE_SECONDS = 6
CLAP_SECONDS, REPORTS_SECONDS = 16, 6  # a sender report of each track has come by then
WHITE, LOUD, GRAIN, SILENCE_SECONDS = 128, 0.2, 64, 0.1
SYNC_MS = 60
LATENCY_P50_MS, LATENCY_P95_MS, CPU_PERCENT = 1_800, 2_500, 15.0


@contextlib.contextmanager
def calling(media: Path, plane: PlaneProcess, key: str) -> Iterator[None]:
    """An ffmpeg that copies the pictures of a file into the plane by WHIP."""
    command = [FFMPEG, "-hide_banner", "-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", str(media)]
    command += ["-c:v", "copy", "-bsf:v", "h264_mp4toannexb", "-c:a", "libopus", "-ar", "48000", "-ac", "2"]
    process = subprocess.Popen([*command, "-authorization", key, "-f", "whip", f"{plane.http}/whip"])
    try:
        yield
    finally:
        stop_process(process)


def measure(bench: Bench, plane: PlaneProcess, note: Any, watch: Any) -> None:
    """All rows of WHIP; after the RTMP rows, whose source it takes again."""
    measure_latency(bench, plane, note, watch)
    measure_sync(bench, plane)
    measure_cpu(bench, plane, bench.folder / "heavy.flv")


def measure_latency(bench: Bench, plane: PlaneProcess, note: Any, watch: Any) -> None:
    """A browser publishes the clock from a canvas, another page of the same browser plays it."""
    folder = bench.folder / "pages"
    shutil.copy(PHONE_PAGE, folder / "phone.html")
    bench.hook.grant(KEYS[0], "00000000-0000-4000-8000-0000000000f0", f"playback-{KEYS[0]}")
    wish = {"url": f"{plane.http}/whip", "ticket": KEYS[0], "source": "clock", "width": 640, "height": 360}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        phone = browser.new_page()
        phone.goto(f"{bench.pages.origin}/phone.html")
        if phone.evaluate("wish => phone.publish(wish)", wish) != httpx.codes.CREATED:
            raise SystemExit(f"the plane refused the phone: {phone.evaluate('seen.text')}")
        until(lambda: plane.state(f"playback-{KEYS[0]}") == "live", 20)
        time.sleep(SETTLE_SECONDS)
        source = f"{plane.http}/live/playback-{KEYS[0]}/index.m3u8"
        note("whip_glass_to_glass", watch(browser, bench.pages, source, low_latency=True, seconds=bench.seconds))
        facts = phone.evaluate("phone.health()")
        print(
            f"{'whip phone, at the end':34} {facts['fps']:.0f} pictures/s, {facts['kbit']} kbit/s, lost "
            f"{facts['lost_permille']} of 1000",
            flush=True,
        )
        phone.evaluate("phone.end()")
        browser.close()


def measure_sync(bench: Bench, plane: PlaneProcess) -> None:
    """A browser flashes and beeps at once; how far apart both are in the recording, once sender reports came."""
    stream = "00000000-0000-4000-8000-0000000000f1"
    bench.hook.grant("bench-clap", stream, "playback-bench-clap")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        phone = browser.new_page()
        phone.goto(f"{bench.pages.origin}/phone.html")
        wish = {"url": f"{plane.http}/whip", "ticket": "bench-clap", "source": "clap"}
        if phone.evaluate("wish => phone.publish(wish)", wish) != httpx.codes.CREATED:
            raise SystemExit(f"the plane refused the phone: {phone.evaluate('seen.text')}")
        phone.wait_for_timeout(CLAP_SECONDS * 1000)
        browser.close()
    recording = next((plane.folder / "recordings" / stream).glob("rec-*.mp4"))
    seen, heard = flashes(recording), beeps(recording)
    apart = [1000 * (at - min(heard, key=lambda beep: abs(beep - at))) for at in seen if at > REPORTS_SECONDS]
    farthest = max((abs(each), each) for each in apart)[1]
    bench.results["whip_picture_after_sound_ms"] = round(statistics.median(apart))
    bench.results["whip_picture_after_sound_most_ms"] = round(farthest)
    print(
        f"{'whip, picture after its sound':34} median {statistics.median(apart):.0f} ms, "
        f"farthest {farthest:.0f} ms of {len(apart)}",
        flush=True,
    )


def flashes(recording: Path) -> list[float]:
    """When the picture turns white, in seconds."""
    found: list[float] = []
    was = False
    with av.open(str(recording)) as container:
        for frame in container.decode(container.streams.video[0]):
            white = float(frame.to_ndarray()[: frame.height].mean()) > WHITE
            if white and not was and frame.time is not None:
                found.append(frame.time)
            was = white
    return found


def beeps(recording: Path) -> list[float]:
    """When the tone begins, in seconds."""
    found: list[float] = []
    last = -1.0
    with av.open(str(recording)) as container:
        for frame in container.decode(container.streams.audio[0]):
            wave = np.abs(frame.to_ndarray()[0])
            for place in range(0, len(wave), GRAIN):
                at = (frame.time or 0.0) + place / 48_000
                if wave[place : place + GRAIN].max() > LOUD:
                    if at - last > SILENCE_SECONDS:
                        found.append(at)
                    last = at
    return found


def measure_cpu(bench: Bench, plane: PlaneProcess, media: Path) -> None:
    """Percent of a core for one and for four phones of 2.5 Mbit/s, H.264 passed through, Opus made AAC."""
    for number, key in enumerate(KEYS):
        bench.hook.grant(key, f"00000000-0000-4000-8000-0000000000e{number}", f"playback-{key}")
    assert plane.process is not None
    process = psutil.Process(plane.process.pid)
    for count in STREAMS:
        with contextlib.ExitStack() as stack:
            for key in KEYS[1 : count + 1]:
                stack.enter_context(calling(media, plane, key))
            for key in KEYS[1 : count + 1]:
                until(lambda: plane.state(f"playback-{key}") == "live", 20)  # noqa: B023 - asked at once
            time.sleep(SETTLE_SECONDS)
            before, began = process.cpu_times(), time.monotonic()
            time.sleep(bench.seconds * 0.66)
            after = process.cpu_times()
            used = after.user + after.system - before.user - before.system
            percent = used / (time.monotonic() - began) * 100
        bench.results[f"cpu_percent_each_whip_{count}_streams"] = round(percent / count, 2)
        label = f"cpu plane, WHIP, {count} x 2.5 Mbit/s"
        print(f"{label:34} {percent:5.2f} % of a core, {percent / count:.2f} % each", flush=True)


def limits(found: dict[str, Any]) -> dict[str, bool]:
    """Which of the WHIP limits were kept."""
    return {
        "whip p50": found["whip_glass_to_glass_p50_ms"] <= LATENCY_P50_MS,
        "whip sound and picture": abs(found["whip_picture_after_sound_ms"]) <= SYNC_MS,
        "whip p95": found["whip_glass_to_glass_p95_ms"] <= LATENCY_P95_MS,
        **{
            f"cpu of {count} by whip": found[f"cpu_percent_each_whip_{count}_streams"] <= CPU_PERCENT
            for count in STREAMS
        },
    }
