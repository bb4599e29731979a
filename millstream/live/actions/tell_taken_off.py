"""Tell a maker that the operator took something of theirs off sale."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from millstream.kernel.settings import conf
from millstream.kernel.texts import LANGUAGES, Text, localised
from millstream.live.actions.tell_household import MEMBERS
from millstream.live.types.studio import HOUSEHOLD_TOPIC
from millstream.notices import api as notices
from millstream.notices.types import Member, OccasionPlan, Words
from millstream.people import api as people
from millstream.people.types import ActorId
from millstream.shops import api as shops
from millstream.shops.types import ProductId

TOLD_FOR: Final = timedelta(days=7)


def tell_taken_off(seller: UUID, product: UUID, *, why: str, once: str, now: datetime) -> None:
    """Plan one notice for whoever works there, by mail and in every browser that asked; `once` names the taking off.

    Called in the transaction that hears of it.
    """
    members = [Member(address, language) for address, language in people.mail_of_members(seller, MEMBERS)]
    notices.enlist_members(HOUSEHOLD_TOPIC, seller, members, now=now)
    words = _words(shops.own_product(ProductId(product), ActorId(seller)).title, product, why)
    plan = OccasionPlan(HOUSEHOLD_TOPIC, seller, f"taken-off:{once}", now, now + TOLD_FOR, words)
    notices.plan_occasion(plan, now=now)


def _words(title: Text, product: UUID, why: str) -> Words:
    titles, texts, actions = {}, {}, {}
    for language in LANGUAGES:
        with override(language):
            titles[language] = _("“{title}” was taken off sale by the operator").format(title=localised(title))
            reason = _("The reason: {why}").format(why=why) if why else _("No reason was given.")
            first = _("Nobody can buy it now; what was bought before goes on.")
            then = _("Put right what is wrong before you list it again, or ask whoever runs the town.")
            texts[language] = f"{first}\n{reason}\n{then}"
            actions[language] = _("See the product")
    return Words(titles, texts, actions, f"{conf().public_origin}/desk/shop/products/{product}/")
