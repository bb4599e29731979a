"""Say something in a room, without a socket."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.live.models import Message, Show
from millstream.live.queries.order import guard_seed, places_of
from millstream.live.refusals import NoSuchShow, TalkClosed, TalkEmpty, TalkRepeated, TalkTooLong
from millstream.live.refusals.talk import REFUSED_TALK, TalkSlow
from millstream.live.room.admission import Entry
from millstream.live.room.bounds import CROWD_SECONDS, LONGEST_TALK, REPEAT_SECONDS
from millstream.live.room.guard import STAFF, Guard, TalkRefused
from millstream.live.room.rows import prune_talk
from millstream.live.room.speech import mentions_in
from millstream.live.room.wire import BadFrame, is_too_long, tidy_words
from millstream.live.types import MessageRecord, ShowState, SpokenBy, TalkRole


@transaction.atomic
def say(show_id: UUID, by: SpokenBy, text: str, *, reply: UUID | None = None, now: datetime) -> MessageRecord:
    """Keep a message of a room; the same rules hold as for those who talk by socket."""
    try:
        words = tidy_words(text)
    except BadFrame:
        raise TalkEmpty from None
    if is_too_long(words):
        raise TalkTooLong(most=LONGEST_TALK)
    show = Show.objects.filter(id=show_id).first()
    if show is None:
        raise NoSuchShow
    if show.state not in (ShowState.PLANNED.value, ShowState.LIVE.value):
        raise TalkClosed
    _check(show, by, words, now)
    answered = reply and Message.objects.filter(id=reply, show=show, deleted_at__isnull=True).exists()
    row = Message.objects.create(
        id=new_id(),
        show=show,
        visitor=by.visitor,
        actor=by.actor,
        network=by.network if by.role.value not in STAFF else "",
        name=by.name[:40],
        role=by.role.value,
        text=words,
        reply=reply if answered else None,
        mentions=mentions_in(words, places_of(show.id)),
        at=now,
    )
    prune_talk(show.id)
    return MessageRecord(row.id, row.name, TalkRole(row.role), row.text, row.at, row.reply, tuple(row.mentions))


def _check(show: Show, by: SpokenBy, words: str, now: datetime) -> None:
    """The order of the room, as its rows say; what needs a memory (pace, repeats) by what was said last."""
    seed = guard_seed(show.id)
    guard = Guard()
    guard.take(seed)
    _remember_crowd(guard, show, by, now)
    entry = Entry(
        room=show.room,
        visitor=by.visitor,
        network=by.network,
        name=by.name,
        role=by.role.value,
        language="",
        vouched=True,
        actor=by.actor,
        verified=by.verified,
        follower=by.follower,
        buyer=by.buyer,
        mark=by.network,
    )
    try:
        guard.check(entry, words, 0.0, now.timestamp())
    except TalkRefused as refused:
        raise REFUSED_TALK[refused.code](**refused.facts) from None
    before = Message.objects.filter(show=show, visitor=by.visitor).order_by("-id").first()
    if before is None:
        return
    since = (now - before.at).total_seconds()
    if before.text == words and since < REPEAT_SECONDS:
        raise TalkRepeated
    slow = seed.rules.slow_seconds if by.role.value not in STAFF else 0
    if since < slow:
        raise TalkSlow(retry_after=max(1, int(slow - since)), seconds=slow)


def _remember_crowd(guard: Guard, show: Show, by: SpokenBy, now: datetime) -> None:
    """What this network said in the room lately, by socket or by form: its third visitor does not say the same."""
    if not by.network:
        return
    lately = Message.objects.filter(show=show, network=by.network, at__gt=now - timedelta(seconds=CROWD_SECONDS))
    for visitor, text, at in lately.order_by("id").values_list("visitor", "text", "at"):
        guard.hear(by.network, str(visitor), text, (at - now).total_seconds())
