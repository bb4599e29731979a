# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""FLV tag bodies, as RTMP carries them, into track descriptions and raw samples."""

from __future__ import annotations

from millstream.media.plane import amf0
from millstream.media.plane.aac import AacError, read_asc
from millstream.media.plane.h264 import H264Error, read_avcc, well_formed
from millstream.media.plane.refusing import Reason
from millstream.media.plane.samples import AudioConfig, PublisherSays, RawSample, Track, VideoConfig

MAX_BROKEN_IN_A_ROW = 50
_AVC, _AAC = 7, 10
_SET_H264 = "set H.264 in your encoder, for instance x264 in OBS"
_SET_AAC = "set AAC sound in your encoder"
_VIDEO_NAMES = {2: "Sorenson H.263", 3: "Screen video", 4: "VP6", 5: "VP6", 6: "Screen video", 12: "HEVC", 13: "AV1"}
_AUDIO_NAMES = {0: "PCM", 1: "ADPCM", 2: "MP3", 3: "PCM", 4: "Nellymoser", 5: "Nellymoser", 6: "Nellymoser"}
_AUDIO_NAMES |= {7: "G.711", 8: "G.711", 11: "Speex", 14: "MP3"}

type Reading = VideoConfig | AudioConfig | RawSample | None


class CodecRefused(ValueError):
    """The publisher sends what we do not carry; the text tells the person at the encoder what to set."""

    reason = Reason.CODEC


class FlvReader:
    """Reads the tags of one publisher; a run of broken pictures refuses it, a single one is dropped."""

    def __init__(self) -> None:
        self.broken = 0
        self._in_a_row = 0

    def video(self, body: bytes, clock_ms: int) -> Reading:
        """One video tag; refuses everything but H.264."""
        if len(body) < 2:
            return None
        if body[0] & 0x80:
            return self._enhanced_video(body, clock_ms)
        codec = body[0] & 0x0F
        if codec != _AVC:
            name = _VIDEO_NAMES.get(codec, f"video codec {codec}")
            raise CodecRefused(f"{name} is not supported: {_SET_H264}")
        if len(body) < 5:
            return None
        key = (body[0] >> 4) & 7 == 1
        return self._avc(body[1], body[5:], clock_ms, key=key, cts_ms=_signed24(body[2:5]))

    def _enhanced_video(self, body: bytes, clock_ms: int) -> Reading:
        fourcc = body[1:5]
        if fourcc != b"avc1":
            name = {b"hvc1": "HEVC", b"av01": "AV1", b"vp09": "VP9", b"vp08": "VP8"}.get(fourcc, "this video codec")
            raise CodecRefused(f"{name} is not supported: {_SET_H264}")
        kind, key = body[0] & 0x0F, (body[0] >> 4) & 7 == 1
        if kind == 3:
            return self._avc(1, body[5:], clock_ms, key=key)
        if kind == 1:
            return self._avc(1, body[8:], clock_ms, key=key, cts_ms=_signed24(body[5:8]))
        return self._avc(0, body[5:], clock_ms) if kind == 0 else None

    def _avc(self, kind: int, data: bytes, clock_ms: int, *, key: bool = False, cts_ms: int = 0) -> Reading:
        if kind == 0:
            try:
                return read_avcc(data)
            except H264Error as error:
                raise CodecRefused(f"{error}: {_SET_H264}") from error
        if kind != 1 or not data:
            return None
        if not well_formed(data):
            self._count_broken()
            return None
        self._in_a_row = 0
        return RawSample(Track.VIDEO, clock_ms, cts_ms, key, data)

    def audio(self, body: bytes, clock_ms: int) -> Reading:
        """One audio tag; refuses everything but AAC."""
        if len(body) < 2:
            return None
        codec = body[0] >> 4
        if codec == 9 and body[1:5] == b"mp4a":
            kind, data = body[0] & 0x0F, body[5:]
        elif codec == _AAC:
            kind, data = body[1], body[2:]
        else:
            name = {b"Opus": "Opus", b"ac-3": "AC-3", b"fLaC": "FLAC", b".mp3": "MP3"}.get(body[1:5])
            name = (name if codec == 9 else _AUDIO_NAMES.get(codec)) or "this sound codec"
            raise CodecRefused(f"{name} is not supported: {_SET_AAC}")
        if kind == 0:
            try:
                return read_asc(data)
            except AacError as error:
                raise CodecRefused(f"{error}: {_SET_AAC}") from error
        if kind != 1 or not data:
            return None
        return RawSample(Track.AUDIO, clock_ms, 0, True, data)

    def _count_broken(self) -> None:
        self.broken += 1
        self._in_a_row += 1
        if self._in_a_row > MAX_BROKEN_IN_A_ROW:
            raise CodecRefused("the pictures are broken on arrival: restart your encoder")


def read_metadata(body: bytes) -> PublisherSays | None:
    """What onMetaData promises, or None when the message is something else or unreadable."""
    try:
        values = amf0.read_values(body)
    except amf0.AmfError:
        return None
    while values and values[0] in ("@setDataFrame", "onMetaData"):
        values.pop(0)
    facts = values[0] if values else None
    if not isinstance(facts, dict):
        return None
    video = _promised(facts, "videocodecid", "width")
    audio = _promised(facts, "audiocodecid", "audiosamplerate")
    if not video and not audio:
        return None
    return PublisherSays(video, audio)


def _promised(facts: dict[str, amf0.Amf], *names: str) -> bool:
    return any(facts.get(name) not in (None, 0, False, "") for name in names)


def _signed24(raw: bytes) -> int:
    value = int.from_bytes(raw)
    return value - (1 << 24) if value & 0x800000 else value
