"""What one phone sends into its stream: camera or photos beside sound, on one clock. Knows nothing of WebRTC."""

from __future__ import annotations

from millstream.media.plane.feed import Feed, FeedRefused
from millstream.media.plane.h264 import H264Error
from millstream.media.plane.samples import PublisherSays, RawSample, Track, VideoConfig
from millstream.media.plane.whip.annexb import AccessUnits
from millstream.media.plane.whip.clock import PhoneClock
from millstream.media.plane.whip.opus import RATE_HZ, OpusToAac

CAMERA_GONE_SECONDS = 1.0
PROMISE_SECONDS = 4.0
MAX_BROKEN_IN_A_ROW = 50
CLOCK_MASK = 0xFFFFFFFF


class Program:
    """The tracks of one publisher; every call may raise FeedRefused or ClockRefused, which end the session."""

    def __init__(self, feed: Feed, *, video: bool, audio: bool, began: float) -> None:
        self.feed = feed
        self.clock = PhoneClock()
        self.config: VideoConfig | None = None
        self.camera_at: float | None = None
        self.heard_at: float | None = None
        self._audio = OpusToAac() if audio else None
        self._units, self._stills = AccessUnits(), AccessUnits()
        self._wants_key = True
        self._broken = 0
        self._began = began
        self._promised = video
        feed.says(PublisherSays(video, audio))

    def camera_rests(self, now: float) -> bool:
        """True when the camera brings nothing: photos may stand in."""
        return self.camera_at is None or now - self.camera_at > CAMERA_GONE_SECONDS

    def lost(self) -> None:
        """A picture was lost: what follows refers to it, so nothing is shown until the next key frame."""
        self._wants_key = True

    def camera(self, data: bytes, ticks: int, now: float) -> bool | None:
        """A picture of the camera with start codes; True for a key frame, None when it was left out."""
        self.camera_at = self.heard_at = now
        at_ms = self.clock.at_ms(Track.VIDEO, ticks, now)
        try:
            unit = self._units.read(data)
        except H264Error as error:
            self._count_broken(str(error))
            return None
        self._broken = 0
        if unit is None or ((self._wants_key or self.feed.photo) and not unit.key):
            return None
        if unit.key:
            self._wants_key = self.feed.photo = False
            self._show(unit.config)
        self._sample(Track.VIDEO, at_ms, unit.body, now, key=unit.key)
        return unit.key

    def still(self, data: bytes, at_ms: int, now: float) -> None:
        """A picture made of a photo, with start codes; the first one is a key frame."""
        unit = self._stills.read(data)
        if unit is None:
            return
        if unit.key:
            self.feed.photo = True
            self._show(unit.config)
        self._sample(Track.VIDEO, at_ms, unit.body, now, key=unit.key)

    def sound(self, data: bytes, ticks: int, now: float) -> None:
        """An Opus packet."""
        self.heard_at = now
        if self._audio is None:
            return
        at_ms = self.clock.at_ms(Track.AUDIO, ticks, now)
        for start, frame in self._audio.push(data, ticks):
            self.feed.config(self._audio.config)
            self._sample(Track.AUDIO, at_ms + round((start - ticks) * 1000 / RATE_HZ), frame, now, key=True)

    def keep_promises(self, now: float) -> None:
        """A camera that was offered but brings nothing holds the sound back only for a while."""
        if self._promised and now - self._began > PROMISE_SECONDS:
            self._promised = False
            self.feed.says(PublisherSays(video=self.config is not None, audio=self._audio is not None))

    def _show(self, config: VideoConfig) -> None:
        if config != self.config:
            self.config = config
            self.feed.config(config)

    def _sample(self, track: Track, at_ms: int, body: bytes, now: float, *, key: bool) -> None:
        self.feed.sample(RawSample(track, at_ms & CLOCK_MASK, 0, key, body), now)

    def _count_broken(self, reason: str) -> None:
        self._wants_key = True
        self._broken += 1
        if self._broken > MAX_BROKEN_IN_A_ROW:
            raise FeedRefused(reason)
