"""All streams of this process: found by id or playback, opened for publishers, ticked, tidied."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from millstream.media.plane.admission import Admitted, Asking
from millstream.media.plane.identity import Playback, StreamId
from millstream.media.plane.playlist import RecordedSegment, replay_playlist
from millstream.media.plane.recorded_sound import sound_replay
from millstream.media.plane.recording import scan_folder
from millstream.media.plane.restore import Remains, SavedState, read_remains, read_state
from millstream.media.plane.stream import LiveStream, StreamState, Surroundings

TICK_SECONDS = 0.25
ENDED_KEPT_SECONDS = 120.0
MAX_REPLAYS_CACHED = 64
_OPEN = (StreamState.LIVE, StreamState.STALLED)

log = logging.getLogger("millstream.media.hub")


class Gatekeeper(Protocol):
    """Decides who may publish."""

    async def ask(self, asking: Asking) -> Admitted:
        """The grant, or `Refused`."""

    async def done(self, asking: Asking, grant: Admitted) -> None:
        """The publisher is gone."""


class Hub:
    """The streams in memory, and the folders of those on disk."""

    def __init__(self, around: Surroundings) -> None:
        self.streams: dict[StreamId, LiveStream] = {}
        self.around = around
        self._by_playback: dict[str, StreamId] = {}
        self._closed: frozenset[StreamId] = frozenset()
        self._opening: dict[StreamId, asyncio.Lock] = {}
        self._playlists: dict[tuple[StreamId, bool], tuple[int, bytes]] = {}
        self._replays: dict[StreamId, tuple[tuple[tuple[str, int], ...], list[RecordedSegment]]] = {}

    async def wake(self) -> None:
        """After a start: know all recordings, and go on with the streams that had not ended."""
        for state in await asyncio.to_thread(_read_states, self.around.recordings):
            if not self.around.shard.owns(state.shard):
                continue
            stream = StreamId(UUID(state.stream))
            self._by_playback[state.playback] = stream
            if not state.ended:
                opened = await self.open(stream, Playback(state.playback))
                if opened.state is StreamState.WAITING:
                    opened.stand_still()

    async def open(self, stream: StreamId, playback: Playback) -> LiveStream:
        """The stream, made or taken up from its recording when it is not in memory."""
        async with self._opening.setdefault(stream, asyncio.Lock()):
            found = self.streams.get(stream)
            if found is None:
                found = LiveStream(stream, playback, self.around, await asyncio.to_thread(self._remains, stream))
                self.streams[stream] = found
            if found.playback != playback:
                self._by_playback.pop(found.playback, None)
                found.playback = playback
            self._by_playback[playback] = stream
            if stream in self._closed:
                found.shut()
            return found

    def close_streams(self, closed: Iterable[StreamId]) -> None:
        """These streams are closed by the web process: end those that run, and let none of them begin again."""
        self._closed = frozenset(closed)
        for stream in self._closed & self.streams.keys():
            self.streams[stream].shut()

    @property
    def has_open_streams(self) -> bool:
        """True while a stream runs or waits for its publisher."""
        return any(stream.state in _OPEN for stream in self.streams.values())

    def _remains(self, stream: StreamId) -> Remains | None:
        folder = self.folder(stream)
        state = read_state(folder)
        return read_remains(folder, state) if state is not None else None

    def folder(self, stream: StreamId) -> Path:
        """Where the stream's recording lies."""
        return self.around.recordings / str(stream)

    def by_playback(self, playback: str) -> LiveStream | None:
        """The stream in memory that viewers know by this token."""
        stream = self._by_playback.get(playback)
        return self.streams.get(stream) if stream is not None else None

    def recorded_id(self, playback: str) -> StreamId | None:
        """The stream that viewers know by this token, in memory or on disk."""
        return self._by_playback.get(playback)

    async def replay(self, stream: StreamId, *, sound_alone: bool = False) -> bytes | None:
        """The playlist of what is recorded of a stream so far, None for nothing; made once for all who ask."""
        recorded = await self.recorded(stream)
        if not recorded:
            return None
        place = (stream, sound_alone)
        known = self._playlists.get(place)
        if known is None or known[0] != len(recorded):
            make = sound_replay if sound_alone else _replay
            known = len(recorded), await asyncio.to_thread(make, self.folder(stream), list(recorded))
            self._playlists[place] = known
            while len(self._playlists) > MAX_REPLAYS_CACHED:
                del self._playlists[next(iter(self._playlists))]
        return known[1] or None

    async def recorded(self, stream: StreamId) -> list[RecordedSegment]:
        """The segments on disk so far, in their order."""
        live = self.streams.get(stream)
        if live is not None:
            return live.recorder.segments
        folder = self.folder(stream)
        mark, known = await asyncio.to_thread(_folder_mark, folder), self._replays.get(stream)
        if known is None or known[0] != mark:
            known = mark, await asyncio.to_thread(scan_folder, folder)
            self._replays[stream] = known
            while len(self._replays) > MAX_REPLAYS_CACHED:
                del self._replays[next(iter(self._replays))]
        return known[1]

    async def run(self) -> None:
        """Tick all streams for ever."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for stream in list(self.streams.values()):
                stream.tick()
                if _is_over(stream):
                    await self._put_away(stream)

    async def _put_away(self, stream: LiveStream) -> None:
        """Drop an ended stream from memory; whoever opens it meanwhile waits until its files are written."""
        async with self._opening.setdefault(stream.stream, asyncio.Lock()):
            if _is_over(stream):
                del self.streams[stream.stream]
                await stream.close()

    async def close(self) -> None:
        """Cut and write what is open; the streams are not ended, the next process goes on with them."""
        for stream in list(self.streams.values()):
            await stream.close()


def _is_over(stream: LiveStream) -> bool:
    return stream.state is StreamState.ENDED and stream.idle_seconds() > ENDED_KEPT_SECONDS


def _read_states(recordings: Path) -> list[SavedState]:
    recordings.mkdir(parents=True, exist_ok=True)
    found = (read_state(folder) for folder in sorted(recordings.iterdir()) if folder.is_dir())
    return [state for state in found if state is not None]


def _replay(_folder: Path, recorded: list[RecordedSegment]) -> bytes:
    return replay_playlist(recorded).encode()


def _folder_mark(folder: Path) -> tuple[tuple[str, int], ...]:
    return tuple((path.name, path.stat().st_size) for path in sorted(folder.glob("rec-*.mp4")))
