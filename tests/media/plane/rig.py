"""The plane as a real process with its neighbours: a NATS server, a web process that only answers the hooks, ffmpeg."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import imageio_ffmpeg

REPO = Path(__file__).parents[3]
FFMPEG: str = imageio_ffmpeg.get_ffmpeg_exe()
SECRET = "hook-secret-of-the-rig"
ORIGIN = "http://127.0.0.1:8000"
PATIENCE_SECONDS = 40.0  # what comes at all comes much sooner; a machine that does other things may take its time
_HTTP = httpx.Client(timeout=PATIENCE_SECONDS)


def get(url: str, **more: Any) -> httpx.Response:
    """Ask by HTTP, patiently."""
    return _HTTP.get(url, **more)


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until[T](look: Callable[[], T], seconds: float = PATIENCE_SECONDS, what: str = "") -> T:
    """Look again and again until the answer is true; fails after the given time."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or look}")
        time.sleep(0.05)


def stop_process(process: subprocess.Popen[Any], *, kill: bool = False) -> None:
    """End a process that this program started, and wait for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait(10)


class NatsServer:
    """A NATS server with JetStream, which can go away and come back."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it accepts connections."""
        beside = Path(sys.executable).parent / "nats-server"
        program = str(beside) if beside.exists() else shutil.which("nats-server")
        assert program is not None
        command = [program, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self._folder)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        until(lambda: connects(self.port), what="NATS")

    def stop(self) -> None:
        """Stop it; its streams stay on disk."""
        if self._process is not None:
            stop_process(self._process)


def connects(port: int) -> bool:
    """True when somebody listens on the port of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


@dataclass
class Hook:
    """The web process as the plane sees it: grants keys, refuses others, lists scenes, or is away."""

    grants: dict[str, dict[str, Any]] = field(default_factory=dict)
    scenes: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    away: bool = False
    holds: threading.Event | None = None  # asked while this is not set, it does not answer

    def start(self) -> None:
        """Serve on a free port in a thread."""
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                fields = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
                hook.asked.append(fields)
                if hook.holds is not None:
                    hook.holds.wait(2 * PATIENCE_SECONDS)
                grant = hook.grants.get(fields.get("name", ""))
                if hook.away:
                    self._answer(502, b"away", "text/html")
                elif f"secret={SECRET}" not in self.path:
                    self._answer(403, b"wrong secret", "text/plain")
                elif grant is None:
                    self._answer(403, b"stream key refused: look it up on your show's page", "text/plain")
                else:
                    self._answer(200, json.dumps(grant).encode(), "application/json")

            def do_GET(self) -> None:
                if hook.away or urlsplit(self.path).path != "/hooks/media/scenes":
                    self._answer(502, b"away", "text/html")
                else:
                    lists = {"scenes": hook.scenes, "closed": hook.closed}
                    self._answer(200, json.dumps(lists).encode(), "application/json")

            def _answer(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def grant(self, key: str, stream: str, playback: str, **more: Any) -> None:
        """Let a key publish into a stream."""
        self.grants[key] = {"stream": stream, "playback": playback, "max_kbit": 20_000, "max_hours": 12, **more}


class PlaneProcess:
    """`python -m millstream.media.plane` with its own folders and ports."""

    def __init__(self, folder: Path, hook_url: str, nats_url: str, **settings: str) -> None:
        self.folder = folder
        self.http_port, self.rtmp_port = free_port(), free_port()
        self.http = f"http://127.0.0.1:{self.http_port}"
        self.log = folder / "plane.log"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MEDIA_", "NATS_"))},
            "MEDIA_HTTP_PORT": str(self.http_port),
            "MEDIA_RTMP_PORT": str(self.rtmp_port),
            "MEDIA_WEB_URL": hook_url,
            "MEDIA_HOOK_SECRET": SECRET,
            "NATS_URL": nats_url,
            "MEDIA_RECORDINGS_DIR": str(folder / "recordings"),
            "MEDIA_ALLOWED_ORIGINS": ORIGIN,
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "millstream.media.plane"]
            self.process = subprocess.Popen(command, cwd=REPO, env=self.environ, stderr=log, stdout=log)
        until(self._answers, 2 * PATIENCE_SECONDS, "the plane's /healthz")

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(httpx.HTTPError):
            return get(f"{self.http}/healthz").is_success
        return False

    def stop(self) -> None:
        """SIGTERM, as the supervisor does."""
        if self.process is not None:
            stop_process(self.process)

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        stop_process(self.process, kill=True)

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self.process is not None and self.process.poll() is None

    def rtmp(self, key: str) -> str:
        """Where a publisher with this key sends."""
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{key}"

    def state(self, playback: str) -> str:
        """The state viewers are told, empty when there is none."""
        answer = get(f"{self.http}/live/{playback}/state.json")
        return str(answer.json()["state"]) if answer.is_success else ""

    def playlist(self, playback: str, query: str = "") -> str:
        """The live playlist's text, empty while there is none."""
        answer = get(f"{self.http}/live/{playback}/index.m3u8{query}")
        return answer.text if answer.is_success else ""

    def healthz(self) -> dict[str, Any]:
        """What /healthz says."""
        facts: dict[str, Any] = get(f"{self.http}/healthz").json()
        return facts


@contextlib.contextmanager
def publishing(source: Path, url: str, *options: str, real_time: bool = True) -> Iterator[subprocess.Popen[str]]:
    """Run an ffmpeg that copies a file to an RTMP address, again and again, until the block ends."""
    command = [FFMPEG, "-hide_banner", "-nostdin", "-loglevel", "info"]
    command += ["-re"] if real_time else []
    command += ["-stream_loop", "-1", "-i", str(source), "-c", "copy", *options, "-f", "flv", url]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        stop_process(process)
        assert process.stderr is not None
        process.stderr.close()


def make_media(path: Path, *, seconds: float, gop_seconds: float, fps: int = 30, more: dict[str, str]) -> Path:
    """A small test picture with a tone; further options by name: size, video ("none"), audio ("none"), bf, codec."""
    size = more.get("size", "320x180")
    command = [FFMPEG, "-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    outputs: list[str] = []
    if more.get("video") != "none":
        gop = str(round(gop_seconds * fps))
        command += ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={fps}:duration={seconds}"]
        outputs += ["-c:v", more.get("codec", "libx264"), "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        outputs += ["-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-bf", more.get("bf", "0"), "-threads", "1"]
    if more.get("audio") != "none":
        command += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}"]
        outputs += ["-c:a", "aac", "-b:a", "64k", "-ac", "2"]
    subprocess.run([*command, *outputs, *more.get("extra", "").split(), str(path)], check=True, timeout=120)
    return path
