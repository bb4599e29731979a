"""Tell a household what a host has listed in its name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from millstream.kernel.settings import conf
from millstream.kernel.templatetags.millstream import money
from millstream.kernel.texts import LANGUAGES, Text, localised
from millstream.live.queries import show as show_of
from millstream.live.queries.studio import listed_for
from millstream.live.rules.households import told_at
from millstream.live.types import ShowRecord
from millstream.live.types.studio import HOUSEHOLD_NEWS_FOR, HOUSEHOLD_TOLD_EVERY, HOUSEHOLD_TOPIC
from millstream.notices import api as notices
from millstream.notices.types import Member, OccasionPlan, Words
from millstream.people import api as people
from millstream.people.types import ActorId, Role
from millstream.shops import api as shops
from millstream.shops.types import ForSale, VariantId

MEMBERS: Final = (Role.OWNER, Role.MAKER, Role.STAFF)
MOST_NAMED: Final = 8
WHERE: Final = "/desk/listed/"

type Line = tuple[int, ForSale]


def tell_household(seller: UUID, show_id: UUID, variant: UUID, *, listed_at: datetime, now: datetime) -> None:
    """Plan one notice for all that was listed in the same two minutes; one that was told already is not told again.

    Called in the transaction that hears of the listing. Whoever works for the household is told by mail, and every
    browser that asked.
    """
    due_at = told_at(listed_at)
    since = due_at - HOUSEHOLD_TOLD_EVERY
    listed = [item for item in listed_for(seller, since=since, show_id=show_id) if item.listed_at < due_at]
    goods = shops.for_sale([VariantId(item.variant) for item in listed])
    lines = [(item.number, goods[VariantId(item.variant)]) for item in listed if VariantId(item.variant) in goods]
    if not lines:
        return  # taken off sale before anybody could be told
    members = [Member(address, language) for address, language in people.mail_of_members(seller, MEMBERS)]
    notices.enlist_members(HOUSEHOLD_TOPIC, seller, members, now=now)
    useless_at = listed_at + HOUSEHOLD_NEWS_FOR
    words = _words(show_of(show_id), seller, sorted(lines, key=_number))
    name = f"listed:{show_id.hex}:{due_at:%Y%m%dT%H%M}"
    if notices.plan_occasion(OccasionPlan(HOUSEHOLD_TOPIC, seller, name, due_at, useless_at, words), now=now):
        return
    late = _words(show_of(show_id), seller, [line for line in lines if line[1].variant_id == variant] or lines)
    name = f"late:{variant.hex}"
    notices.plan_occasion(OccasionPlan(HOUSEHOLD_TOPIC, seller, name, now, useless_at, late), now=now)


def _number(line: Line) -> int:
    return line[0]


def _words(show: ShowRecord, seller: UUID, lines: Sequence[Line]) -> Words:
    """What was listed, for how much and how many, and what the household can do, in every language."""
    known = people.actors({show.host, seller})
    host, household = known[ActorId(show.host)].name, known[ActorId(seller)].name
    titles, texts, actions = {}, {}, {}
    for language in LANGUAGES:
        with override(language):
            told = {"host": localised(host), "household": localised(household), "n": len(lines)}
            titles[language] = ngettext(
                "{host} has listed {n} product for {household}",
                "{host} has listed {n} products for {household}",
                len(lines),
            ).format(**told)
            texts[language] = _text(show.title, localised(host), lines)
            actions[language] = _("See it, change it or take it off sale")
    return Words(titles, texts, actions, f"{conf().public_origin}{WHERE}")


def _text(show: Text, host: str, lines: Sequence[Line]) -> str:
    said = [_line(number, goods) for number, goods in lines[:MOST_NAMED]]
    if len(lines) > MOST_NAMED:
        said.append(_("And {n} more.").format(n=len(lines) - MOST_NAMED))
    said.append(
        _(
            "It is on sale in the show “{show}”, and it is yours: your stock, your money. If that is not right, take it"
            " off sale, change its price, or say that {host} lists nothing more for you."
        ).format(show=localised(show), host=host)
    )
    return " ".join(said)


def _line(number: int, goods: ForSale) -> str:
    text: str = ngettext(
        "{title} (No. {number}) for {price}, {n} piece in stock.",
        "{title} (No. {number}) for {price}, {n} pieces in stock.",
        goods.left,
    )
    price = money(goods.price_minor, goods.currency)
    return text.format(number=number, title=localised(goods.title), price=price, n=goods.left)
