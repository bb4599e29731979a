"""Where we reach into aiortc: these fail loudly when an upgrade moves what we hold on to."""

import asyncio
import importlib.metadata

from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket

from millstream.media.plane.whip import taps


def nobody(*_told: object) -> None:
    """Does not listen."""


def test_the_private_names_we_use_are_there() -> None:
    """Pinned to 1.16: read `taps.py` again before lifting the pin in requirements/base.in."""

    async def look() -> list[str]:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        missing = taps.check_names(pc.addTransceiver("video", direction="recvonly").receiver)
        await pc.close()
        return missing

    assert asyncio.run(look()) == []
    assert importlib.metadata.version("aiortc").startswith("1.16.")


def test_frames_go_to_us_and_only_the_end_to_the_decoder() -> None:
    """The decoder thread would cost three times what the rest does."""
    told: list[tuple[str, bytes, int]] = []

    async def run() -> None:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        receiver = pc.addTransceiver("video", direction="recvonly").receiver
        tap = taps.Tap(lambda *frame: told.append(frame), nobody, nobody)
        taps.tap(receiver, "video", tap)
        queue = taps._get(receiver, "decoder_queue")

        class Codec:
            name = "H264"

        class Frame:
            data, timestamp = b"picture", 3000

        queue.put((Codec, Frame))
        assert queue.empty()
        queue.put(None)
        assert queue.get_nowait() is None
        await pc.close()

    asyncio.run(run())
    assert told == [("H264", b"picture", 3000)]


def test_sender_reports_are_told_on_the_scale_of_the_frames() -> None:
    """RTP time starts anywhere and wraps; frames are told from 0."""
    told: list[tuple[int, int]] = []

    async def run() -> None:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        receiver = pc.addTransceiver("audio", direction="recvonly").receiver
        taps.tap(receiver, "audio", taps.Tap(nobody, lambda *report: told.append(report), nobody))
        report = RtcpSrPacket(ssrc=1, sender_info=RtcpSenderInfo(77, 500, 0, 0), reports=[])
        await receiver._handle_rtcp_packet(report)
        mapper = taps._get(receiver, "timestamp_mapper")
        mapper.map(0xFFFFFF00)
        mapper.map(0x00000100)
        await receiver._handle_rtcp_packet(report)
        await pc.close()

    asyncio.run(run())
    assert told == [(77, 500 + 0x100)]
