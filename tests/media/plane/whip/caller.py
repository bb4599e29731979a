"""A phone in Python: aiortc as the publisher, with a picture and a tone that a test can change."""

from __future__ import annotations

import asyncio
import re
import time
from fractions import Fraction
from typing import Any, Self

import httpx
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack
from av import VideoFrame

from millstream.media.plane.whip.taps import use_addresses

FPS = 15
FIRST_RTP, LAST_RTP = 128, 192  # the first byte of media, as RFC 7983 tells packets apart
PATIENCE_SECONDS = 40.0


class Picture(MediaStreamTrack):
    """A grey that grows lighter; can rest, and change its size as a turned phone does."""

    kind = "video"

    def __init__(self, size: tuple[int, int] = (160, 120)) -> None:
        super().__init__()
        self.size = size
        self._films = asyncio.Event()
        self._films.set()
        self._began = time.monotonic()
        self._number = 0

    def rest(self, *, rests: bool) -> None:
        """Cover the camera, or uncover it."""
        if rests:
            self._films.clear()
        else:
            self._films.set()

    async def recv(self) -> VideoFrame:
        """The next picture, when it is time and the camera does not rest."""
        await self._films.wait()
        now = time.monotonic() - self._began
        self._number = max(self._number + 1, int(now * FPS))
        await asyncio.sleep(max(self._number / FPS - now, 0))
        width, height = self.size
        planes = np.full((height * 3 // 2, width), 60 + self._number % 100, dtype=np.uint8)
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = self._number * 90_000 // FPS, Fraction(1, 90_000)
        return frame


class Road(asyncio.DatagramProtocol):
    """A village's uplink between a phone and the plane: loses every so-manieth packet that goes up."""

    def __init__(self, every: int) -> None:
        self.every, self.passed, self.lost = every, 0, 0
        self.open = True
        self._plane: tuple[str, int] = ("", 0)
        self._phone: tuple[str, int] | None = None
        self._up: asyncio.DatagramTransport | None = None
        self._down: asyncio.DatagramTransport | None = None

    async def lead(self, answer: str) -> str:
        """The answer with this road's end in place of the plane's."""
        loop = asyncio.get_running_loop()
        found = re.search(r"udp \d+ 127\.0\.0\.1 (\d+) typ host", answer)
        assert found is not None
        self._plane = ("127.0.0.1", int(found[1]))
        self._down, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        road = self

        class Back(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                if road.open and road._down is not None and road._phone is not None:
                    road._down.sendto(data, road._phone)

        self._up, _ = await loop.create_datagram_endpoint(Back, local_addr=("127.0.0.1", 0))
        port = self._down.get_extra_info("sockname")[1]
        return answer.replace(f" 127.0.0.1 {found[1]} typ", f" 127.0.0.1 {port} typ")

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """From the phone."""
        self._phone = addr
        media = FIRST_RTP <= data[0] < LAST_RTP
        self.passed += 1
        if not self.open or (media and self.passed % self.every == 0):
            self.lost += 1
        elif self._up is not None:
            self._up.sendto(data, self._plane)

    def close(self) -> None:
        """Free the ports."""
        for transport in (self._up, self._down):
            if transport is not None:
                transport.close()


class Phone:
    """One publisher: `async with Phone(...) as phone`, then `call`; it leaves without a word unless it ends."""

    def __init__(self, plane: str, key: str, *, video: str | None = "H264", audio: bool = True) -> None:
        use_addresses(("127.0.0.1",))
        self.plane, self.key = plane, key
        self.place = ""
        self.picture = Picture() if video else None
        self.http = httpx.AsyncClient(timeout=PATIENCE_SECONDS)
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        if audio:
            self.pc.addTransceiver(AudioStreamTrack(), direction="sendonly")
        if self.picture is not None:
            transceiver = self.pc.addTransceiver(self.picture, direction="sendonly")
            can = RTCRtpSender.getCapabilities("video")
            transceiver.setCodecPreferences(
                [codec for codec in can.codecs if codec.mimeType in (f"video/{video}", "video/rtx")]
            )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pc.close()
        await self.http.aclose()

    async def call(self, *, connect: bool = True, by: Road | None = None) -> httpx.Response:
        """POST the offer; go on when it is answered, by a road if given, unless the phone is to hang up there."""
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await post_offer(self.http, self.plane, self.key, self.pc.localDescription.sdp)
        if answer.status_code == 201:
            self.place = self.plane + answer.headers["location"]
            if connect:
                text = await by.lead(answer.text) if by is not None else answer.text
                await self.pc.setRemoteDescription(RTCSessionDescription(text, "answer"))
        return answer

    async def health(self) -> dict[str, Any]:
        """What the plane says of this session; fails with its words when it is over."""
        answer = await self.http.get(f"{self.place}/health")
        assert answer.is_success, f"{answer.status_code}: {answer.text}"
        facts: dict[str, Any] = answer.json()
        return facts

    async def photo(self, jpeg: bytes) -> int:
        """Send a photo; the answer's status."""
        answer = await self.http.put(f"{self.place}/photo", content=jpeg, headers={"content-type": "image/jpeg"})
        return answer.status_code

    async def state(self, playback: str) -> dict[str, Any]:
        """What viewers are told."""
        answer = await self.http.get(f"{self.plane}/live/{playback}/state.json")
        facts: dict[str, Any] = answer.json() if answer.is_success else {}
        return facts


async def post_offer(http: httpx.AsyncClient, plane: str, key: str, sdp: str | bytes) -> httpx.Response:
    """The request of WHIP."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/sdp"}
    return await http.post(f"{plane}/whip?slug=spring-kiln", content=sdp, headers=headers)


async def wait_for(look: Any, what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Await the answer again and again until it is true."""
    deadline = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}; {found}"
        await asyncio.sleep(0.1)
