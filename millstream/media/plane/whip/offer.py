"""SDP: what a browser offers, judged before the answerer sees it, and the answer as the browser should read it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

MAX_OFFER_BYTES = 64 << 10
MAX_LINES = 2_000
MAX_LINE_LETTERS = 2_000
START_PART = 0.6
_RTPMAP = re.compile(r"^a=rtpmap:(\d{1,3}) ([\w.-]+)/(\d+)", re.MULTILINE)
_FMTP = re.compile(r"^a=fmtp:(\d{1,3}) (.*)$", re.MULTILINE)
_NAMES = {"AV1": "AV1", "H265": "HEVC", "VP9": "VP9"}


class OfferRefused(ValueError):
    """The offer cannot be taken; `status` is the answer's and the text is for the person with the phone."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class Picture(StrEnum):
    """How a session's picture comes."""

    NONE = "none"
    H264 = "H264"
    VP8 = "VP8"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that can be answered: its kinds in order, and the codec the picture will come in."""

    sdp: str
    kinds: tuple[str, ...]
    picture: Picture


def read_offer(body: bytes) -> Offer:
    """What is offered; raises OfferRefused.

    Candidates are taken out: we answer whoever knows the password from wherever they come, and never send to an
    address that a stranger wrote into an offer.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise OfferRefused("this is not SDP") from None
    lines = text.replace("\r\n", "\n").split("\n")
    if not text.startswith("v=0") or len(lines) > MAX_LINES or max(map(len, lines)) > MAX_LINE_LETTERS:
        raise OfferRefused("this is not SDP")
    kept = [line for line in lines if line and not line.startswith(("a=candidate:", "a=end-of-candidates"))]
    starts = [place for place, line in enumerate(kept) if line.startswith("m=")]
    sections = ["\n".join(kept[start:end]) for start, end in zip(starts, [*starts[1:], len(kept)], strict=False)]
    kinds = tuple(section[2:].partition(" ")[0] for section in sections)
    if not kinds or set(kinds) - {"audio", "video"} or len(set(kinds)) != len(kinds):
        raise OfferRefused("offer one sound track, one picture track, or both, and nothing else")
    if "a=fingerprint:" not in text or "a=ice-ufrag:" not in text:
        raise OfferRefused("the offer is not encrypted or has no ICE credentials")
    if any("a=recvonly" in section or "a=inactive" in section for section in sections):
        raise OfferRefused("a publisher sends: offer sendonly tracks")
    picture = _picture_of(sections[kinds.index("video")]) if "video" in kinds else Picture.NONE
    if "audio" in kinds and "opus/48000" not in sections[kinds.index("audio")].lower():
        raise OfferRefused("the sound must be offered as Opus", 422)
    return Offer("\r\n".join(kept) + "\r\n", kinds, picture)


def _picture_of(section: str) -> Picture:
    shapes = dict(_FMTP.findall(section))
    names = [(name.upper(), shapes.get(number, "")) for number, name, _ in _RTPMAP.findall(section)]
    if any(name == "H264" and "packetization-mode=1" in shape for name, shape in names):
        return Picture.H264
    if any(name == "VP8" for name, _ in names):
        return Picture.VP8
    other = next((_NAMES[name] for name, _ in names if name in _NAMES), "this video codec")
    raise OfferRefused(f"{other} alone is not supported: offer H.264 (or VP8)", 422)


def dress_answer(answer: str, *, kbit: int, announced: dict[str, str]) -> str:
    """The answer with a bitrate to start from, and with the addresses that the world knows us by."""
    lines = answer.splitlines()
    hint = f"x-google-start-bitrate={round(kbit * START_PART)};x-google-max-bitrate={kbit}"
    pictures = {number: name for number, name, _ in _RTPMAP.findall(answer) if name in (Picture.H264, Picture.VP8)}
    dressed: list[str] = []
    for line in lines:
        shape = _FMTP.match(line)
        number = shape[1] if shape else ""
        dressed.append(_announce(f"{line};{hint}" if number in pictures else line, announced))
        mapped = _RTPMAP.match(line)
        if mapped is not None and pictures.get(mapped[1]) == Picture.VP8:
            dressed.append(f"a=fmtp:{mapped[1]} {hint}")
    return "\r\n".join(dressed) + "\r\n"


def _announce(line: str, announced: dict[str, str]) -> str:
    if not announced or not line.startswith(("a=candidate:", "c=")):
        return line
    return " ".join(announced.get(word, word) for word in line.split(" "))


def read_addresses(text: str) -> dict[str, str]:
    """ICE addresses by the one we listen on: `10.0.0.5` or `203.0.113.7/10.0.0.5` (told to phones / listened on).

    Raises ValueError for what is no address.
    """
    found: dict[str, str] = {}
    for entry in text.replace(",", " ").split():
        told, slash, own = entry.partition("/")
        found[str(ipaddress.ip_address(own if slash else told))] = str(ipaddress.ip_address(told))
    return found
