"""Shows in people's calendars (RFC 5545): one as a file, a host's as a feed that calendars fetch again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.refusals import NoSuchShow
from millstream.live.types import ShowRecord, ShowState
from millstream.people import api as people

OCTETS_A_LINE: Final = 75
LOOK_BACK: Final = timedelta(days=14)
REMIND_BEFORE: Final = "PT10M"


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """A planned show as an appointment for the reader's calendar."""
    show = api.show_by_slug(slug)
    if show.state is not ShowState.PLANNED:
        raise NoSuchShow
    now: datetime = request.now()  # type: ignore[attr-defined]
    answer = _answer(_head(localised(show.title)) + _event(show, now) + ["END:VCALENDAR"])
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return answer


@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """A host's coming shows, the repeating ones each by itself, called-off ones as called off."""
    host = people.actor_by_slug(slug)
    now: datetime = request.now()  # type: ignore[attr-defined]
    lines = _head(_("Shows of {host}").format(host=localised(host.name)))
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    for show in api.calendar_of(host.id, now - LOOK_BACK):
        lines += _event(show, now)
    answer = _answer([*lines, "END:VCALENDAR"])
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _head(name: str) -> list[str]:
    return [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Millstream//Shows//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]


def _event(show: ShowRecord, now: datetime) -> list[str]:
    """One appointment. Its UID stays and its SEQUENCE grows with every change, so calendars move it; times are UTC."""
    url = f"{conf().public_origin}{reverse('live:show', args=[show.slug])}"
    cancelled = show.state is ShowState.CANCELLED
    lines = [
        "BEGIN:VEVENT",
        f"UID:{show.id}@millstream",
        f"SEQUENCE:{show.changes}",
        f"DTSTAMP:{_stamp(now)}",
        f"DTSTART:{_stamp(show.starts_at)}",
        f"DTEND:{_stamp(show.ends_about)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_escaped(localised(show.title))}",
        f"DESCRIPTION:{_escaped(localised(show.story))}",
        f"URL:{url}",
    ]
    if not cancelled:
        said = _escaped(localised(show.title))
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{said}", f"TRIGGER:-{REMIND_BEFORE}", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def _answer(lines: Sequence[str]) -> HttpResponse:
    body = "\r\n".join(_folded(line) for line in lines) + "\r\n"
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, none of which splits a letter (RFC 5545, 3.1)."""
    pieces, piece, room = [], "", OCTETS_A_LINE
    for letter in line:
        size = len(letter.encode())
        if len(piece.encode()) + size > room:
            pieces.append(piece)
            piece, room = "", OCTETS_A_LINE - 1
        piece += letter
    return "\r\n ".join([*pieces, piece])


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """Text of an appointment (RFC 5545, 3.3.11); control characters cannot start another line."""
    lines = text.replace("\r\n", "\n").split("\n")
    plain = ["".join(letter if letter.isprintable() else " " for letter in line) for line in lines]
    escaped = [line.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in plain]
    return "\\n".join(escaped)
