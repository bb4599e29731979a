"""Tell a person about what it takes part in, without being asked."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from millstream.kernel.texts import Text
from millstream.notices.actions.ask_to_be_told import address_of, ask_to_be_told
from millstream.notices.models import Subscription
from millstream.notices.refusals import NotAnEmail, TooManyLetters
from millstream.notices.types import AskState, Wish

log = logging.getLogger(__name__)


@transaction.atomic
def enlist_person(wishes: Sequence[Wish], *, about: Text, now: datetime) -> None:
    """Tell a person by these addresses; whoever ended it before is neither told nor asked again.

    A proved address is told at once, a typed one gets the one question that every typed address gets. An address that
    no mail could reach, or that was asked too often today, is left alone.
    """
    for wish in wishes:
        try:
            _, lookup = address_of(wish)
            known = Subscription.objects.filter(
                topic=wish.topic, subject=wish.subject, channel=wish.channel.value, lookup=lookup
            ).first()
            if known is None or (wish.is_proved and known.state == AskState.UNCONFIRMED.value):
                ask_to_be_told(wish, about=about, now=now)
        except (NotAnEmail, TooManyLetters):
            log.info("nobody is told of %s %s by this address", wish.topic, wish.subject)
