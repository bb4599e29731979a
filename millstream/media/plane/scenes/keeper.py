"""Keeps the demo's scenes running: asks the web process which, renders each once, plays where nobody publishes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from millstream.media.plane.hub import Hub
from millstream.media.plane.identity import Playback, StreamId, read_playback
from millstream.media.plane.recorder import replace_file
from millstream.media.plane.scenes.player import play
from millstream.media.plane.scenes.reel import Reel
from millstream.media.plane.scenes.rendering import reel_of

FIRST_POLL_SECONDS = 2.0
POLL_SECONDS = 10.0
LOOK_SECONDS = 0.25
AGAIN_SECONDS = 60.0
MAX_SCENES = 24

log = logging.getLogger("millstream.media.scenes")


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene that the web process wants to see running."""

    stream: StreamId
    playback: Playback
    seed: int


def read_scenes(listed: list[dict[str, Any]]) -> list[Scene]:
    """The scenes of the hook's answer; entries that make no sense are passed over, as are those over the limit."""
    scenes: list[Scene] = []
    for entry in listed[:MAX_SCENES]:
        try:
            stream = StreamId(UUID(str(entry["stream"])))
            scenes.append(Scene(stream, read_playback(entry["playback"]), int(entry.get("seed") or 0)))
        except (KeyError, ValueError, TypeError):
            log.warning("a scene in the hook's answer cannot be read")
    return scenes


class SceneKeeper:
    """Runs the wanted scenes; a real publisher comes first, and after it the grace."""

    def __init__(self, hub: Hub, ask: Callable[[], Awaitable[list[dict[str, Any]] | None]], folder: Path) -> None:
        self._hub, self._ask, self._folder = hub, ask, folder
        self._wanted: dict[StreamId, Scene] = {}
        self._reels: dict[int, Reel] = {}
        self._failed_at: dict[int, float] = {}
        self._playing: dict[StreamId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Poll, render and play for ever."""
        self._recall()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._poll(), name="scenes-poll")
            group.create_task(self._render(), name="scenes-render")
            group.create_task(self._look(), name="scenes-look")

    async def _poll(self) -> None:
        while True:
            listed = await self._ask()
            if listed is not None:
                await self._want(read_scenes(listed))
            await asyncio.sleep(POLL_SECONDS if self._wanted else FIRST_POLL_SECONDS)

    async def _want(self, scenes: list[Scene]) -> None:
        wanted = {scene.stream: scene for scene in scenes}
        for stream in self._wanted.keys() - wanted.keys():
            await self._drop(stream)
        if wanted != self._wanted:
            self._wanted = wanted
            self._remember()

    async def _drop(self, stream: StreamId) -> None:
        task = self._playing.pop(stream, None)
        found = self._hub.streams.get(stream)
        if found is not None:
            found.has_scene = False
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            if found is not None and found.feed is None:
                found.end("scene ended")

    async def _render(self) -> None:
        while True:
            seed = self._next_to_render()
            if seed is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            try:
                self._reels[seed] = await reel_of(seed, self._folder)
            except (OSError, ValueError, TimeoutError) as error:
                self._failed_at[seed] = time.monotonic()
                log.warning("scene %d cannot be rendered, again in a minute: %s", seed, error)

    def _next_to_render(self) -> int | None:
        """A scene that is not there; those that failed a minute ago come again, after those that never did."""
        again = time.monotonic() - AGAIN_SECONDS
        missing = [scene.seed for scene in self._wanted.values() if scene.seed not in self._reels]
        due = [seed for seed in missing if self._failed_at.get(seed, again) <= again]
        return min(due, key=lambda seed: self._failed_at.get(seed, -math.inf), default=None)

    async def _look(self) -> None:
        while True:
            for scene in list(self._wanted.values()):
                await self._look_at(scene)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_at(self, scene: Scene) -> None:
        reel = self._reels.get(scene.seed)
        task = self._playing.get(scene.stream)
        if reel is None or (task is not None and not task.done()):
            return
        if task is not None and not task.cancelled() and task.exception() is not None:
            log.error("scene %d stopped", scene.seed, exc_info=task.exception())
        stream = await self._hub.open(scene.stream, scene.playback)
        stream.has_scene = True
        if stream.wants_scene():
            self._playing[scene.stream] = asyncio.create_task(self._play(scene, reel), name=f"scene-{scene.seed}")

    async def _play(self, scene: Scene, reel: Reel) -> None:
        stream = await self._hub.open(scene.stream, scene.playback)
        if not stream.wants_scene():
            return
        feed = stream.attach(source="scene", peer="", max_kbit=0, on_evicted=lambda _reason: None)
        try:
            await play(reel, feed)
        finally:
            stream.detach(feed)

    def _remember(self) -> None:
        listed = [
            {"stream": str(scene.stream), "playback": scene.playback, "seed": scene.seed}
            for scene in self._wanted.values()
        ]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(self._folder / "wanted.json", json.dumps(listed).encode())
        except OSError as error:
            log.warning("the list of scenes cannot be kept: %s", error.strerror)

    def _recall(self) -> None:
        """After a restart begin with the last known list: the picture does not wait for the web process."""
        try:
            listed = json.loads((self._folder / "wanted.json").read_bytes())
        except (OSError, ValueError):
            return
        if isinstance(listed, list):
            self._wanted = {scene.stream: scene for scene in read_scenes(listed)}

    async def close(self) -> None:
        """Stop playing; the streams stay open for the next process."""
        for task in self._playing.values():
            task.cancel()
        await asyncio.gather(*self._playing.values(), return_exceptions=True)
