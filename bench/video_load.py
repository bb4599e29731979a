"""Measures the media plane under load: many low-latency viewers on one core, and an hour of video at once.

Run: `.cache/venv/bin/python bench/video_load.py [--quick] [--only viewers|hour]`. Viewers speak the real protocol
(blocking playlists, hinted parts) from a process of their own on another core. The hour is sent thirty times
as fast as life (`MEDIA_KEEPS_PACE=0`): only the source's clock is fast, the packager, window, recorder and events work
as ever, and all of it must be recorded; memory is read twice a second. Prints a table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.video import cpu_seconds, heavy_media
from tests.media.plane.rig import Hook, NatsServer, PlaneProcess, publishing, until
from tests.media.plane.wire import Client, Tag, read_flv

VIEWERS = 500
CORE_LIMIT_PERCENT = 100.0
HOUR_SECONDS = 3600
GROWTH_LIMIT_MB_PER_HOUR = 10.0
HASTE = 30  # times as fast as life: what a disk of 10 MB/s takes in, at 2.6 Mbit/s
RECORDED_SHARE = 0.95
SETTLED_AT = 0.25  # of the run: windows and caches are full by then


def growth(memory: list[tuple[float, float]]) -> float:
    """How the floor of the memory rises, in MB an hour of video.

    The source runs ahead of the disk in bursts, so what waits to be written comes and goes; what leaks stays. Hence the
    lowest reading of each eighth counts.
    """
    eighths = [list(each) for each in np.array_split(np.array(memory), 8)]
    floor = [min(((float(at), float(size)) for at, size in eighth), key=lambda seen: seen[1]) for eighth in eighths]
    return float(np.polyfit([at for at, _ in floor], [size for _, size in floor], 1)[0]) * 3600


class Load:
    """Both measurements, each on a plane of its own."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder, self.quick = folder, quick
        self.results: dict[str, Any] = {"quick": quick}
        self.nats, self.hook = NatsServer(folder / "nats"), Hook()
        self.key, self.playback = "load-key", "playback-load"
        self.hook.grant(self.key, str(uuid.uuid4()), self.playback, max_kbit=0, max_hours=0)

    def run(self, only: str) -> None:
        """Measure; print as it comes."""
        self.nats.start()
        self.hook.start()
        try:
            if only in ("", "viewers"):
                self._with_plane("viewers", self._viewers)
            if only in ("", "hour"):
                self._with_plane("hour", self._hour, MEDIA_KEEPS_PACE="0")
        finally:
            self.nats.stop()
            self.hook.stop()

    def _with_plane(self, name: str, work: Any, **settings: str) -> None:
        plane = PlaneProcess(self.folder / name, self.hook.url, self.nats.url, **settings)
        plane.start()
        try:
            work(plane)
        finally:
            plane.stop()

    def _viewers(self, plane: PlaneProcess) -> None:
        assert plane.process is not None
        seconds = 12 if self.quick else 40
        media = heavy_media(self.folder / "heavy.flv")
        cores = sorted(os.sched_getaffinity(0))
        server = psutil.Process(plane.process.pid)
        server.cpu_affinity(cores[:1])
        with publishing(media, plane.rtmp(self.key)):
            until(lambda: plane.playlist(self.playback).count("#EXTINF") >= 3, 30)
            command = [sys.executable, str(Path(__file__).with_name("_watchers.py"))]
            command += [f"127.0.0.1:{plane.http_port}", f"/live/{self.playback}", str(VIEWERS), str(seconds)]
            client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            psutil.Process(client.pid).cpu_affinity(cores[1:] or cores)
            time.sleep(4)
            before, client_before, began = cpu_seconds(server.pid), cpu_seconds(client.pid), time.monotonic()
            time.sleep(seconds - 6)
            passed = time.monotonic() - began
            percent = (cpu_seconds(server.pid) - before) / passed * 100
            client_percent = (cpu_seconds(client.pid) - client_before) / passed * 100
            said, _ = client.communicate(timeout=60)
        seen = json.loads(said.splitlines()[-1])
        self.results["viewers"] = {
            **seen,
            "server_percent": round(percent, 1),
            "client_percent": round(client_percent, 1),
        }
        print(f"{VIEWERS} viewers: server {percent:.0f} % of one core, their own process {client_percent:.0f} %")
        print(
            f"  {seen['requests_per_second']} requests/s, {seen['megabytes_per_second']} MB/s, a part every"
            f" {seen['cycle_p50_ms']} ms (p95 {seen['cycle_p95_ms']}, longest {seen['cycle_max_ms']}),"
            f" {seen['stalls']} stalls, {seen['errors']} errors",
            flush=True,
        )

    def _hour(self, plane: PlaneProcess) -> None:
        assert plane.process is not None
        seconds = 600 if self.quick else HOUR_SECONDS
        media = heavy_media(self.folder / "heavy2.flv")
        server, memory, sent = psutil.Process(plane.process.pid), [], [0.0, 0.0]
        sender = threading.Thread(target=self._send, args=(plane, read_flv(media), seconds, sent), daemon=True)
        began = time.monotonic()
        sender.start()
        while sender.is_alive():
            time.sleep(0.5)
            memory.append((sent[0], server.memory_info().rss / 1e6))
        passed = time.monotonic() - began
        slope = growth([(at, size) for at, size in memory if at > seconds * SETTLED_AT])
        self.results["hour"] = {
            "media_seconds": seconds,
            "took_seconds": round(passed),
            "memory_mb": [round(size, 1) for _, size in memory[:: max(len(memory) // 12, 1)]],
            "growth_mb_per_hour": round(slope, 2),
            "sent_mb": round(sent[1] / 1e6),
            "recorded_mb": round(sum(p.stat().st_size for p in self.folder.glob("hour/recordings/*/rec-*.mp4")) / 1e6),
        }
        found = self.results["hour"]
        print(f"{seconds} s of video in {passed:.0f} s, {found['recorded_mb']} MB recorded")
        print(f"  memory over it: {found['memory_mb']} MB; {slope:+.2f} MB an hour once settled", flush=True)

    def _send(self, plane: PlaneProcess, tags: list[Tag], seconds: int, sent: list[float]) -> None:
        """The same film again and again with a clock that goes on, `HASTE` times as fast as life."""
        sequence = [tag for tag in tags if tag.kind in (8, 9)]
        loop_ms = sequence[-1].at_ms + 33
        began = time.monotonic()
        with Client(plane.rtmp_port) as client:
            client.publish(self.key)
            for turn in range(seconds * 1000 // loop_ms + 1):
                client.tags(sequence if turn == 0 else sequence[2:], shift_ms=turn * loop_ms)
                sent[1] += sum(len(tag.body) for tag in sequence)
                sent[0] = (turn + 1) * loop_ms / 1000
                time.sleep(max(0.0, sent[0] / HASTE - (time.monotonic() - began)))

    def verdict(self) -> bool:
        """Whether the limits are kept."""
        kept = {}
        if "viewers" in self.results:
            seen = self.results["viewers"]
            kept["no stall"] = seen["stalls"] == 0 and seen["errors"] == 0
            kept["one core"] = seen["server_percent"] < CORE_LIMIT_PERCENT
        if "hour" in self.results:
            hour = self.results["hour"]
            kept["flat memory"] = hour["growth_mb_per_hour"] < GROWTH_LIMIT_MB_PER_HOUR
            kept["all recorded"] = hour["recorded_mb"] >= RECORDED_SHARE * hour["sent_mb"]
        for name, held in kept.items():
            print(f"{name:34} {'kept' if held else 'MISSED'}")
        self.results["kept"] = all(kept.values())
        return all(kept.values())


def main() -> int:
    """Run by the command line; status 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter measurements")
    parser.add_argument("--only", choices=("viewers", "hour"), default="", help="one of the two")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="millstream-bench-load-"))
    load = Load(folder, quick=options.quick)
    try:
        load.run(options.only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    kept = load.verdict()
    print(json.dumps(load.results))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
