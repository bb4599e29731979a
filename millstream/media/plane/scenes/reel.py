"""A rendered scene on disk and in memory: a seamless loop of packets with their track descriptions."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

from millstream.media.plane.aac import read_asc
from millstream.media.plane.h264 import read_avcc
from millstream.media.plane.recorder import replace_file
from millstream.media.plane.samples import AudioConfig, VideoConfig

MAGIC = b"MSREEL01"
LOOP_MS = 12_800
FRAME_MS = 40
FRAMES = LOOP_MS // FRAME_MS
RATE_HZ = 48_000
AUDIO_FRAMES = LOOP_MS * RATE_HZ // 1000 // 1024


@dataclass(frozen=True, slots=True)
class Reel:
    """320 pictures and 600 AAC frames: both whole numbers in 12.8 s, so the loop has no seam."""

    video: VideoConfig
    audio: AudioConfig
    pictures: tuple[bytes, ...]
    keys: tuple[bool, ...]
    sounds: tuple[bytes, ...]

    def __post_init__(self) -> None:
        assert len(self.pictures) == len(self.keys) == FRAMES
        assert self.keys[0]
        assert len(self.sounds) == AUDIO_FRAMES


def save_reel(reel: Reel, path: Path) -> None:
    """Write a reel: a small head, then all packets."""
    head = {
        "avcc": reel.video.avcc.hex(),
        "asc": reel.audio.asc.hex(),
        "keys": [place for place, key in enumerate(reel.keys) if key],
        "pictures": [len(body) for body in reel.pictures],
        "sounds": [len(body) for body in reel.sounds],
    }
    raw = json.dumps(head).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, b"".join((MAGIC, struct.pack(">I", len(raw)), raw, *reel.pictures, *reel.sounds)))


def load_reel(path: Path) -> Reel:
    """Read a reel back; raises ValueError when the file is not a whole one."""
    data = path.read_bytes()
    if data[:8] != MAGIC:
        raise ValueError("not a reel")
    start = 12 + int.from_bytes(data[8:12])
    head = json.loads(data[12:start])
    bodies: list[bytes] = []
    for size in [*head["pictures"], *head["sounds"]]:
        bodies.append(data[start : start + size])
        start += size
    if start != len(data) or len(bodies) != FRAMES + AUDIO_FRAMES:
        raise ValueError("the reel is cut off")
    keys = set(head["keys"])
    return Reel(
        read_avcc(bytes.fromhex(head["avcc"])),
        read_asc(bytes.fromhex(head["asc"])),
        tuple(bodies[:FRAMES]),
        tuple(place in keys for place in range(FRAMES)),
        tuple(bodies[FRAMES:]),
    )
