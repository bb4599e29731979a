"""What an independent demuxer and decoder make of our output."""

from __future__ import annotations

import io
from pathlib import Path

import av


def decoded(media: bytes) -> tuple[int, int]:
    """How many pictures and sound frames come out."""
    return _count(media, "video"), _count(media, "audio")


def _count(media: bytes, kind: str) -> int:
    with av.open(io.BytesIO(media), "r") as container:
        streams = container.streams.video if kind == "video" else container.streams.audio
        return len(list(container.decode(streams[0]))) if streams else 0


def picture_packets(source: bytes | Path) -> list[tuple[int, float, float]]:
    """Size, decode time and display time in milliseconds of every picture."""
    with av.open(io.BytesIO(source) if isinstance(source, bytes) else str(source), "r") as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        unit_ms = float(stream.time_base * 1000)
        return [
            (packet.size, round(packet.dts * unit_ms, 3), round(packet.pts * unit_ms, 3))
            for packet in container.demux(stream)
            if packet.size and packet.dts is not None and packet.pts is not None
        ]


def picture_size(source: bytes) -> tuple[int, int]:
    """Width and height as the init segment tells them."""
    with av.open(io.BytesIO(source), "r") as container:
        stream = container.streams.video[0]
        return stream.width, stream.height
