"""Plan what people who asked are told about a show: soon, now, moved, called off."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone_name, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from millstream.kernel.settings import conf
from millstream.kernel.texts import LANGUAGES, localised
from millstream.live.models import Show
from millstream.live.rules import show_url
from millstream.live.rules.repeats import offset_text
from millstream.notices import api as notices
from millstream.notices.types import OccasionPlan, Words

TOPIC: Final = "show"
SOON: Final = "soon:"
ON_NOW: Final = "on"
MOVED: Final = "moved:"
CALLED_OFF: Final = "called off"
STILL_SOON_FOR: Final = timedelta(minutes=2)
STILL_ON_FOR: Final = timedelta(minutes=30)
STILL_NEWS_FOR: Final = timedelta(hours=12)


type Said = Callable[[str], str]
type Pressed = Callable[[], str]


def announce_soon(row: Show, *, now: datetime) -> None:
    """Remind of a planned show some minutes before it; whatever reminder it had before does not count any more.

    Called in the transaction that plans or changes the show.
    """
    name = f"{SOON}{row.starts_at:%Y%m%dT%H%M%SZ}"
    notices.cancel_occasions(TOPIC, row.id, now=now, starting_with=SOON, keep=(name,))
    minutes: int = settings.REMIND_MINUTES
    words = _words(
        row,
        lambda title: ngettext("“{title}” starts in {n} minute", "“{title}” starts in {n} minutes", minutes).format(
            title=title, n=minutes
        ),
        lambda: _("See the goods of this show"),
    )
    due_at = row.starts_at - timedelta(minutes=minutes)
    notices.plan_occasion(OccasionPlan(TOPIC, row.id, name, due_at, row.starts_at + STILL_SOON_FOR, words), now=now)


def announce_start(row: Show, *, now: datetime) -> None:
    """Tell that the doors are open; who was not reminded yet is not reminded any more."""
    notices.cancel_occasions(TOPIC, row.id, now=now, starting_with=SOON)
    words = _words(row, lambda title: _("“{title}” is on").format(title=title), lambda: _("Come in"))
    notices.plan_occasion(OccasionPlan(TOPIC, row.id, ON_NOW, now, now + STILL_ON_FOR, words), now=now)


def announce_move(row: Show, *, now: datetime) -> None:
    """Tell that the show has another time, and remind of it then."""
    announce_soon(row, now=now)
    notices.cancel_occasions(TOPIC, row.id, now=now, starting_with=MOVED)
    words = _words(
        row, lambda title: _("“{title}” has another time").format(title=title), lambda: _("See the page of the show")
    )
    name = f"{MOVED}{row.changes}"
    notices.plan_occasion(OccasionPlan(TOPIC, row.id, name, now, now + STILL_NEWS_FOR, words), now=now)


def announce_end(row: Show, *, now: datetime, was_live: bool) -> None:
    """Tell that a planned show was called off; of a show that was on there is nothing more to tell."""
    notices.cancel_occasions(TOPIC, row.id, now=now)
    if was_live:
        return
    words = _words(
        row, lambda title: _("“{title}” was called off").format(title=title), lambda: _("See what else comes")
    )
    notices.plan_occasion(OccasionPlan(TOPIC, row.id, CALLED_OFF, now, now + STILL_NEWS_FOR, words), now=now)


def _words(row: Show, title: Said, action: Pressed) -> Words:
    """The same words in every language; the time stands with its place, since readers live elsewhere too."""
    titles, texts, actions = {}, {}, {}
    zone = get_default_timezone_name()
    for language in LANGUAGES:
        with override(language):
            shown = localised(row.title, language)
            titles[language] = title(shown)
            texts[language] = _("{title}: {when} ({offset}).").format(
                title=shown,
                when=date_format(localtime(row.starts_at), "DATETIME_FORMAT"),
                offset=offset_text(row.starts_at, zone),
            )
            actions[language] = action()
    return Words(titles, texts, actions, f"{conf().public_origin}{show_url(row.slug)}")
