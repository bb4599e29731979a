"""One phone that publishes by WHIP: answered, listened to, looked after, and closed in every case."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.rtcconfiguration import RTCBundlePolicy

from millstream.media.plane.admission import Admitted, Asking
from millstream.media.plane.feed import Feed, FeedRefused
from millstream.media.plane.samples import TICKS_PER_MS, Track
from millstream.media.plane.stream import LiveStream
from millstream.media.plane.timeline import ClockRefused
from millstream.media.plane.whip import taps
from millstream.media.plane.whip.offer import Offer, OfferRefused, Picture, dress_answer
from millstream.media.plane.whip.photo import STILLS_A_KEY, STILLS_A_SECOND, PhotoShow
from millstream.media.plane.whip.program import Program
from millstream.media.plane.whip.transcode import Transcoder
from millstream.media.plane.whip.uplink import Uplink

CONNECT_SECONDS = 10.0
SILENT_SECONDS = 15.0
ANSWER_SECONDS = 5.0
CLOSE_SECONDS = 3.0
LOOK_SECONDS = 0.1
RATE_EVERY = 10  # looks
ROUND_TRIP_EVERY = 50
PHOTO_EVERY_SECONDS = 1.0
STILL_DRIFT_MS = 500  # parts are cut evenly although the process wakes unevenly
GOP_LIMIT_SECONDS = 4.0  # we ask for the key frames ourselves; a slow uplink delays them
MAX_PACKETS_A_SECOND = 2_500
KIND_OF_CODEC = {Picture.H264: "video/h264", Picture.VP8: "video/vp8"}

log = logging.getLogger("millstream.media.whip")


def even(before_ms: float, now_ms: int) -> float:
    """Where the next still stands: a third of a second after the one before, unless that is far from now."""
    following = before_ms + 1000 / STILLS_A_SECOND
    return following if abs(following - now_ms) < STILL_DRIFT_MS else float(now_ms)


class PhotosTooOften(ValueError):
    """Photos come faster than one a second."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a session is given by its server."""

    kbit: int
    announced: dict[str, str]
    executor: Executor
    on_gone: Callable[[WhipSession, str], None]


class WhipSession:
    """One publisher. It exists from the admitted POST until `close`, which the server awaits."""

    def __init__(
        self, token: str, asking: Asking, granted: Admitted, stream: LiveStream, offer: Offer, wiring: Wiring
    ) -> None:
        self.token, self.asking, self.granted, self.stream, self._offer = token, asking, granted, stream, offer
        self._wiring = wiring
        self._loop = asyncio.get_running_loop()
        self._began = time.monotonic()
        self.feed: Feed = stream.attach(
            source="whip", peer=asking.address, max_kbit=granted.max_kbit, on_evicted=self.end
        )
        self.feed.gop_limit_seconds = GOP_LIMIT_SECONDS
        self.connected_at: float | None = None
        self.closing = False
        self._uplink = Uplink(min(wiring.kbit, granted.max_kbit or wiring.kbit), began=self._began)
        video = offer.picture is not Picture.NONE
        self._program = Program(self.feed, video=video, audio="audio" in offer.kinds, began=self._began)
        self._transcoder: Transcoder | None = None
        self._receivers: dict[str, RTCRtpReceiver] = {}
        self._round_trip_ms: float | None = None
        self._photos: PhotoShow | None = None
        self._photo_at = -PHOTO_EVERY_SECONDS
        self._photo_is_new = False
        self._photo_lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._pc.on("connectionstatechange", self._changed)

    # --- answering ----------------------------------------------------------------------------------------------

    async def answer(self) -> str:
        """The SDP answer; raises OfferRefused. The session is closed by its server when this fails."""
        offer = self._offer
        for kind in offer.kinds:
            transceiver = self._pc.addTransceiver(kind, direction="recvonly")
            wanted = KIND_OF_CODEC[offer.picture] if kind == "video" else "audio/opus"
            can = RTCRtpReceiver.getCapabilities(kind)
            codecs = can.codecs if can is not None else []
            transceiver.setCodecPreferences([each for each in codecs if each.mimeType.lower() in (wanted, "video/rtx")])
            self._receivers[kind] = transceiver.receiver
            taps.tap(transceiver.receiver, kind, self._tap(kind))
        if offer.picture is Picture.VP8:
            self._transcoder = Transcoder(self._uplink.cap_kbit, self._transcoded, self._key_needed_from_thread)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._pc.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
                answer = await self._pc.createAnswer()
                await self._pc.setLocalDescription(answer)
        except Exception as error:  # the border to strangers: aiortc raises what a broken offer makes it raise
            log.info("an offer of %s cannot be answered: %r", self.asking.address, error)
            raise OfferRefused("this offer cannot be answered") from error
        if "a=candidate:" not in self._pc.localDescription.sdp:
            log.error("none of MEDIA_ICE_ADDRESSES can be listened on")
            raise OfferRefused("no phone can reach this server: its operator must set MEDIA_ICE_ADDRESSES", 503)
        self._spawn(self._look())
        return dress_answer(self._pc.localDescription.sdp, kbit=self._uplink.cap_kbit, announced=self._wiring.announced)

    def _tap(self, kind: str) -> taps.Tap:
        video = kind == "video"
        return taps.Tap(
            frame=self._picture_came if video else self._sound_came,
            report=self._video_reported if video else self._sound_reported,
            lost=self._picture_lost,
        )

    def _changed(self) -> None:
        state = self._pc.connectionState
        if state == "connected" and self.connected_at is None:
            self.connected_at = time.monotonic()
            log.info("publisher %s is connected to stream %s", self.asking.address, self.stream.stream)
        elif state in ("failed", "closed"):
            self.end("the connection is lost")

    # --- media: called by aiortc for each frame, and nothing here may raise ---------------------------------------

    def _picture_came(self, codec: str, data: bytes, ticks: int) -> None:
        if self._transcoder is not None:
            self._uplink.frame(time.monotonic(), ticks / 90_000, len(data), key=bool(data) and not data[0] & 1)
            self._transcoder.push(data, ticks)
        else:
            self._camera(data, ticks)

    def _camera(self, data: bytes, ticks: int) -> None:
        now = time.monotonic()
        key = self._guard(self._program.camera, data, ticks, now)
        if self._transcoder is None:
            self._uplink.frame(now, ticks / 90_000, len(data), key=key is True)

    def _transcoded(self, data: bytes, ticks: int) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(self._camera, data, ticks)

    def _key_needed_from_thread(self) -> None:
        with contextlib.suppress(RuntimeError):  # likewise
            self._loop.call_soon_threadsafe(self._uplink.needs_key)

    def _sound_came(self, codec: str, data: bytes, ticks: int) -> None:
        now = time.monotonic()
        self._guard(self._program.sound, data, ticks, now)

    def _video_reported(self, ntp: int, ticks: int) -> None:
        self._guard(self._program.clock.report, Track.VIDEO, ntp, ticks)

    def _sound_reported(self, ntp: int, ticks: int) -> None:
        self._guard(self._program.clock.report, Track.AUDIO, ntp, ticks)

    def _picture_lost(self) -> None:
        self._uplink.needs_key()
        if self._transcoder is None:
            self._guard(self._program.lost)

    def _guard[**P, T](self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        if self.closing:
            return None
        try:
            return act(*args, **kwargs)
        except (FeedRefused, ClockRefused) as error:
            self.end(str(error))
        except Exception:
            log.exception("media of %s broke us", self.asking.address)
            self.end("internal error")
        return None

    # --- looking after ------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        looks = 0
        while not self.closing:
            await asyncio.sleep(LOOK_SECONDS)
            looks += 1
            now = time.monotonic()
            reason = self._trouble(now)
            if reason:
                self.end(reason)
                return
            self._guard(self._program.keep_promises, now)
            await self._talk(now, rates=looks % RATE_EVERY == 0)
            if looks % ROUND_TRIP_EVERY == RATE_EVERY and self.connected_at is not None:
                self._spawn(self._measure())

    def _trouble(self, now: float) -> str:
        """Why the session must end now, empty for no reason."""
        if self.connected_at is None:
            return "no connection came about" if now - self._began > CONNECT_SECONDS else ""
        heard = self._program.heard_at
        if now - max(heard or self.connected_at, self._photo_at) > SILENT_SECONDS:
            return "nothing was sent"
        if self._uplink.packets_a_second(now) > MAX_PACKETS_A_SECOND:
            return "too many packets"
        hours = self.granted.max_hours
        return "this show has reached its longest duration" if hours and now - self._began > hours * 3600 else ""

    async def _talk(self, now: float, *, rates: bool) -> None:
        """Ask for key frames and lost packets, and say how much may be sent."""
        video = self._receivers.get("video")
        if self.connected_at is None:
            return
        if rates:
            counts = [taps.packets(receiver) for receiver in self._receivers.values()]
            self._uplink.counted(now, sum(each[0] for each in counts), sum(each[1] for each in counts))
        if video is None:
            return
        if self._uplink.wants_key(now):
            await taps.ask_for_key(video)
        await taps.ask_again(video)
        if rates:
            await taps.allow_bitrate(video, self._uplink.allow(now))

    async def _measure(self) -> None:
        measured = await taps.round_trip_ms(self._pc)
        if measured is not None:
            self._round_trip_ms = measured

    @property
    def state(self) -> str:
        """Whether the phone is still to connect, connected and still to send, or sending."""
        return "connecting" if self.connected_at is None else "live" if self.feed.started else "waiting"

    def health(self) -> dict[str, Any]:
        """What the studio shows of its own uplink."""
        now = time.monotonic()
        config = self._program.config
        gop = self.feed.gop_seconds
        mode = "photo" if self.feed.photo else "transcode" if self._transcoder is not None else "video"
        return {
            "state": self.state,
            "mode": mode,
            "kbit": self.feed.kbit(now),
            "allowed_kbit": round(self._uplink.allowed_kbit),
            "fps": self._uplink.fps(now),
            "gop_ms": round(gop * 1000) if gop is not None else None,
            "width": config.width if config else 0,
            "height": config.height if config else 0,
            "lost_permille": self._uplink.lost_permille,
            "rtt_ms": round(self._round_trip_ms) if self._round_trip_ms is not None else None,
            "away": self.feed.away,
        }

    # --- photos -------------------------------------------------------------------------------------------------

    async def photo(self, jpeg: bytes) -> None:
        """Show a photo while the camera brings nothing; raises PhotoRefused, PhotosTooOften."""
        now = time.monotonic()
        if now - self._photo_at < PHOTO_EVERY_SECONDS:
            raise PhotosTooOften
        self._photo_at = now
        first = self._photos is None
        photos = self._photos or PhotoShow()
        async with self._photo_lock:
            await self._loop.run_in_executor(self._wiring.executor, photos.show, jpeg)
        self._photos, self._photo_is_new = photos, True
        if first:
            self._spawn(self._show_photos(photos))

    async def _show_photos(self, photos: PhotoShow) -> None:
        """Send stills for as long as the camera rests, then wait until it rests again."""
        since_key = STILLS_A_KEY
        due = time.monotonic()
        at = 0.0
        while not self.closing:
            due = max(due + 1 / STILLS_A_SECOND, time.monotonic() - 1.0)
            await asyncio.sleep(max(due - time.monotonic(), 0))
            now = time.monotonic()
            program = self._program
            if not program.camera_rests(now) or not (self._photo_is_new or self.feed.photo):
                since_key = STILLS_A_KEY
                continue
            key = self._photo_is_new or not self.feed.photo or since_key >= STILLS_A_KEY
            self._photo_is_new = False
            since_key = 1 if key else since_key + 1
            at = even(at, program.clock.still_ms(now))
            at_ms = round(at)
            async with self._photo_lock:
                make = functools.partial(photos.encode, at_ms * TICKS_PER_MS, key=key)
                still = await self._loop.run_in_executor(self._wiring.executor, make)
            if program.camera_rests(time.monotonic()):
                self._guard(program.still, still, at_ms, time.monotonic())

    # --- end ----------------------------------------------------------------------------------------------------

    def end(self, reason: str) -> None:
        """Stop taking media at once; the server closes what is open."""
        if not self.closing:
            self.closing = True
            self._wiring.on_gone(self, reason)

    async def close(self) -> None:
        """Give everything back; the stream waits for the next publisher."""
        self.closing = True
        self.stream.detach(self.feed)
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        if self._transcoder is not None:
            self._transcoder.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pc.close()
        except TimeoutError:
            log.warning("a connection of %s did not close in time", self.asking.address)
        except AttributeError:
            # aiortc takes for granted that every track was given a transport; a damaged offer gives none.
            log.info("the connection of %s was never whole", self.asking.address)
            await taps.stop_transports(self._pc)

    def _spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
