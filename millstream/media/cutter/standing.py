"""The standing variant of a lying picture: its middle, on a soft enlargement of itself, 9 by 16."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
from av.video.frame import VideoFrame

WIDTH, HEIGHT = 540, 960
MIDDLE_WIDTH_PER_HEIGHT = Fraction(4, 5)
BLUR_WIDTH, BLUR_HEIGHT = 68, 120
FRAMES_PER_SECOND_MOST = 30
PROGRESS_EVERY_FRAMES = 30
LONGEST_MS = 90_000

type Tell = Callable[[int], None]


class TooLong(Exception):
    """A clip of this length is not encoded again."""


def is_standing(width: int, height: int) -> bool:
    """Whether a picture is higher than wide already."""
    return height > width


def stand_up(cut: Path, out: Path, *, tell: Tell) -> tuple[int, int]:
    """Encode a lying clip anew as a standing one, its sound copied; returns width and height."""
    with av.open(str(cut), "r") as source:
        if source.duration is not None and source.duration / 1000 > LONGEST_MS:
            raise TooLong
        frames = max(1, source.streams.video[0].frames)
        with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as target:
            _encode(source, target, lambda done: tell(min(999, done * 1000 // frames)))
    return WIDTH, HEIGHT


def _encode(source: Any, target: Any, tell: Tell) -> None:
    sent = source.streams.video[0]
    sent.thread_count = 1
    picture = target.add_stream("libx264", rate=sent.average_rate or FRAMES_PER_SECOND_MOST)
    picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    picture.codec_context.thread_count = 1
    picture.codec_context.time_base = sent.time_base
    picture.codec_context.options = {"preset": "veryfast", "crf": "24", "profile": "main"}
    sounds = {sound.index: target.add_stream_from_template(sound) for sound in source.streams.audio[:1]}
    graph, done = _graph(sent), 0
    for packet in source.demux():
        if packet.stream_index in sounds:
            if packet.dts is not None:
                packet.stream = sounds[packet.stream_index]
                target.mux(packet)
            continue
        if packet.stream_index != sent.index:
            continue
        for frame in packet.decode():
            target.mux(picture.encode(_through(graph, frame)))
            done += 1
            if done % PROGRESS_EVERY_FRAMES == 0:
                tell(done)
    target.mux(picture.encode(None))


def _graph(sent: Any) -> av.filter.Graph:
    """Split the picture: a small blurred one fills the frame, the middle of the sharp one lies upon it."""
    graph = av.filter.Graph()
    given = graph.add_buffer(template=sent)
    split = graph.add("split", "2")
    given.link_to(split)
    high = sent.height
    middle = min(sent.width, int(high * MIDDLE_WIDTH_PER_HEIGHT)) // 2 * 2
    narrow = min(sent.width, high * WIDTH // HEIGHT) // 2 * 2
    back = (("crop", f"{narrow}:{high}"), ("scale", f"{BLUR_WIDTH}:{BLUR_HEIGHT}"), ("gblur", "sigma=6"))
    behind = _chain(graph, split, 0, (*back, ("scale", f"{WIDTH}:{HEIGHT}")))
    sharp_high = WIDTH * high // middle // 2 * 2
    before = _chain(graph, split, 1, (("crop", f"{middle}:{high}"), ("scale", f"{WIDTH}:{min(sharp_high, HEIGHT)}")))
    over = graph.add("overlay", "x=0:y=(H-h)/2")
    behind.link_to(over, 0, 0)
    before.link_to(over, 0, 1)
    shaped = graph.add("format", "yuv420p")
    over.link_to(shaped)
    shaped.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _chain(graph: av.filter.Graph, split: Any, output: int, steps: tuple[tuple[str, str], ...]) -> Any:
    last, from_output = split, output
    for name, arguments in steps:
        step = graph.add(name, arguments)
        last.link_to(step, from_output, 0)
        last, from_output = step, 0
    return last


def _through(graph: av.filter.Graph, frame: VideoFrame) -> VideoFrame:
    graph.push(frame)
    drawn = graph.pull()
    assert isinstance(drawn, VideoFrame)
    drawn.pts, drawn.time_base = frame.pts, frame.time_base
    drawn.pict_type = 0  # the encoder decides, not the decoder
    return drawn
