"""What can be asked about notices."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count

from millstream.kernel.sealing import unseal
from millstream.notices.models import Notice, Subscription
from millstream.notices.refusals import NoSuchAsk
from millstream.notices.types import AskRecord, AskState, Channel, NoticeState, PushAddress, Tally, Words
from millstream.people.api import mask_contact


def packed(address: PushAddress) -> str:
    """A push address as one text."""
    return json.dumps([address.endpoint, address.p256dh, address.auth])


def unpacked(text: str) -> PushAddress:
    """The push address of a text."""
    endpoint, p256dh, auth = json.loads(text)
    return PushAddress(endpoint, p256dh, auth)


def packed_words(words: Words) -> Mapping[str, Any]:
    """Words as a row keeps them."""
    return {"title": dict(words.title), "text": dict(words.text), "action": dict(words.action), "url": words.url}


def ask_record(row: Subscription) -> AskRecord:
    """The record of a row."""
    channel = Channel(row.channel)
    shown = mask_contact(unseal(row.sealed)) if row.sealed and channel is Channel.EMAIL else ""
    return AskRecord(row.id, row.topic, row.subject, channel, shown, AskState(row.state))


def wish(wish_id: UUID) -> AskRecord:
    """One wish; refuses an unknown one."""
    row = Subscription.objects.filter(id=wish_id).first()
    if row is None:
        raise NoSuchAsk
    return ask_record(row)


def wishes_of(visitor: UUID, topic: str, subject: UUID) -> list[AskRecord]:
    """The open wishes of a browser about a subject."""
    rows = Subscription.objects.filter(
        visitor=visitor, topic=topic, subject=subject, state__in=(AskState.ACTIVE.value, AskState.UNCONFIRMED.value)
    )
    return [ask_record(row) for row in rows.order_by("asked_at")[:10]]


def wished(topic: str, subject: UUID) -> int:
    """How many addresses are to be told about a subject."""
    return Subscription.objects.filter(topic=topic, subject=subject, state=AskState.ACTIVE.value).count()


def tally(topic: str, subject: UUID) -> Tally:
    """How many notices about a subject wait, went, failed."""
    rows = Notice.objects.filter(occasion__topic=topic, occasion__subject=subject).values_list("state")
    found = dict(rows.annotate(n=Count("id")))
    waiting = sum(found.get(state.value, 0) for state in (NoticeState.WAITING, NoticeState.TAKEN, NoticeState.HANDED))
    sent = found.get(NoticeState.SENT.value, 0)
    return Tally(waiting, sent, sum(found.values()) - waiting - sent)
