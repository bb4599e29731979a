"""The order of rooms: rules, words, who may not talk, what is closed; for room servers and for pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from millstream.kernel.settings import conf
from millstream.live.models import Message, Mute, RundownItem, Show
from millstream.live.models.talk import Ban, BlockedWord, Switch, TalkSetting
from millstream.live.queries.crew import crew_roles
from millstream.live.room.bounds import DELETED_KEPT
from millstream.live.room.guard import GuardSeed, TalkRules
from millstream.live.types.talk import SwitchKind, Talkers, TalkRulesRecord

MOST_BANS: Final = 10_000

_ORDERS = """
SELECT show.room, show.id, COALESCE(own.version, 0) + COALESCE(house.version, 0),
       COALESCE((SELECT array_agg(item.variant_id::text ORDER BY item.position) FROM live_rundownitem item
                 WHERE item.show_id = show.id), '{}')
FROM live_show show
LEFT JOIN live_talksetting own ON own.show_id = show.id
LEFT JOIN live_talksetting house ON house.show_id IS NULL
WHERE show.room = ANY(%s::uuid[])
"""


def about(show: UUID | None) -> Q:
    """Rows of a show, or (None) of the whole installation."""
    return Q(show__isnull=True) if show is None else Q(show_id=show)


def orders_of_rooms(rooms: Sequence[UUID]) -> list[tuple[UUID, UUID, int, list[str]]]:
    """(room, show, version of its order, variants of its rundown) of each room, in one statement."""
    if not rooms:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [list(rooms)])
        found: list[tuple[UUID, UUID, int, list[str]]] = cursor.fetchall()
    return found


def places_of(show: UUID) -> list[str]:
    """The variants of a rundown in order: what `#1`, `#2` and so on mean in the talk."""
    items = RundownItem.objects.filter(show_id=show).order_by("position").values_list("variant_id", flat=True)
    return [str(variant) for variant in items]


def talk_rules(show: UUID | None) -> TalkRulesRecord:
    """How a room talks: by its own rules, else by the installation's; without a show the installation's."""
    rows = {row.show_id: row for row in TalkSetting.objects.filter(Q(show_id=show) | Q(show__isnull=True))}
    own, house = rows.get(show), rows.get(None)
    version = sum(row.version for row in rows.values())
    ruling = own if own is not None and own.has_rules else house
    if ruling is None or not ruling.has_rules:
        return TalkRulesRecord(0, default_talkers(), emoji_only=False, off=False, version=version)
    return TalkRulesRecord(ruling.slow_seconds, Talkers(ruling.who), ruling.emoji_only, ruling.off, version)


def default_talkers() -> Talkers:
    """Who may talk where nobody said otherwise: everybody in a demonstration, else who is verified."""
    return Talkers.ALL if conf().demo else Talkers.VERIFIED


def words_of(show: UUID | None) -> list[str]:
    """The blocked words of a room as they were written, without the installation's."""
    return list(BlockedWord.objects.filter(about(show)).order_by("word").values_list("word", flat=True))


def bans_over(host: UUID) -> QuerySet[Ban, Ban]:
    """The bans that count in the shows of a host: its own and the installation's, which last."""
    lasting = Q(until__isnull=True) | Q(until__gt=Now())
    return Ban.objects.filter(Q(host_id=host) | Q(host__isnull=True), lasting, lifted_at__isnull=True)


def guard_seed(show_id: UUID) -> GuardSeed:
    """Everything that a room server needs to keep order in a show."""
    show = Show.objects.only("host_id").get(id=show_id)
    rules = talk_rules(show_id)
    bans = list(bans_over(show.host_id).order_by("-id")[:MOST_BANS])
    words = BlockedWord.objects.filter(Q(show_id=show_id) | Q(show__isnull=True)).values_list("normal", flat=True)
    deleted = Message.objects.filter(show_id=show_id, deleted_at__isnull=False).order_by("-id")[:DELETED_KEPT]
    closed = closed_for([show_id])
    return GuardSeed(
        version=rules.version,
        rules=TalkRules(rules.slow_seconds, rules.who.value, rules.emoji_only, rules.off),
        words=frozenset(words),
        mutes={
            str(row.visitor): row.until.timestamp() for row in Mute.objects.filter(show_id=show_id, until__gt=Now())
        },
        banned_visitors={str(ban.visitor): _end(ban.until) for ban in bans},
        banned_actors={str(ban.actor): _end(ban.until) for ban in bans if ban.actor},
        banned_networks={ban.network: _end(ban.network_until) for ban in bans if ban.network},
        deleted=tuple(str(row.id) for row in reversed(deleted)),
        sale_open=(show_id, SwitchKind.SALE) not in closed,
        video_open=(show_id, SwitchKind.VIDEO) not in closed,
        crew=crew_roles(show_id, show.host_id),
    )


def _end(until: datetime | None) -> float:
    return until.timestamp() if until is not None else inf


def closed_for(shows: Iterable[UUID]) -> set[tuple[UUID, SwitchKind]]:
    """Which of these shows have their counter or picture closed, by a switch of their own or of the installation."""
    wanted = set(shows)
    rows = Switch.objects.filter(Q(show_id__in=wanted) | Q(show__isnull=True), opened_at__isnull=True)
    found: set[tuple[UUID, SwitchKind]] = set()
    for row in rows:
        for show in wanted if row.show_id is None else {row.show_id}:
            found.add((show, SwitchKind(row.kind)))
    return found


def sale_is_open(shows: Iterable[UUID]) -> dict[UUID, bool]:
    """For each show, whether its counter is open, in one statement. A show that is unknown is open."""
    wanted = set(shows)
    closed = closed_for(wanted)
    return {show: (show, SwitchKind.SALE) not in closed for show in wanted}


def counters_closed(shows: Iterable[UUID | None]) -> tuple[frozenset[UUID], bool]:
    """Of these shows, those whose counter is closed; and whether every counter is, those without a show too."""
    wanted = {show for show in shows if show is not None}
    rows = Switch.objects.filter(
        Q(show_id__in=wanted) | Q(show__isnull=True), kind=SwitchKind.SALE.value, opened_at__isnull=True
    )
    closed: set[UUID | None] = set(rows.values_list("show_id", flat=True))
    return frozenset(show for show in closed if show is not None), None in closed


def video_is_open(shows: Iterable[UUID]) -> dict[UUID, bool]:
    """For each show, whether its picture is open, in one statement."""
    wanted = set(shows)
    closed = closed_for(wanted)
    return {show: (show, SwitchKind.VIDEO) not in closed for show in wanted}
