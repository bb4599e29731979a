"""The plane's HTTP side, a small ASGI application: live playlists and parts, recordings, state, health, metrics."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from millstream.media.plane.files import send_file
from millstream.media.plane.hub import Hub
from millstream.media.plane.playlist import TARGET_SECONDS
from millstream.media.plane.recorded_sound import recorded_sound
from millstream.media.plane.stream import LiveStream, StreamState

type Scope = Mapping[str, Any]
type Receive = Callable[[], Awaitable[Mapping[str, Any]]]
type Send = Callable[[Mapping[str, Any]], Awaitable[None]]

HOLD_SECONDS = 3.0 * TARGET_SECONDS
STALLED_HOLD_SECONDS = 1.0
FIRST_SEGMENT_SECONDS = 6.0
PLAYLIST_TYPE, MP4_TYPE = b"application/vnd.apple.mpegurl", b"video/mp4"
FRESH, SHORT, FOR_EVER = b"no-cache", b"max-age=1", b"public, max-age=86400, immutable"
_LIVE = re.compile(
    r"/live/([\w-]{8,100})/(?:((?:index|plain|audio|replay|replay-audio)\.m3u8|state\.json|thumb\.jpg)"
    r"|(audio-)?(?:init-(\d{1,9})\.mp4|seg-(\d{1,12})\.m4s|part-(\d{1,12})\.(\d{1,6})\.m4s))",
    re.ASCII,
)
_RECORDED = re.compile(
    r"/recordings/([\w-]{8,100})/(index\.m3u8|audio\.m3u8|thumb\.jpg|rec-\d{6}(?:r\d{3})?\.mp4"
    r"|audio-(rec-\d{6}(?:r\d{3})?)(?:\.mp4|-(\d{1,12})\.m4s))",
    re.ASCII,
)
_REPLAYS = {"replay.m3u8": b"index.m3u8", "replay-audio.m3u8": b"audio.m3u8"}

log = logging.getLogger("millstream.media.web")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer from memory."""

    status: int
    body: bytes = b""
    kind: bytes = b"text/plain; charset=utf-8"
    cache: bytes = FRESH
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


NOT_FOUND = Answer(404, b"not found\n", cache=b"no-store")
PREFLIGHT = Answer(
    204,
    headers=(
        (b"access-control-allow-methods", b"GET, HEAD"),
        (b"access-control-allow-headers", b"range, if-range"),
        (b"access-control-max-age", b"86400"),
    ),
)
NO_SOUND = Answer(404, b"this stream has no sound\n", cache=b"no-store")
TOO_MANY = Answer(503, b"too many viewers wait here\n", cache=b"no-store", headers=((b"retry-after", b"1"),))


class WebApp:
    """Routes requests; counts who waits and what is sent."""

    def __init__(
        self,
        hub: Hub,
        *,
        allowed_origins: tuple[str, ...],
        max_waiting: int,
        health: Callable[[], tuple[bool, dict[str, Any]]],
        metrics: Callable[[], str],
        whip: Callable[[Scope, Receive], Awaitable[Answer]] | None = None,
    ) -> None:
        self.waiting = 0
        self.turned_away = 0
        self.requests = 0
        self.sent_bytes = 0
        self._hub = hub
        self._origins = frozenset(origin.encode() for origin in allowed_origins)
        self._max_waiting = max_waiting
        self._health, self._metrics, self._whip = health, metrics, whip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        self.requests += 1
        origin = self._cors(scope)
        if self._whip is not None and scope["path"].startswith("/whip"):
            await self._send(await self._whip(scope, receive), origin, scope, send)
            return
        if scope["method"] == "OPTIONS":
            await self._send(PREFLIGHT, origin, scope, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            await self._send(Answer(405, headers=((b"allow", b"GET, HEAD, OPTIONS"),)), origin, scope, send)
            return
        path: str = scope["path"]
        recorded = _RECORDED.fullmatch(path)
        if recorded is not None and recorded[2].startswith("rec-"):
            stream = self._hub.recorded_id(recorded[1])
            file = self._hub.folder(stream) / recorded[2] if stream is not None else None
            if file is not None and await send_file(file, MP4_TYPE, origin, scope, send, self._sent):
                return
        await self._send(await self._answer(path, recorded, scope), origin, scope, send)

    async def _answer(self, path: str, recorded: re.Match[str] | None, scope: Scope) -> Answer:
        live = _LIVE.fullmatch(path)
        if live is not None:
            return await self._live(live, scope)
        if recorded is not None:
            return await self._recorded(recorded)
        if path == "/healthz":
            well, facts = self._health()
            return Answer(200 if well else 503, json.dumps(facts).encode(), b"application/json", b"no-store")
        if path == "/metrics":
            return Answer(200, self._metrics().encode(), b"text/plain; version=0.0.4", b"no-store")
        return NOT_FOUND

    # --- live ---------------------------------------------------------------------------------------------------

    async def _live(self, match: re.Match[str], scope: Scope) -> Answer:
        playback, name, sound, init, segment, sequence, index = match.groups()
        if name in _REPLAYS:
            place = b"../../recordings/" + playback.encode() + b"/" + _REPLAYS[name]
            return Answer(302, headers=((b"location", place),))
        stream = self._hub.by_playback(playback)
        if name == "state.json":
            return self._state(stream, playback)
        if name == "thumb.jpg":
            return await self._thumb(playback)
        if stream is None:
            return NOT_FOUND
        if name is not None:
            return await self._playlist(stream, name.removesuffix(".m3u8"), scope["query_string"])
        if index is not None:
            return await self._part(stream, int(sequence), int(index), sound=sound is not None)
        return _whole(stream, init, segment) if sound is None else _whole_sound(stream, init, segment)

    async def _part(self, stream: LiveStream, sequence: int, index: int, *, sound: bool) -> Answer:
        part = stream.window.part(sequence, index)
        if part is None and (sequence, index) == stream.window.following() and not stream.window.ended:
            # The hinted part: hold the request until it is cut.
            if not await self._wait(stream, lambda: stream.window.has(sequence, index), HOLD_SECONDS):
                return TOO_MANY if self.waiting >= self._max_waiting else NOT_FOUND
            part = stream.window.part(sequence, index)
        if sound:
            return _piece(stream.window.sound_part(sequence, index))
        return _piece(part.data if part is not None else None)

    async def _playlist(self, stream: LiveStream, name: str, query: bytes) -> Answer:
        window = stream.window
        asked = read_blocking(query) if name != "plain" else (None, None)
        if asked is None:
            return Answer(400, b"wrong _HLS_ parameters\n", cache=b"no-store")
        sequence, index = asked
        # hls.js calls a playlist without one whole segment empty and asks again late: better hold the first answer.
        if not window.playable and not await self._wait(stream, lambda: window.playable, FIRST_SEGMENT_SECONDS):
            return Answer(404, b"not started\n", cache=b"no-store", headers=((b"retry-after", b"1"),))
        if name == "audio" and not window.has_sound:
            return NO_SOUND
        following = window.following()
        assert following is not None
        if sequence is not None and not window.ended:
            if sequence > following[0] + 1:
                return Answer(400, b"that is too far ahead\n", cache=b"no-store")
            if not window.has(sequence, index):
                if self.waiting >= self._max_waiting:
                    self.turned_away += 1
                    return TOO_MANY
                there = await self._hold(stream, sequence, index)
                if not there and stream.state is StreamState.LIVE:
                    return Answer(503, b"nothing new came\n", cache=b"no-store", headers=((b"retry-after", b"1"),))
        body = window.playlist(name)
        assert body is not None
        return Answer(200, body, PLAYLIST_TYPE, FRESH if sequence is None and name != "plain" else SHORT)

    async def _hold(self, stream: LiveStream, sequence: int, index: int | None) -> bool:
        """Hold a blocking request; once the stream stands still it is answered after a second, unchanged."""
        window = stream.window

        def settled() -> bool:
            return window.has(sequence, index) or window.ended or stream.state is StreamState.STALLED

        await self._wait(stream, settled, HOLD_SECONDS)
        if stream.state is StreamState.STALLED and not window.has(sequence, index):
            await self._wait(stream, lambda: window.has(sequence, index) or window.ended, STALLED_HOLD_SECONDS)
        return window.has(sequence, index) or window.ended

    async def _wait(self, stream: LiveStream, there: Callable[[], bool], seconds: float) -> bool:
        if self.waiting >= self._max_waiting:
            self.turned_away += 1
            return False
        self.waiting += 1
        try:
            return await stream.window.until(there, seconds)
        finally:
            self.waiting -= 1

    def _state(self, stream: LiveStream | None, playback: str) -> Answer:
        if stream is None and self._hub.recorded_id(playback) is None:
            return NOT_FOUND
        facts = stream.facts() if stream is not None else {"state": "ended", "since": None, "source": None}
        return Answer(200, json.dumps(facts).encode(), b"application/json", SHORT)

    # --- recordings ---------------------------------------------------------------------------------------------

    async def _recorded(self, match: re.Match[str]) -> Answer:
        playback, name, file, sequence = match.groups()
        stream = self._hub.recorded_id(playback)
        if stream is None:
            return NOT_FOUND
        if name == "thumb.jpg":
            return await self._thumb(playback)
        if file is not None:
            number, recorded = int(sequence) if sequence else None, await self._hub.recorded(stream)
            folder = self._hub.folder(stream)
            return _piece(await asyncio.to_thread(recorded_sound, folder, recorded, f"{file}.mp4", number))
        if name not in ("index.m3u8", "audio.m3u8"):
            return NOT_FOUND
        playlist = await self._hub.replay(stream, sound_alone=name == "audio.m3u8")
        return Answer(200, playlist, PLAYLIST_TYPE, FRESH) if playlist is not None else NOT_FOUND

    async def _thumb(self, playback: str) -> Answer:
        stream = self._hub.recorded_id(playback)
        if stream is None:
            return NOT_FOUND
        try:
            picture = await asyncio.to_thread((self._hub.folder(stream) / "thumb.jpg").read_bytes)
        except OSError:
            return NOT_FOUND
        return Answer(200, picture, b"image/jpeg", b"max-age=5")

    # --- sending ------------------------------------------------------------------------------------------------

    def _cors(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
        if origin is None or not (origin in self._origins or b"*" in self._origins):
            return ((b"vary", b"origin"),)
        return (
            (b"vary", b"origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"content-range, content-length, date, location, retry-after"),
            (b"timing-allow-origin", origin),
        )

    def _sent(self, count: int) -> None:
        self.sent_bytes += count

    async def _send(self, answer: Answer, origin: tuple[tuple[bytes, bytes], ...], scope: Scope, send: Send) -> None:
        headers = [
            (b"content-type", answer.kind),
            (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", answer.cache),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            *answer.headers,
            *origin,
        ]
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self.sent_bytes += len(body)


def _piece(data: bytes | None) -> Answer:
    return Answer(200, data, MP4_TYPE, FOR_EVER) if data is not None else NOT_FOUND


def _whole_sound(stream: LiveStream, init_number: str | None, sequence: str | None) -> Answer:
    if init_number is not None:
        return _piece(stream.window.sound_init(int(init_number)))
    return _piece(stream.window.sound_segment(int(sequence or 0)))


def _whole(stream: LiveStream, init_number: str | None, sequence: str | None) -> Answer:
    if init_number is not None:
        init = stream.window.init(int(init_number))
        return Answer(200, init.data, MP4_TYPE, FOR_EVER) if init is not None else NOT_FOUND
    segment = stream.window.segment(int(sequence or 0))
    if segment is None or not segment.closed:
        return NOT_FOUND
    return Answer(200, b"".join(part.data for part in segment.parts), MP4_TYPE, FOR_EVER)


def read_blocking(query: bytes) -> tuple[int | None, int | None] | None:
    """`_HLS_msn` and `_HLS_part` of a playlist request; None when they make no sense."""
    if b"_HLS_" not in query:
        return None, None
    try:
        fields = parse_qs(query.decode("ascii"), max_num_fields=16)
        sequence = int(fields["_HLS_msn"][0]) if "_HLS_msn" in fields else None
        index = int(fields["_HLS_part"][0]) if "_HLS_part" in fields else None
    except ValueError:
        return None
    if (index is not None and sequence is None) or (sequence or 0) < 0 or (index or 0) < 0:
        return None
    return sequence, index
