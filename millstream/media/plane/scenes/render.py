"""Renders one scene to a reel: `python -m millstream.media.plane.scenes.render SEED FILE`, run niced as a child."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

from millstream.media.plane.aac import read_asc
from millstream.media.plane.h264 import AUD, FILLER, IDR, PPS, SEI, SPS, make_avcc, read_avcc, split_annexb
from millstream.media.plane.scenes.drawing import HEIGHT, WIDTH, Workshop
from millstream.media.plane.scenes.reel import AUDIO_FRAMES, FRAME_MS, FRAMES, RATE_HZ, Reel, save_reel
from millstream.media.plane.scenes.sound import workshop_sound

KEY_EVERY_FRAMES = 40
AUDIO_WARM_UP_FRAMES = 8


def render(seed: int) -> Reel:
    """Draw and encode the whole loop; a few seconds of one core."""
    avcc, pictures, keys = _pictures(Workshop(seed))
    asc, sounds = _sounds(seed)
    return Reel(read_avcc(avcc), read_asc(asc), tuple(pictures), tuple(keys), tuple(sounds))


def _pictures(workshop: Workshop) -> tuple[bytes, list[bytes], list[bool]]:
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height = WIDTH, HEIGHT
    codec.pix_fmt = "yuv420p"
    codec.time_base = Fraction(FRAME_MS, 1000)
    codec.framerate = Fraction(1000, FRAME_MS)
    codec.thread_count = 1
    codec.options = {
        "preset": "veryfast",
        "profile": "main",
        "crf": "23",
        "bf": "0",
        "g": str(KEY_EVERY_FRAMES),
        "keyint_min": str(KEY_EVERY_FRAMES),
        "sc_threshold": "0",
        "maxrate": "1400k",
        "bufsize": "1400k",
    }
    sets: dict[int, bytes] = {}
    pictures: list[bytes] = []
    keys: list[bool] = []

    def take(packets: Iterable[av.Packet[Any]]) -> None:
        for packet in packets:
            body = b""
            for nal in split_annexb(bytes(packet)):
                kind = nal[0] & 0x1F
                if kind in (SPS, PPS):
                    sets[kind] = nal
                elif kind not in (SEI, AUD, FILLER):
                    body += len(nal).to_bytes(4) + nal
            pictures.append(body)
            keys.append(body[4] & 0x1F == IDR)

    for number in range(FRAMES):
        frame = av.VideoFrame.from_ndarray(np.asarray(workshop.picture(number / FRAMES)), format="rgb24")
        frame.pts = number
        take(codec.encode(frame))
    take(codec.encode(None))
    return make_avcc(sets[SPS], sets[PPS]), pictures, keys


def _sounds(seed: int) -> tuple[bytes, list[bytes]]:
    codec = av.CodecContext.create("aac", "w")
    assert isinstance(codec, AudioCodecContext)
    codec.sample_rate = RATE_HZ
    codec.layout = "stereo"
    codec.format = "fltp"
    codec.bit_rate = 64_000
    loop = workshop_sound(seed, AUDIO_FRAMES * 1024, RATE_HZ)
    # The encoder needs a run-up: begin a little before the loop's start and keep the last 600 frames.
    whole = np.concatenate([loop[:, -AUDIO_WARM_UP_FRAMES * 1024 :], loop], axis=1)
    packets: list[bytes] = []
    for place in range(whole.shape[1] // 1024):
        piece = np.ascontiguousarray(whole[:, place * 1024 : (place + 1) * 1024], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.pts = place * 1024
        packets += [bytes(packet) for packet in codec.encode(frame)]
    packets += [bytes(packet) for packet in codec.encode(None)]
    asc = bytes(codec.extradata or b"")
    return asc, packets[-AUDIO_FRAMES:]


def main() -> None:
    """Render by the command line's seed and file."""
    os.nice(10)
    save_reel(render(int(sys.argv[1])), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
