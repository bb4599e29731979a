"""A show before it starts: the public page, and the agenda of what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.rules.repeats import local_day, moment
from millstream.live.types import ShowRecord, ShowState
from millstream.live.types.plans import PreviewState
from millstream.live.web.forms import zone_label
from millstream.live.web.passes import speaker_of
from millstream.live.web.posters import show_url
from millstream.live.web.remind import remind_context
from millstream.live.web.room_page import Goods, goods_of, rundown_rows, socket_path
from millstream.people import api as people
from millstream.people.types import ActorRecord

SOON: Final = timedelta(minutes=10)
MOST_DAYS: Final = 14
A_DAY: Final = timedelta(days=1)


def planned_page(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """The countdown, the preview, the goods, ways to be reminded and to pass it on."""
    now: datetime = request.now()  # type: ignore[attr-defined]
    host, url = people.actor(show.host), show_url(show)
    cancelled = show.state is ShowState.CANCELLED
    preview, goods = api.preview_of(show.id), goods_of(show)
    context: dict[str, Any] = {
        "section": "shows",
        "show": show,
        "host": host,
        "cancelled": cancelled,
        "late": show.starts_at <= now,
        "soon": show.starts_at - now < SOON,
        "at_place": timezone.localtime(show.starts_at),
        "zone": zone_label(timezone.get_default_timezone_name(), show.starts_at),
        "rundown": rundown_rows(show, goods),
        "preview": preview if preview and preview.state is PreviewState.READY else None,
        "link": url,
        "share": share_links(url, localised(show.title)),
        "feed": _feed_url(host),
    }
    if not cancelled:
        context |= {"remind": remind_context(request, show), "waiting": _waiting(request, show, goods)}
    return render(request, "live/planned.html", context)


def _waiting(request: HttpRequest, show: ShowRecord, goods: Goods) -> dict[str, str]:
    """How the page hears that the show begins: by the room's socket, or by asking for its trade."""
    by = speaker_of(request, show, goods.sellers())
    live_url, catch_up = (reverse(f"live:{name}", args=[show.slug]) for name in ("show", "trade"))
    return {"socket": socket_path(show, by), "catch_up": catch_up, "live_url": live_url}


def share_links(url: str, title: str) -> list[dict[str, str]]:
    """Where people pass a show on; plain links, nothing of these sites is loaded."""
    return [
        {"name": "WhatsApp", "url": f"https://wa.me/?{urlencode({'text': f'{title} {url}'})}"},
        {"name": "Telegram", "url": f"https://t.me/share/url?{urlencode({'url': url, 'text': title})}"},
        {"name": "微博", "url": f"https://service.weibo.com/share/share.php?{urlencode({'url': url, 'title': title})}"},
        {"name": "E-mail", "url": f"mailto:?{urlencode({'subject': title, 'body': url}).replace('+', '%20')}"},
    ]


def _feed_url(host: ActorRecord) -> str:
    """The host's calendar feed, as calendars subscribe to it; empty for a host who is not public."""
    if not host.is_public:
        return ""
    return f"webcal://{conf().public_origin.partition('//')[2]}{reverse('live:host_feed', args=[host.slug])}"


@dataclass(frozen=True, slots=True)
class Agenda:
    """What part of the coming shows is asked for; anything else than a host and a day is no matter."""

    host: ActorRecord | None
    day: date | None

    @classmethod
    def asked(cls, request: HttpRequest) -> Self:
        """Read from the address."""
        slug, day = request.GET.get("host", "")[:80], request.GET.get("day", "")
        try:
            wanted = date.fromisoformat(day) if day else None
        except ValueError:
            wanted = None
        return cls(people.actor_by_slug(slug) if slug else None, wanted)

    @property
    def is_narrow(self) -> bool:
        """Whether less than everything is asked for."""
        return self.host is not None or self.day is not None

    @property
    def between(self) -> tuple[datetime, datetime] | None:
        """The moments of the day, by this place's clocks."""
        if self.day is None:
            return None
        zone = timezone.get_default_timezone_name()
        return moment(self.day, time(), zone), moment(self.day + A_DAY, time(), zone)


def days_with_shows(shows: Sequence[ShowRecord]) -> list[date]:
    """The next days on which something comes."""
    zone = timezone.get_default_timezone_name()
    return sorted({local_day(show.starts_at, zone) for show in shows})[:MOST_DAYS]
