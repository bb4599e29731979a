"""Makes a preview clip; run as a program of its own: `python -m millstream.live.adapters.preview_maker IN OUT_FOLDER`.

It imports nothing of ours that needs Django. It tells its progress as lines `done N` (thousandths), at last one line
of JSON. A file that cannot be read ends it with 3 and the reason as the last line.
"""

import json
import resource
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL.Image import Image

MOST_SECONDS: Final = 30
LONGEST_SIDE: Final = 1280
LARGEST_SOURCE: Final = 4096 * 4096
MOST_FPS: Final = 30
CPU_SECONDS: Final = 240
MEMORY_BYTES: Final = 3 * 2**30
STILL_AT_SECONDS: Final = 1.0
STILL_WIDTH: Final = 1280
BROKEN: Final = 3
FILM: Final = "clip.mp4"
STILL: Final = "poster.jpg"
QUARTER: Final = 90


class Broken(Exception):
    """The upload cannot be made into a clip; the text is a short reason."""


def bound() -> None:
    """Limit what a crafted file may use up."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fitted(width: int, height: int) -> tuple[int, int]:
    """The size that fits the longest side, both even, never larger than it was."""
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


class Maker:
    """Decodes the first 30 s, turns them upright, and encodes H.264 and AAC into an MP4 that plays while it loads."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.folder = folder
        self.input = av.open(str(source), "r")
        if not self.input.streams.video:
            raise Broken("no_video")
        self.video = self.input.streams.video[0]
        if self.video.width * self.video.height > LARGEST_SOURCE:
            raise Broken("too_large")
        self.audio = self.input.streams.audio[0] if self.input.streams.audio else None
        self.output = av.open(str(folder / FILM), "w", options={"movflags": "+faststart"})
        self.film: Any = None
        self.sound: Any = None
        self.resampler: Any = None
        self.still = False
        self.last = -1
        self.seconds = 0.0
        self.told = -1
        length = float(self.input.duration or 0) / av.time_base
        self.length = min(MOST_SECONDS, length) if length > 0 else MOST_SECONDS

    def make(self) -> dict[str, int]:
        """Do it; returns what the clip is."""
        self._open_sound()
        streams = [stream for stream in (self.video, self.audio) if stream is not None]
        for frame in self.input.decode(streams):
            if not isinstance(frame, VideoFrame | AudioFrame) or frame.time is None:
                continue
            at = frame.time - self._start(frame)
            if at >= MOST_SECONDS:
                if isinstance(frame, VideoFrame):
                    break
                continue
            if isinstance(frame, VideoFrame):
                self._picture(frame, at)
            elif self.sound is not None and at >= 0:
                self._sound(frame)
        if self.film is None:
            raise Broken("no_picture")
        self._finish()
        return {"seconds": max(1, round(self.seconds)), "width": self.film.width, "height": self.film.height}

    def _start(self, frame: Any) -> float:
        start = self.video.start_time
        return float(start * self.video.time_base) if start and self.video.time_base else 0.0

    def _open_sound(self) -> None:
        if self.audio is not None:
            self.sound = self.output.add_stream("aac", rate=48_000, layout="stereo")
            self.sound.bit_rate = 96_000
            self.resampler = av.AudioResampler(format="fltp", layout="stereo", rate=48_000, frame_size=1024)

    def _open_film(self, width: int, height: int) -> None:
        self.film = self.output.add_stream("libx264", rate=MOST_FPS)
        self.film.width, self.film.height = fitted(width, height)
        self.film.pix_fmt = "yuv420p"
        self.film.time_base = self.film.codec_context.time_base = Fraction(1, MOST_FPS)
        self.film.codec_context.gop_size = 2 * MOST_FPS
        self.film.options = {"preset": "veryfast", "crf": "25", "maxrate": "2M", "bufsize": "4M", "profile": "main"}

    def _picture(self, frame: VideoFrame, at: float) -> None:
        number = round(at * MOST_FPS)
        if number <= self.last:
            return
        turns = frame.rotation % 360 // QUARTER
        upright = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
        if self.film is None:
            self._open_film(*upright)
        if self._tell(at) or not self.still:
            self._keep_still(frame, turns, at)
        size = (self.film.height, self.film.width) if turns % 2 else (self.film.width, self.film.height)
        drawn = frame.reformat(width=size[0], height=size[1], format="yuv420p")
        drawn = turned(drawn, turns) if turns else drawn
        drawn.pts, drawn.time_base, self.last = number, Fraction(1, MOST_FPS), number
        self.output.mux(self.film.encode(drawn))
        self.seconds = at

    def _keep_still(self, frame: VideoFrame, turns: int, at: float) -> None:
        """Keep the picture of the first second, the first one at least."""
        if self.still and at > STILL_AT_SECONDS:
            return
        image: Image = frame.to_image()  # type: ignore[no-untyped-call]
        image = image.rotate(turns * QUARTER, expand=True)
        image.thumbnail((STILL_WIDTH, STILL_WIDTH))
        image.save(self.folder / STILL, "JPEG", quality=82, optimize=True)
        self.still = True

    def _sound(self, frame: Any) -> None:
        for piece in self.resampler.resample(frame):
            self.output.mux(self.sound.encode(piece))

    def _tell(self, at: float) -> bool:
        done = min(990, int(at * 1000 / self.length))
        if done // 50 == self.told // 50:
            return False
        self.told = done
        print(f"done {done}", flush=True)
        return True

    def _finish(self) -> None:
        if self.sound is not None:
            for piece in self.resampler.resample(None):
                self.output.mux(self.sound.encode(piece))
            self.output.mux(self.sound.encode(None))
        self.output.mux(self.film.encode(None))
        self.output.close()


def turned(frame: VideoFrame, turns: int) -> VideoFrame:
    """A frame turned upright by quarters, against the clock."""
    import numpy as np  # noqa: PLC0415 - phones' clips alone need it

    picture = np.rot90(frame.to_ndarray(format="rgb24"), turns)
    return VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format="yuv420p")


def main(arguments: list[str]) -> int:
    """Make one clip."""
    bound()
    try:
        made = Maker(Path(arguments[0]), Path(arguments[1])).make()
    except Broken as broken:
        print(broken)
        return BROKEN
    except (av.FFmpegError, MemoryError, ValueError) as broken:
        print(broken, file=sys.stderr)
        print("unreadable")
        return BROKEN
    print(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
