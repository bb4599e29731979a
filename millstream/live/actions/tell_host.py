"""Tell whoever hosts a show that the operator has ended it, and why."""

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from millstream.kernel.settings import conf
from millstream.kernel.texts import LANGUAGES, localised
from millstream.live.models import Show
from millstream.notices import api as notices
from millstream.notices.types import Words
from millstream.people import api as people
from millstream.people.types import Role

HOSTS: Final = (Role.OWNER, Role.HOST, Role.STAFF)
STILL_NEWS_FOR_HOURS: Final = 72


def tell_host_of_end(show: Show, *, why: str, was_live: bool, now: datetime) -> None:
    """Write a letter to everybody who works as the host: what the operator did and why, once for each show.

    Called in the transaction that ends the show.
    """
    words = _words(show, why=why, was_live=was_live)
    for number, (address, language) in enumerate(people.mail_of_members(show.host_id, HOSTS)):
        once = f"show ended:{show.id}:{number}"
        notices.write_letter(once, address, language, words, now=now, for_hours=STILL_NEWS_FOR_HOURS)


def _words(show: Show, *, why: str, was_live: bool) -> Words:
    titles, texts, actions = {}, {}, {}
    for language in LANGUAGES:
        with override(language):
            title = localised(show.title, language)
            said = _("The platform ended your show “{title}”") if was_live else _("The platform called off “{title}”")
            titles[language] = said.format(title=title)
            texts[language] = _("The operator's reason: {why}").format(why=why)
            actions[language] = _("See what was done")
    return Words(titles, texts, actions, f"{conf().public_origin}{reverse('live:keeping_log')}")
