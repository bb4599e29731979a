"""Say how a room talks: pace, who may, emoji alone, nobody; and which words nobody says."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.live.actions.log_act import OPERATOR_ROLE, Keeper, keeper_of, log_act, order_changed
from millstream.live.models import Show
from millstream.live.models.talk import BlockedWord, TalkSetting
from millstream.live.queries.order import about
from millstream.live.refusals import NoSuchShow
from millstream.live.refusals.talk import MayNotModerate, NotAWord, WordsFull
from millstream.live.room.words import LONGEST_WORD, normal_word
from millstream.live.types import Operator
from millstream.live.types.talk import MOST_BLOCKED_WORDS, SLOW_SECONDS, ActKind, TalkRulesRecord


@transaction.atomic
def set_talk_rules(
    show_id: UUID | None, rules: TalkRulesRecord, *, by: UUID | Operator, user: UUID | None = None, now: datetime
) -> None:
    """Let a room talk by these rules from now on; without a show every room that has none of its own."""
    assert rules.slow_seconds in SLOW_SECONDS
    show, keeper = show_and_keeper(show_id, by, user)
    told = {
        "slow_seconds": rules.slow_seconds,
        "who": rules.who.value,
        "emoji_only": rules.emoji_only,
        "off": rules.off,
        "has_rules": True,
    }
    order_changed(show_id)
    TalkSetting.objects.filter(about(show_id)).update(**told)
    log_act(ActKind.RULES, keeper, now=now, show=show, facts=told)


@transaction.atomic
def set_blocked_words(
    show_id: UUID | None, words: Sequence[str], *, by: UUID | Operator, user: UUID | None = None, now: datetime
) -> int:
    """Let these be the words that nobody says in a room (without a show: anywhere); returns how many there are."""
    show, keeper = show_and_keeper(show_id, by, user)
    wanted: dict[str, str] = {}
    for word in words:
        written = word.strip()[:LONGEST_WORD]
        normal = normal_word(written)
        if written and not normal:
            raise NotAWord
        if normal:
            wanted.setdefault(normal, written)
    if len(wanted) > MOST_BLOCKED_WORDS:
        raise WordsFull(most=MOST_BLOCKED_WORDS)
    order_changed(show_id)  # also the lock: two lists at once are written one after the other
    known = set(BlockedWord.objects.filter(about(show_id)).values_list("normal", flat=True))
    BlockedWord.objects.filter(about(show_id)).exclude(normal__in=wanted).delete()
    BlockedWord.objects.bulk_create(
        BlockedWord(id=new_id(), show_id=show_id, word=word, normal=normal)
        for normal, word in wanted.items()
        if normal not in known
    )
    added = [word for normal, word in wanted.items() if normal not in known]
    log_act(ActKind.WORDS, keeper, now=now, show=show, facts={"words": len(wanted), "added": added[:50]})
    return len(wanted)


def show_and_keeper(show_id: UUID | None, by: UUID | Operator, user: UUID | None) -> tuple[Show | None, Keeper]:
    """The show and as what somebody keeps order in it; the whole installation is the operator's."""
    if show_id is None:
        if not isinstance(by, Operator):
            raise MayNotModerate
        return None, Keeper(OPERATOR_ROLE, None, user)
    show = Show.objects.filter(id=show_id).first()
    if show is None:
        raise NoSuchShow
    return show, keeper_of(show, by, user=user)
