"""Send what is due: occasions become notices, notices are taken, handed over and settled.

Each step is a transaction of its own, so that a sender may die anywhere:
waiting -> taken -> (mail only) handed -> sent. A notice found in `taken` was not handed over and waits again. A mail
found in `handed` may have gone: it becomes `unsure` and is not sent twice. A push is sent again, because its topic and
tag make a second one replace the first.
"""

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
from django.conf import settings
from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.kernel.sealing import unseal
from millstream.kernel.texts import localised
from millstream.notices.actions.answer_wish import bury_address
from millstream.notices.adapters.links import push_hosts, stop_url
from millstream.notices.adapters.mail import Letter, Post
from millstream.notices.adapters.outcome import End, Outcome
from millstream.notices.adapters.push import deliver
from millstream.notices.models import Notice, Occasion
from millstream.notices.queries import unpacked
from millstream.notices.rules import is_push_address, pause_after
from millstream.notices.types import CLAIM_HOLDS_FOR, MOST_ATTEMPTS, Channel, NoticeState

log = logging.getLogger(__name__)

BATCH: Final = 50
PUSHES_AT_ONCE: Final = 8

# One notice for each active wish; a wish that has one already gets no second.
_TELL: Final = """
INSERT INTO notices_notice
    (id, once, subscription_id, occasion_id, channel, language, state, attempts, next_at, useless_at, made_at, reason)
SELECT gen_random_uuid(), wish.id || ':' || %(occasion)s, wish.id, %(occasion)s, wish.channel, wish.language,
       'waiting', 0, %(now)s, %(useless)s, %(now)s, ''
FROM notices_subscription AS wish
WHERE wish.topic = %(topic)s AND wish.subject = %(subject)s AND wish.state = 'active'
ON CONFLICT (once) DO NOTHING
"""

_TAKE: Final = """
UPDATE notices_notice SET state = 'taken', taken_at = %(now)s, taken_by = %(by)s, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM notices_notice WHERE state = 'waiting' AND next_at <= %(now)s AND useless_at > %(now)s
    ORDER BY next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
"""


@transaction.atomic
def tell_occasions(*, now: datetime) -> int:
    """Turn due occasions into notices, once each; returns how many notices were written."""
    written = 0
    due = Occasion.objects.select_for_update(skip_locked=True).filter(
        due_at__lte=now, told_at__isnull=True, cancelled_at__isnull=True
    )
    for row in due.order_by("due_at")[:BATCH]:
        if row.useless_at > now:
            with connection.cursor() as cursor:
                cursor.execute(
                    _TELL,
                    {
                        "occasion": row.id,
                        "topic": row.topic,
                        "subject": row.subject,
                        "useless": row.useless_at,
                        "now": now,
                    },
                )
                written += cursor.rowcount
        Occasion.objects.filter(id=row.id).update(told_at=now)
    return written


@transaction.atomic
def pick_up(*, now: datetime) -> None:
    """Look after what a dead sender left, and end what came too late."""
    old = Notice.objects.filter(taken_at__lt=now - CLAIM_HOLDS_FOR)
    again = {"state": NoticeState.WAITING.value, "taken_by": None, "next_at": now}
    old.filter(state=NoticeState.TAKEN.value).update(**again)
    old.filter(state=NoticeState.HANDED.value).update(
        state=NoticeState.UNSURE.value,
        settled_at=now,
        sealed=None,
        reason="the sender died while the mail server had it",
    )
    Notice.objects.filter(state=NoticeState.WAITING.value, useless_at__lte=now).update(
        state=NoticeState.LATE.value, settled_at=now, sealed=None, reason="too late to be of use"
    )


def send_batch(clock: Callable[[], datetime]) -> int:
    """Take a batch of waiting notices and send it; returns how many were taken. Several senders share the work."""
    by, now = new_id(), clock()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "by": by, "most": BATCH})
        taken: int = cursor.rowcount
    if not taken:
        return 0
    rows = list(
        Notice.objects.filter(taken_by=by, state=NoticeState.TAKEN.value)
        .select_related("subscription", "occasion")
        .order_by("next_at")
    )
    _send_mails([row for row in rows if row.channel == Channel.EMAIL.value], by, clock)
    _send_pushes([row for row in rows if row.channel == Channel.PUSH.value], by, clock)
    return taken


def _send_mails(rows: list[Notice], by: UUID, clock: Callable[[], datetime]) -> None:
    """One mail after the other over one connection; each is marked before the mail server gets it."""
    post = Post()
    try:
        for row in rows:
            failed = post.open()
            if failed is not None:
                _settle(row, by, failed, clock())
                continue
            mine = Notice.objects.filter(id=row.id, taken_by=by, state=NoticeState.TAKEN.value)
            letter = _letter(row)
            if letter is None:
                _settle(row, by, Outcome(End.REFUSED, "the address was forgotten"), clock())
            elif mine.update(state=NoticeState.HANDED.value, taken_at=clock()):
                _settle(row, by, post.deliver(letter), clock())
    finally:
        post.close()


def _send_pushes(rows: list[Notice], by: UUID, clock: Callable[[], datetime]) -> None:
    """Many pushes at once; the threads talk to push services alone, never to the database."""
    if not rows:
        return
    now = clock()
    with httpx.Client() as client, ThreadPoolExecutor(PUSHES_AT_ONCE) as pool:
        outcomes = list(pool.map(lambda row: _push(client, row, now), rows))
    for row, outcome in zip(rows, outcomes, strict=True):
        _settle(row, by, outcome, clock())


def _push(client: httpx.Client, row: Notice, now: datetime) -> Outcome:
    address = unpacked(unseal(row.subscription.sealed)) if row.subscription and row.subscription.sealed else None
    if address is None or not is_push_address(address, push_hosts()):
        return Outcome(End.REFUSED, "no push address that we talk to")
    title, text, _, url = _said(row)
    plain = {"title": title[:200], "body": text[:400], "url": url, "tag": row.id.hex}
    return deliver(
        client,
        address,
        json.dumps(plain, ensure_ascii=False).encode(),
        topic=row.id.hex,
        ttl_seconds=int((row.useless_at - now).total_seconds()),
        contact=f"mailto:{settings.DEFAULT_FROM_EMAIL}",
        at=now.timestamp(),
    )


def _said(row: Notice) -> tuple[str, str, str, str]:
    """Title, text, what to press and its address, in the notice's language."""
    words = row.words or (row.occasion.words if row.occasion else {})
    texts = [localised(words[part], row.language) for part in ("title", "text", "action")]
    return texts[0], texts[1], texts[2], words["url"]


def _letter(row: Notice) -> Letter | None:
    """The mail of a notice; None when its address was forgotten meanwhile, with the wish."""
    sealed = row.sealed or (row.subscription.sealed if row.subscription else None)
    if sealed is None:
        return None
    title, text, action, url = _said(row)
    end = stop_url(row.subscription_id) if row.subscription_id else ""
    return Letter(row.id.hex, unseal(sealed), row.language, title, text, action, url, end)


@transaction.atomic
def _settle(row: Notice, by: UUID, outcome: Outcome, now: datetime) -> None:
    """Write down how it ended; what may be tried later waits, longer each time."""
    mine = Notice.objects.filter(id=row.id, taken_by=by)
    ended = {"settled_at": now, "reason": outcome.reason[:200]}
    if outcome.end is End.SENT:
        mine.update(state=NoticeState.SENT.value, sealed=None, **ended)
    elif outcome.end is End.UNSURE:
        mine.update(state=NoticeState.UNSURE.value, sealed=None, **ended)
    elif outcome.end is End.LATER and row.attempts < MOST_ATTEMPTS:
        pause = max(pause_after(row.attempts), timedelta(seconds=outcome.wait_seconds))
        mine.update(state=NoticeState.WAITING.value, next_at=now + pause, taken_by=None, reason=outcome.reason[:200])
    else:
        mine.update(state=NoticeState.REFUSED.value, sealed=None, **ended)
        if outcome.end is End.GONE and row.subscription is not None:
            bury_address(bytes(row.subscription.lookup), now=now)
    if outcome.end is not End.SENT:
        log.warning("notice %s by %s: %s (%s)", row.id, row.channel, outcome.end.value, outcome.reason)


@transaction.atomic
def forget_old(*, now: datetime, after: timedelta) -> int:
    """Forget notices, occasions and ended wishes that nobody needs any more; returns how many notices went."""
    gone, _ = Notice.objects.filter(settled_at__lt=now - after).delete()
    Occasion.objects.filter(useless_at__lt=now - after).delete()
    return gone
