"""Who may open a socket: checked from the handshake alone, without the database."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from django.utils.translation import gettext

from millstream.kernel.sealing import sign, signed_by_us
from millstream.kernel.settings import conf
from millstream.kernel.web.middleware import VISITOR_COOKIE, visitor_from_cookie
from millstream.kernel.web.peers import client_address, forwarded_in, network_of
from millstream.live.room.wire import ROLES

PASS_SECONDS: Final = 12 * 3600
PURPOSE: Final = "room-pass"
PATH: Final = "/ws/rooms/"
LONGEST_NAME: Final = 40
FIELDS: Final = 8  # a pass that was written before there was one more field has fewer
KEEPERS: Final = frozenset({"host", "cohost", "moderator"})


class Denied(Exception):
    """The handshake is refused; the text says why, for the log only."""


@dataclass(frozen=True, slots=True)
class RoomPass:
    """What the page tells the room server about its reader, signed and bound to the visitor.

    `person` stands for who a verified reader has proved to be, in hex; empty for everybody else.
    """

    room: UUID
    visitor: UUID
    name: str
    role: str
    until: int
    actor: UUID | None = None
    verified: bool = False
    follower: bool = False
    buyer: bool = False
    operator: bool = False
    person: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who may come in. `actor` is whom a signed-in viewer acts as; `mark` stands for the network in rows.

    `passed` is the role of the page's pass where the crew has changed since.
    """

    room: UUID
    visitor: UUID
    network: str
    name: str
    role: str
    language: str
    vouched: bool
    actor: UUID | None = None
    verified: bool = False
    follower: bool = False
    buyer: bool = False
    person: str = ""
    mark: str = ""
    operator: bool = False
    passed: str = ""


def as_of_crew(entry: Entry, crew: Mapping[str, str] | None) -> Entry:
    """The entry with the role that its actor has on the crew now (actor to role; None: nobody knows).

    A pass lasts for hours, and somebody may join or leave meanwhile. The operator keeps order everywhere.
    """
    if crew is None or entry.actor is None:
        return entry
    passed = entry.passed or entry.role
    role = crew.get(str(entry.actor))
    if role is None:
        role = "buyer" if passed in KEEPERS and not entry.operator else passed
    return entry if role == entry.role else replace(entry, role=role, passed=passed)


@lru_cache(maxsize=20_000)
def network_mark(network: str) -> str:
    """What stands for a network in rows: it can be compared, not read."""
    return sign("network", network)[:32]


def guest_number(visitor: UUID) -> int:
    """Four digits by which a guest is called; the same for the same visitor."""
    return 1000 + visitor.int % 9000


def guest_name(visitor: UUID, language: str | None = None) -> str:
    """What a guest is called, in a language (the active one by default)."""
    with translation.override(language or translation.get_language()):
        return gettext("Guest %(number)s") % {"number": guest_number(visitor)}


def write_pass(room_pass: RoomPass) -> str:
    """The pass as a URL-safe text."""
    flags = "".join(letter for letter, is_set in _flags(room_pass) if is_set)
    body = json.dumps(
        [
            room_pass.room.hex,
            room_pass.visitor.hex,
            room_pass.name[:LONGEST_NAME],
            room_pass.role,
            room_pass.until,
            room_pass.actor.hex if room_pass.actor else "",
            flags,
            room_pass.person,
        ],
        ensure_ascii=False,
    )
    told = base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
    return f"{told}.{sign(PURPOSE, told)}"


def _flags(room_pass: RoomPass) -> tuple[tuple[str, bool], ...]:
    return (
        ("v", room_pass.verified),
        ("f", room_pass.follower),
        ("b", room_pass.buyer),
        ("o", room_pass.operator),
    )


def read_pass(text: str, *, now: float) -> RoomPass | None:
    """The pass that we signed, while it lasts; None for anything else."""
    told, _, signature = text.partition(".")
    if not told or not signed_by_us(PURPOSE, told, signature):
        return None
    try:
        body = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
        body += [""] * (FIELDS - len(body))
        room, visitor, name, role, until, actor, flags, person = body
        known = RoomPass(
            UUID(room),
            UUID(visitor),
            str(name),
            str(role),
            int(until),
            actor=UUID(actor) if actor else None,
            verified="v" in flags,
            follower="f" in flags,
            buyer="b" in flags,
            operator="o" in flags,
            person=str(person),
        )
    except (ValueError, TypeError, binascii.Error):
        return None
    return known if known.until > now and known.role in ROLES else None


def admit(scope: Mapping[str, Any], *, now: float) -> Entry:
    """The entry that a handshake asks for; raises `Denied`. `now` is in epoch seconds."""
    pairs = list(scope.get("headers", ()))
    headers = _headers(pairs)
    room = _room_of(str(scope.get("path", "")))
    _check_origin(headers)
    cookies = parse_cookie(headers.get("cookie", ""))
    visitor = visitor_from_cookie(cookies.get(VISITOR_COOKIE))
    if visitor is None:
        raise Denied("no signed visitor")
    peer = str((scope.get("client") or ("", 0))[0])
    language = _language(cookies.get(settings.LANGUAGE_COOKIE_NAME), headers.get("accept-language", ""))
    query = parse_qs(bytes(scope.get("query_string", b"")).decode("ascii", "replace"))
    known = read_pass(query.get("pass", [""])[0], now=now)
    vouched = known if known is not None and known.room == room and known.visitor == visitor else None
    network = network_of(client_address(peer, forwarded_in(pairs), conf().trusted_proxies))
    return Entry(
        room=room,
        visitor=visitor,
        network=network,
        name=vouched.name if vouched else guest_name(visitor, language),
        role=vouched.role if vouched else "guest",
        language=language,
        vouched=vouched is not None,
        actor=vouched.actor if vouched else None,
        verified=vouched.verified if vouched else False,
        follower=vouched.follower if vouched else False,
        buyer=vouched.buyer if vouched else False,
        person=vouched.person if vouched else "",
        mark=network_mark(network),
        operator=vouched.operator if vouched else False,
    )


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {bytes(name).decode("latin-1").lower(): bytes(value).decode("latin-1") for name, value in pairs}


def _room_of(path: str) -> UUID:
    if not path.startswith(PATH):
        raise Denied("no room of that address")
    try:
        return UUID(path.removeprefix(PATH).strip("/"))
    except ValueError:
        raise Denied("no room of that address") from None


def _check_origin(headers: Mapping[str, str]) -> None:
    """The page that opens the socket is one of ours: a browser always says where it is from."""
    host = headers.get("host", "")
    domain, _port = split_domain_port(host)
    allowed = list(settings.ALLOWED_HOSTS) or (["localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
    if not domain or not validate_host(domain, allowed):
        raise Denied("not our host")
    origin = headers.get("origin", "")
    if origin == conf().public_origin:
        return
    try:
        opened_at = urlsplit(origin).netloc
    except ValueError:  # `http://[` is no address
        opened_at = ""
    if opened_at != host:
        raise Denied("opened by another site")


def _language(cookie: str | None, accepted: str) -> str:
    """The viewer's language out of the cookie, else of what the browser accepts first."""
    wanted = (cookie or accepted.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0]).strip().lower()
    return "zh-hans" if wanted.startswith("zh") else "en"
