"""Where we reach into aiortc 1.16: it decodes what it receives, and we want it as it was sent.

Every private name of aiortc and aioice that the plane uses stands here, and `check_names` looks for each of them; a
test calls it, so an upgrade that moves one fails before it reaches a show.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aioice.ice
import aioice.stun
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RTCP_PSFB_APP, AnyRtcpPacket, RtcpPsfbPacket, RtcpSrPacket, RtpPacket, pack_remb_fci

VIDEO_PACKETS = 512
TRUSTED_STEP = 1 << 31
_RECEIVER_NAMES = (
    "decoder_queue",
    "jitter_buffer",
    "remote_bitrate_estimator",
    "nack_generator",
    "rtx_ssrc",
    "remote_streams",
    "rtcp_ssrc",
    "timestamp_mapper",
)

log = logging.getLogger("millstream.media.whip")


@dataclass(frozen=True, slots=True)
class Tap:
    """Whom to tell what a receiver receives; nothing of it may raise."""

    frame: Callable[[str, bytes, int], None]  # codec name, encoded frame, RTP time from 0
    report: Callable[[int, int], None]  # NTP time, RTP time from 0
    lost: Callable[[], None]


class _FrameQueue(queue.Queue[Any]):
    """Stands where aiortc's decoder thread waits for frames: gives them to us, and to the thread only its end."""

    def __init__(self, tell: Callable[[str, bytes, int], None]) -> None:
        super().__init__()
        self._tell = tell

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - as the base has it
        if item is None:
            super().put(None, block, timeout)
            return
        codec, frame = item
        self._tell(codec.name, frame.data, frame.timestamp)


class _WatchedBuffer(JitterBuffer):
    """aiortc's jitter buffer, which also says when it gave up on a picture."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(capacity=VIDEO_PACKETS, is_video=True)
        self._lost = lost

    def add(self, packet: RtpPacket) -> tuple[bool, Any]:
        gave_up, frame = super().add(packet)
        if gave_up:
            self._lost()
        return gave_up, frame


def tap(receiver: RTCRtpReceiver, kind: str, told: Tap) -> None:
    """Take what the receiver receives instead of its decoder; before the connection is made."""
    _set(receiver, "decoder_queue", _FrameQueue(told.frame))
    if kind == "video":
        _set(receiver, "jitter_buffer", _WatchedBuffer(told.lost))
        # Its own estimate never lets Chromium past 0.3 Mbit/s on busy pictures; the session sends a fixed one.
        _set(receiver, "remote_bitrate_estimator", None)
    handle = receiver._handle_rtcp_packet  # noqa: SLF001 - see above

    async def handle_report(packet: AnyRtcpPacket) -> None:
        await handle(packet)
        if isinstance(packet, RtcpSrPacket) and packet.ssrc not in _get(receiver, "rtx_ssrc"):
            ticks = _from_zero(receiver, packet.sender_info.rtp_timestamp)
            if ticks is not None:
                told.report(packet.sender_info.ntp_timestamp, ticks)

    receiver._handle_rtcp_packet = handle_report  # type: ignore[method-assign]  # noqa: SLF001 - see above


def _from_zero(receiver: RTCRtpReceiver, rtp_timestamp: int) -> int | None:
    """An RTP timestamp on the scale that frames are told on: unwrapped, 0 at the first frame; None before it."""
    mapper = _get(receiver, "timestamp_mapper")
    if mapper._origin is None or mapper._last is None:  # noqa: SLF001 - see above
        return None
    step: int = (rtp_timestamp - mapper._last) & 0xFFFFFFFF  # noqa: SLF001 - see above
    last: int = mapper._last - mapper._origin  # noqa: SLF001 - see above
    step = step if step < TRUSTED_STEP else step - (1 << 32)
    return last + step


def media_ssrc(receiver: RTCRtpReceiver) -> int | None:
    """The source that sends the media itself; the one that repeats lost packets (RTX) may be listed first."""
    repeats = _get(receiver, "rtx_ssrc")
    heard = [each.source for each in receiver.getSynchronizationSources() if each.source not in repeats]
    return heard[-1] if heard else None


async def ask_for_key(receiver: RTCRtpReceiver) -> bool:
    """Send a picture loss indication; False while nothing was heard yet."""
    ssrc = media_ssrc(receiver)
    if ssrc is None:
        return False
    await receiver._send_rtcp_pli(ssrc)  # noqa: SLF001 - see above
    return True


async def allow_bitrate(receiver: RTCRtpReceiver, bits_a_second: int) -> None:
    """Tell the sender how much it may send (REMB)."""
    ssrc, own = media_ssrc(receiver), _get(receiver, "rtcp_ssrc")
    if ssrc is None or own is None:
        return
    fci = pack_remb_fci(bits_a_second, [ssrc])
    packet = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=own, media_ssrc=0, fci=fci)
    await receiver._send_rtcp(packet)  # noqa: SLF001 - see above


async def ask_again(receiver: RTCRtpReceiver) -> None:
    """Ask once more for the packets that are missing: aiortc asks once, and that request may be lost too."""
    ssrc, missing = media_ssrc(receiver), _get(receiver, "nack_generator").missing
    if ssrc is not None and missing:
        await receiver._send_rtcp_nack(ssrc, sorted(missing))  # noqa: SLF001 - see above


def packets(receiver: RTCRtpReceiver) -> tuple[int, int]:
    """How many packets of the media should have come so far, and how many came."""
    repeats = _get(receiver, "rtx_ssrc")
    streams = [each for ssrc, each in _get(receiver, "remote_streams").items() if ssrc not in repeats]
    heard = [each for each in streams if each.packets_received]
    return sum(each.packets_expected for each in heard), sum(each.packets_received for each in heard)


async def round_trip_ms(pc: RTCPeerConnection) -> float | None:
    """How long a binding request takes to the phone and back; None when it was lost."""
    ice = pc.getReceivers()[0].transport.transport
    connection = ice._connection  # noqa: SLF001 - see above
    pair = connection._nominated.get(1)  # noqa: SLF001 - see above
    if pair is None or connection.remote_password is None:
        return None
    request = connection.build_request(pair, nominate=False)
    began = time.monotonic()
    try:
        async with asyncio.timeout(2):
            key = connection.remote_password.encode()
            await pair.protocol.request(request, pair.remote_addr, integrity_key=key, retransmissions=0)
    except (aioice.stun.TransactionError, TimeoutError):
        return None
    return (time.monotonic() - began) * 1000


def use_addresses(addresses: tuple[str, ...]) -> None:
    """Let all connections of this process listen on these addresses alone; aioice would take every interface."""

    def listed(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001 - as aioice calls it
        return [each for each in addresses if use_ipv6 or ":" not in each]

    aioice.ice.get_host_addresses = listed


def h264_codecs(codecs: list[RTCRtpCodecParameters]) -> bool:
    """True when one of these is H.264 in the shape that aiortc takes apart."""
    return any(
        codec.mimeType.lower() == "video/h264" and str(codec.parameters.get("packetization-mode", "0")) == "1"
        for codec in codecs
    )


def _get(receiver: RTCRtpReceiver, name: str) -> Any:
    return getattr(receiver, f"_RTCRtpReceiver__{name}")


def _set(receiver: RTCRtpReceiver, name: str, value: object) -> None:
    assert hasattr(receiver, f"_RTCRtpReceiver__{name}")
    setattr(receiver, f"_RTCRtpReceiver__{name}", value)


def check_names(receiver: RTCRtpReceiver) -> list[str]:
    """The private names that are missing; empty while we fit the installed aiortc."""
    missing = [name for name in _RECEIVER_NAMES if not hasattr(receiver, f"_RTCRtpReceiver__{name}")]
    calls = ("_handle_rtcp_packet", "_send_rtcp_pli", "_send_rtcp", "_send_rtcp_nack")
    missing += [name for name in calls if not callable(getattr(receiver, name, None))]
    missing += [name for name in ("_origin", "_last") if not hasattr(_get(receiver, "timestamp_mapper"), name)]
    if not callable(getattr(aioice.ice, "get_host_addresses", None)):
        missing.append("aioice.ice.get_host_addresses")
    connection = aioice.ice.Connection(ice_controlling=False)
    missing += [name for name in ("_nominated", "build_request", "remote_password") if not hasattr(connection, name)]
    return missing


async def stop_transports(pc: RTCPeerConnection) -> None:
    """Stop every transport that there is, where `pc.close` stumbled over one that is not."""
    for transceiver in pc.getTransceivers():
        transport = transceiver.receiver.transport
        if transport is not None:
            await transport.stop()
            await transport.transport.stop()
