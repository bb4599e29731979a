"""WHIP over HTTP: who may publish from a browser, one session each, and what a phone may say about its session."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from millstream.media.plane.admission import UNAVAILABLE, Admitted, Asking, Refused
from millstream.media.plane.hub import Gatekeeper, Hub
from millstream.media.plane.refusing import Reason, reason_of
from millstream.media.plane.stream import StreamBusy, StreamClosed
from millstream.media.plane.web import Answer
from millstream.media.plane.whip.offer import MAX_OFFER_BYTES, OfferRefused, Picture, read_offer

if TYPE_CHECKING:
    from millstream.media.plane.whip.offer import Offer
    from millstream.media.plane.whip.session import WhipSession

type Scope = Mapping[str, Any]
type Receive = Callable[[], Awaitable[Mapping[str, Any]]]

MAX_PHOTO_BYTES = 64 << 10
MAX_WORD_BYTES = 16
MAX_KEY_LETTERS = 1024
MAX_SLUG_LETTERS = 128
MAX_ASKING = 32
MAX_SESSIONS_OF_A_KEY = 2  # the one that sends and the one that is to take over
MAX_GONE_REMEMBERED = 256
BODY_SECONDS = 10.0
CLOSE_SECONDS = 4.0
PHOTO_THREADS = 2
SDP, JSON = b"application/sdp", b"application/json"
_PATH = re.compile(r"/whip/([\w-]{20,80})(?:/(photo|away|health))?", re.ASCII)
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST, PUT, DELETE"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-max-age", b"86400"),
)

log = logging.getLogger("millstream.media.whip")


@dataclass(frozen=True, slots=True)
class WhipSettings:
    """What the process was told about WHIP: addresses by the one listened on, sessions, transcodes, bitrate."""

    addresses: Mapping[str, str]
    max_sessions: int
    max_transcodes: int
    kbit: int
    shard: int


class _TooLong(ValueError):
    """The body is longer than it may be."""


class WhipServer:
    """All sessions of this process. aiortc is loaded for the first of them, in a thread."""

    def __init__(self, hub: Hub, gate: Gatekeeper, settings: WhipSettings, refused: Counter[Reason]) -> None:
        self.hub, self.gate, self.settings, self.refused = hub, gate, settings, refused
        self.sessions: dict[str, WhipSession] = {}
        self.transcoding: set[str] = set()
        self._gone: dict[str, str] = {}
        self._asking = 0
        self._numbers = 0
        self._boot = secrets.token_hex(4)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._executor = ThreadPoolExecutor(PHOTO_THREADS, thread_name_prefix="whip-photo")

    # --- HTTP ---------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive) -> Answer:
        """One request below /whip."""
        method: str = scope["method"]
        if method == "OPTIONS":
            return Answer(204, headers=_PREFLIGHT)
        try:
            if scope["path"] == "/whip":
                return await self._publish(scope, receive) if method == "POST" else _not_allowed(b"POST")
            return await self._session(method, scope["path"], receive)
        except _TooLong:
            return _say(413, "that is too much")
        except TimeoutError:
            return _say(408, "the request took too long")

    async def _session(self, method: str, path: str, receive: Receive) -> Answer:
        match = _PATH.fullmatch(path)
        if match is None:
            return _say(404, "there is no such session")
        session, wish = self.sessions.get(match[1]), match[2]
        if session is None or session.closing:
            reason = self._gone.get(match[1])
            return _say(410, reason) if reason is not None else _say(404, "there is no such session")
        if wish is None:
            if method != "DELETE":
                return _not_allowed(b"DELETE")
            await self._put_away(session, "the publisher ended")
            return Answer(200, cache=b"no-store")
        if wish == "health":
            if method != "GET":
                return _not_allowed(b"GET")
            return Answer(200, json.dumps(session.health()).encode(), JSON, b"no-store")
        if method != "PUT":
            return _not_allowed(b"PUT")
        return await (_away(session, receive) if wish == "away" else _photo(session, receive))

    async def _publish(self, scope: Scope, receive: Receive) -> Answer:
        headers = dict(scope["headers"])
        asking = self._read_asking(scope, headers)
        if asking is None:
            return Answer(
                401, b"send your ticket or stream key as a bearer token\n", headers=((b"www-authenticate", b"Bearer"),)
            )
        if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != SDP:
            return _say(415, "send application/sdp")
        # Read before it is counted: who sends its offer a byte at a time holds a line, and no phone's place.
        body = await read_body(receive, MAX_OFFER_BYTES)
        if self._asking >= MAX_ASKING:
            return self._refuse(Refused("too many ask at once, try again in a moment"), 503)
        self._asking += 1
        try:
            offer = read_offer(body)
            return await self._admit(asking, offer)
        except OfferRefused as error:
            return self._refuse(error, error.status)
        except (Refused, StreamClosed) as error:
            return self._refuse(error, 503 if str(error) == UNAVAILABLE else 403)
        except StreamBusy as error:
            return self._refuse(error, 409)
        finally:
            self._asking -= 1

    async def _admit(self, asking: Asking, offer: Offer) -> Answer:
        granted = await self.gate.ask(asking)
        crowd = self._crowded(asking, offer)
        if crowd:
            return self._refuse(Refused(crowd), 503)
        session = await self._begin(asking, granted, offer)
        try:
            body = (await session.answer()).encode()
        except OfferRefused:
            await self._put_away(session, "the offer could not be answered")
            raise
        place = f"/whip/{session.token}".encode()
        return Answer(201, body, SDP, b"no-store", headers=((b"location", place),))

    def _crowded(self, asking: Asking, offer: Offer) -> str:
        """Why there is no place, empty when there is one."""
        own = sum(1 for each in self.sessions.values() if each.asking.key == asking.key)
        if len(self.sessions) >= self.settings.max_sessions and not own:
            return "too many phones publish here now, try again later"
        others = sum(1 for each in self.transcoding if self.sessions[each].asking.key != asking.key)
        if offer.picture is Picture.VP8 and others >= self.settings.max_transcodes:
            return "this server converts no more VP8 pictures now: use a browser that sends H.264"
        return ""

    async def _begin(self, asking: Asking, granted: Admitted, offer: Offer) -> WhipSession:
        session_of = await asyncio.to_thread(importlib.import_module, "millstream.media.plane.whip.session")
        stream = await self.hub.open(granted.stream, granted.playback)
        same = [each for each in self.sessions.values() if each.asking.key == asking.key]
        # The one that sends stays until the newcomer's first picture; others with this key have been given up.
        idle = [each for each in same if each.stream.feed is not each.feed]
        for each in [*idle, *[one for one in same if one not in idle]][: len(same) - MAX_SESSIONS_OF_A_KEY + 1]:
            each.end("a newer attempt with the same ticket")
        wiring = session_of.Wiring(
            kbit=self.settings.kbit,
            announced={own: told for own, told in self.settings.addresses.items() if own != told},
            executor=self._executor,
            on_gone=self._session_gone,
        )
        session_of.taps.use_addresses(tuple(self.settings.addresses))
        token = f"{self.settings.shard}-{secrets.token_urlsafe(24)}"
        session: WhipSession = session_of.WhipSession(token, asking, granted, stream, offer, wiring)
        self.sessions[token] = session
        if offer.picture is Picture.VP8:
            self.transcoding.add(token)
        return session

    def _read_asking(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Asking | None:
        kind, _, key = headers.get(b"authorization", b"").decode("latin-1").strip().partition(" ")
        key = key.strip()
        if kind.lower() != "bearer" or not key or len(key) > MAX_KEY_LETTERS or not key.isprintable():
            return None
        query = scope["query_string"].decode("latin-1")
        try:
            slug = parse_qs(query, max_num_fields=16).get("slug", [""])[0]
        except ValueError:
            return None
        self._numbers += 1
        client = scope.get("client") or ("?", 0)
        program = headers.get(b"user-agent", b"").decode("latin-1")[:180]
        number = f"{self._boot}-w{self._numbers}"
        return Asking("whip", key, slug[:MAX_SLUG_LETTERS], {}, str(client[0]), "", f"whip {program}", number)

    # --- sessions -----------------------------------------------------------------------------------------------

    def _session_gone(self, session: WhipSession, reason: str) -> None:
        self._spawn(self._put_away(session, reason))

    async def _put_away(self, session: WhipSession, reason: str) -> None:
        """Close a session and tell the web process; whoever asks for it later is told the reason."""
        if self.sessions.pop(session.token, None) is None:
            return
        self.transcoding.discard(session.token)
        log.info("publisher %s of stream %s is gone: %s", session.asking.address, session.stream.stream, reason)
        self._gone[session.token] = reason
        while len(self._gone) > MAX_GONE_REMEMBERED:
            del self._gone[next(iter(self._gone))]
        await session.close()
        self._spawn(self.gate.done(session.asking, session.granted))

    async def close(self) -> None:
        """Close all sessions; the streams wait for the next process."""
        await asyncio.gather(*(self._put_away(each, "the server stops") for each in list(self.sessions.values())))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _refuse(self, error: Exception, status: int) -> Answer:
        self.refused[Reason.CODEC if status == 422 else reason_of(error)] += 1  # noqa: PLR2004 - unprocessable
        log.warning("a WHIP publisher is refused: %s", error)
        return _say(status, str(error))


async def _away(session: WhipSession, receive: Receive) -> Answer:
    word = (await read_body(receive, MAX_WORD_BYTES)).strip()
    if word not in (b"0", b"1"):
        return _say(400, "say 1 or 0")
    session.feed.away = word == b"1"
    return Answer(204)


async def _photo(session: WhipSession, receive: Receive) -> Answer:
    photo_of = importlib.import_module("millstream.media.plane.whip.photo")
    session_of = importlib.import_module("millstream.media.plane.whip.session")
    jpeg = await read_body(receive, MAX_PHOTO_BYTES)
    try:
        await session.photo(jpeg)
    except photo_of.PhotoRefused as error:
        return _say(415, str(error))
    except session_of.PhotosTooOften:
        return Answer(429, b"one photo a second is enough\n", headers=((b"retry-after", b"1"),))
    return Answer(204)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body; raises when it is longer than `limit` or takes longer than ten seconds."""
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise TimeoutError
            body += message.get("body", b"")
            if len(body) > limit:
                raise _TooLong
            if not message.get("more_body", False):
                return bytes(body)


def _say(status: int, words: str) -> Answer:
    return Answer(status, f"{words}\n".encode(), cache=b"no-store")


def _not_allowed(methods: bytes) -> Answer:
    return Answer(405, headers=((b"allow", methods + b", OPTIONS"),))
