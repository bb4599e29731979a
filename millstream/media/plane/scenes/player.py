"""Plays a reel into a stream for ever, at the pace of the clock."""

from __future__ import annotations

import asyncio
import time

from millstream.media.plane.feed import Feed
from millstream.media.plane.samples import PublisherSays, RawSample, Track
from millstream.media.plane.scenes.reel import AUDIO_FRAMES, FRAME_MS, FRAMES, LOOP_MS, RATE_HZ, Reel

STEP_SECONDS = 0.08
MAX_LATE_SECONDS = 2.0


async def play(reel: Reel, feed: Feed) -> None:
    """Push the loop with rising timestamps until cancelled; after a long sleep go on from now, not in a burst."""
    feed.says(PublisherSays(video=True, audio=True))
    feed.config(reel.video)
    feed.config(reel.audio)
    began = time.monotonic()
    picture = sound = 0
    while not feed.evicted:
        now = time.monotonic()
        if now - began - picture * FRAME_MS / 1000 > MAX_LATE_SECONDS:
            began = now - picture * FRAME_MS / 1000
        while (at := picture * FRAME_MS) <= (now - began) * 1000:
            while (heard := _sound_ms(sound)) <= at:
                body = reel.sounds[sound % AUDIO_FRAMES]
                feed.sample(RawSample(Track.AUDIO, heard & 0xFFFFFFFF, 0, True, body), now)
                sound += 1
            place = picture % FRAMES
            raw = RawSample(Track.VIDEO, at & 0xFFFFFFFF, 0, reel.keys[place], reel.pictures[place])
            feed.sample(raw, now)
            picture += 1
        await asyncio.sleep(STEP_SECONDS)


def _sound_ms(number: int) -> int:
    loops, place = divmod(number, AUDIO_FRAMES)
    return loops * LOOP_MS + place * 1024 * 1000 // RATE_HZ
