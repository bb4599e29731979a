"""Tell people about something they have a part in, such as their household, without being asked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.kernel.sealing import seal
from millstream.kernel.texts import LANGUAGES
from millstream.notices.actions.ask_to_be_told import address_of
from millstream.notices.models import Subscription
from millstream.notices.refusals import NotAnEmail
from millstream.notices.types import AskState, Channel, Member, Wish


@transaction.atomic
def enlist_members(topic: str, subject: UUID, members: Sequence[Member], *, now: datetime) -> None:
    """Tell these people about a subject by mail, and nobody else; whoever ended it before is not told again.

    Their addresses are proved: they sign in with them. Browsers that asked for pushes are left alone.
    """
    rows = [row for member in members if (row := _row(topic, subject, member, now)) is not None]
    known = Subscription.objects.filter(topic=topic, subject=subject, channel=Channel.EMAIL.value)
    known.filter(state=AskState.ACTIVE.value).exclude(lookup__in=[row.lookup for row in rows]).delete()
    Subscription.objects.bulk_create(rows, ignore_conflicts=True)


def _row(topic: str, subject: UUID, member: Member, now: datetime) -> Subscription | None:
    """The row of a member; None for an account whose address no mail could reach."""
    wish = Wish(topic=topic, subject=subject, address=member.address, language=member.language, visitor=new_id())
    try:
        plain, lookup = address_of(wish)
    except NotAnEmail:
        return None
    return Subscription(
        id=new_id(),
        topic=topic,
        subject=subject,
        channel=wish.channel.value,
        sealed=seal(plain),
        lookup=lookup,
        language=member.language if member.language in LANGUAGES else LANGUAGES[0],
        visitor=wish.visitor,
        state=AskState.ACTIVE.value,
        asked_at=now,
        confirmed_at=now,
    )
