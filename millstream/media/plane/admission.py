"""Who may publish: asked from the web process, remembered for ten minutes in case it does not answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from millstream.media.plane.identity import Playback, StreamId, read_playback
from millstream.media.plane.recorder import replace_file
from millstream.media.plane.refusing import Reason

ANSWER_SECONDS = 3.0
REMEMBER_SECONDS = 600.0
MAX_REMEMBERED = 1_000
MAX_REASON_LETTERS = 200
MAX_QUERY_ARGUMENTS = 16
REFUSED = "stream key refused"
UNAVAILABLE = "the shop does not answer, try again in a minute"
_OWN_FIELDS = {"call", "app", "name", "addr", "tcurl", "flashver", "clientid", "secret", "shard"}

log = logging.getLogger("millstream.media.admission")


class Refused(ValueError):
    """The publisher may not publish; the text is for the person at the encoder."""

    reason = Reason.KEY


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks to publish: what an RTMP client says of itself. The key is never logged."""

    app: str
    key: str
    slug: str
    query: Mapping[str, str]
    address: str
    tcurl: str
    flashver: str
    client_id: int | str

    def __repr__(self) -> str:
        return f"Asking(app={self.app!r}, slug={self.slug!r}, address={self.address!r})"

    def fields(self, call: str) -> dict[str, str]:
        """The form as nginx-rtmp would send it."""
        extra = {name: value for name, value in self.query.items() if name not in _OWN_FIELDS}
        own = {
            "call": call,
            "app": self.app,
            "name": self.key,
            "addr": self.address,
            "tcurl": self.tcurl.partition("?")[0],
            "flashver": self.flashver,
            "clientid": str(self.client_id),
        }
        return {**dict(list(extra.items())[:MAX_QUERY_ARGUMENTS]), "slug": self.slug, **own}


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the web process granted."""

    stream: StreamId
    playback: Playback
    max_kbit: int
    max_hours: float


def read_grant(data: object) -> Admitted:
    """The grant in the hook's answer; raises ValueError or TypeError when it cannot be read."""
    if not isinstance(data, dict):
        raise TypeError("the answer is not an object")
    return Admitted(
        stream=StreamId(UUID(str(data.get("stream")))),
        playback=read_playback(data.get("playback")),
        max_kbit=int(data.get("max_kbit") or 0),
        max_hours=float(data.get("max_hours") or 0),
    )


class Admissions:
    """Asks the hook; remembers hashes of admitted keys on disk, so that a show outlives a restart of the web."""

    def __init__(
        self,
        web_url: str,
        secret: str,
        memory: Path,
        *,
        shard: int = 0,
        wall_seconds: Callable[[], float] = time.time,
    ) -> None:
        self._shard = str(shard)
        self._url = f"{web_url}/hooks/media"
        self._secret = secret
        self._memory = memory
        self._wall_seconds = wall_seconds
        self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)
        self._known: dict[str, tuple[float, Admitted]] = {}
        self._closed: frozenset[StreamId] = frozenset()
        self._load()

    async def ask(self, asking: Asking) -> Admitted:
        """Let the web process decide within 3 s; raises Refused. Without an answer, a remembered key goes on."""
        mark = self._mark(asking)
        try:
            answer = await self._post("publish", asking)
        except httpx.HTTPError as error:
            log.warning("the publish hook did not answer: %s", type(error).__name__)
            return self._recall(mark)
        if answer.is_server_error:
            log.warning("the publish hook failed: status %d", answer.status_code)
            return self._recall(mark)
        if not answer.is_success:
            self._known.pop(mark, None)
            self._store()
            raise Refused(_reason(answer))
        try:
            grant = read_grant(answer.json())
        except (ValueError, TypeError) as error:
            log.warning("the publish hook's answer cannot be read: %s", type(error).__name__)
            return self._recall(mark)
        self._remember(mark, grant)
        return grant

    async def done(self, asking: Asking, grant: Admitted) -> None:
        """Tell that the publisher is gone (best effort); its key stays welcome for ten minutes from now."""
        self._remember(self._mark(asking), grant)
        try:
            await self._post("publish_done", asking)
        except httpx.HTTPError as error:
            log.info("publish_done was not taken: %s", type(error).__name__)

    async def scenes(self) -> list[dict[str, Any]] | None:
        """The demo's list of scenes, None when the web process does not give one."""
        listed = await self._wishes("scenes")
        return None if listed is None else [entry for entry in listed if isinstance(entry, dict)]

    async def closed(self) -> frozenset[StreamId] | None:
        """The streams that nobody may publish into any more, None when the web process does not say.

        Keys remembered for them are forgotten, so that none gets in while the web process is away.
        """
        listed = await self._wishes("closed")
        if listed is None:
            return None
        try:
            self._closed = frozenset(StreamId(UUID(str(entry))) for entry in listed)
        except ValueError:
            log.warning("the list of closed streams cannot be read")
            return None
        over = [mark for mark, (_, grant) in self._known.items() if grant.stream in self._closed]
        for mark in over:
            del self._known[mark]
        if over:
            self._store()
        return self._closed

    async def _wishes(self, name: str) -> list[Any] | None:
        """One list of what the web process wants to see running or ended."""
        try:
            answer = await self._client.get(
                f"{self._url}/scenes", params={"secret": self._secret, "shard": self._shard}
            )
            listed = answer.json()[name] if answer.is_success else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
        return listed if isinstance(listed, list) else None

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _post(self, call: str, asking: Asking) -> httpx.Response:
        url = f"{self._url}/{call}"
        form = {**asking.fields(call), "shard": self._shard}
        # One limit over the whole exchange; httpx's own counts each step.
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._client.post(url, params={"secret": self._secret}, data=form)
        except TimeoutError as error:
            raise httpx.ReadTimeout("no answer within the limit") from error

    def _mark(self, asking: Asking) -> str:
        return hmac.new(self._secret.encode(), f"{asking.app}/{asking.key}".encode(), hashlib.sha256).hexdigest()

    def _recall(self, mark: str) -> Admitted:
        at, grant = self._known.get(mark, (0.0, None))
        if grant is None or self._wall_seconds() - at > REMEMBER_SECONDS:
            raise Refused(UNAVAILABLE)
        log.warning("stream %s is re-admitted from memory", grant.stream)
        return grant

    def _remember(self, mark: str, grant: Admitted) -> None:
        self._known.pop(mark, None)
        if grant.stream not in self._closed:
            self._known[mark] = (self._wall_seconds(), grant)
        while len(self._known) > MAX_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._store()

    def _store(self) -> None:
        listed = {mark: {"at": at, **asdict(grant)} for mark, (at, grant) in self._known.items()}
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._memory, json.dumps(listed, default=str).encode())
        except OSError as error:
            log.warning("admitted keys are remembered in memory only: %s", error.strerror)

    def _load(self) -> None:
        try:
            listed = json.loads(self._memory.read_bytes())
            self._known = {mark: (float(entry["at"]), read_grant(entry)) for mark, entry in listed.items()}
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            log.warning("the memory of admitted keys cannot be read and starts empty")


def _reason(answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    text = answer.text.strip() if kind.startswith("text/plain") else ""
    printable = "".join(letter for letter in text if letter.isprintable())
    return printable[:MAX_REASON_LETTERS] or REFUSED
