"""What the reader of a room may do there: talk, follow, report, keep order; and what the page offers instead."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from math import ceil
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.queries.later_talk import line
from millstream.live.queries.order import closed_for
from millstream.live.refusals import TalkMuted
from millstream.live.refusals.talk import OnlyBuyers, OnlyFollowers, OnlyVerified, TalkBanned, TalkOff
from millstream.live.room.guard import STAFF
from millstream.live.types import ShowRecord, ShowState, SpokenBy
from millstream.live.types.talk import TIMEOUT_MINUTES, ActKind, Standing, SwitchKind, Talkers, TalkRulesRecord
from millstream.live.web.reasons import REASONS
from millstream.live.web.room_ids import message_id

NOBODY: Final = UUID(int=0)
KEEPERS: Final = frozenset({"host", "cohost", "moderator"})
WAYS: Final[Mapping[type[Refusal], str]] = {
    OnlyVerified: "verified",
    OnlyFollowers: "followers",
    OnlyBuyers: "buyers",
    TalkBanned: "appeal",
    TalkMuted: "appeal",
}


def joining(request: HttpRequest, show: ShowRecord, by: SpokenBy) -> dict[str, Any]:
    """The part of a room's context that depends on who reads it."""
    rules = api.talk_rules(show.id)
    refused = why_silent(show, by, rules, _standing(request, show, by))
    keeps = by.role.value in KEEPERS
    report = reverse("live:report", args=[show.slug])
    closed = closed_for([show.id])
    return {
        "may_talk": refused is None and _is_on(show),
        "standing": told(refused, show),
        "rules_json": json.dumps(_wire_rules(rules)),
        "keeps": keeps,
        "follow": {
            "url": reverse("live:follow", args=[show.slug]),
            "unfollow_url": reverse("live:unfollow", args=[show.slug]),
            "follows": by.follower,
            "own": by.actor == show.host,
        },
        "report_url": "" if by.actor == show.host else report,
        "sign_in_url": f"{reverse('account_login')}?next={reverse('live:show', args=[show.slug])}",
        "sale": "closed" if (show.id, SwitchKind.SALE) in closed else "open",
        "video": "closed" if (show.id, SwitchKind.VIDEO) in closed else "open",
        "sheet": sheet(show, NOBODY, keeps=keeps) | {"blank": {"id": NOBODY, "name": "", "text": ""}},
        "line": _line(request, show, keeps=keeps),
    }


def why_silent(
    show: ShowRecord, by: SpokenBy, rules: TalkRulesRecord, standing: Standing | None, now: datetime | None = None
) -> Refusal | None:
    """Why somebody may not talk at all in a room now; None for those who may. The room server decides the same way."""
    if standing is not None and standing.kind is ActKind.BAN:
        return TalkBanned()
    if standing is not None:
        since = now or standing.since
        minutes = ceil((standing.until - since).total_seconds() / 60) if standing.until else 1
        return TalkMuted(minutes=max(1, minutes))
    if by.role.value in STAFF or not _is_on(show):
        return None
    if rules.off:
        return TalkOff()
    return _outside(by, rules.who)


def _outside(by: SpokenBy, who: Talkers) -> Refusal | None:
    """What somebody is missing to belong to those who may talk; who is known better belongs to the wider circles."""
    match who:
        case Talkers.VERIFIED if not by.verified:
            return OnlyVerified()
        case Talkers.FOLLOWERS if not (by.follower or by.buyer):
            return OnlyFollowers()
        case Talkers.BUYERS if not by.buyer:
            return OnlyBuyers()
        case _:
            return None


def told(refused: Refusal | None, show: ShowRecord) -> dict[str, Any]:
    """A refusal to talk as the page and the room's JSON tell it: code, words, and the way out."""
    if refused is None:
        return {"may_talk": _is_on(show)}
    said = say(refused)
    way = WAYS.get(type(refused), "")
    url = reverse("live:standing_in_room", args=[show.room]) if way == "appeal" else ""
    return {"may_talk": False, "code": said.code, "text": f"{said.what} {said.next}".strip(), "way": way, "url": url}


def standing_told(request: HttpRequest, show: ShowRecord, by: SpokenBy) -> dict[str, Any]:
    """How the reader stands, for whoever has no socket to be told by."""
    return told(why_silent(show, by, api.talk_rules(show.id), _standing(request, show, by)), show)


def _standing(request: HttpRequest, show: ShowRecord, by: SpokenBy) -> Standing | None:
    now: datetime = request.now()  # type: ignore[attr-defined]
    network = "" if by.role.value in STAFF else by.network  # as in the room: crew and sellers are not silenced with it
    return api.standing(show.id, visitor=by.visitor, actor=by.actor, network=network, now=now)


def _is_on(show: ShowRecord) -> bool:
    return show.state in (ShowState.PLANNED, ShowState.LIVE)


def _wire_rules(rules: TalkRulesRecord) -> dict[str, Any]:
    wire = asdict(rules) | {"who": rules.who.value}
    wire.pop("version")
    return wire


def sheet(show: ShowRecord, message: UUID, *, keeps: bool) -> dict[str, Any]:
    """Where the forms of a line's sheet go; those who do not keep order can only report."""
    place = [show.slug, message]
    return {
        "report_url": reverse("live:report", args=[show.slug]),
        "reasons": [(reason.value, words) for reason, words in REASONS.items()],
        "minutes": TIMEOUT_MINUTES,
        "delete_url": reverse("live:delete_message", args=place) if keeps else "",
        "timeout_url": reverse("live:mute_speaker", args=place) if keeps else "",
        "ban_url": reverse("live:ban_speaker", args=place) if keeps else "",
        "let_talk_url": reverse("live:let_talk", args=place) if keeps else "",
    }


def _line(request: HttpRequest, show: ShowRecord, *, keeps: bool) -> dict[str, Any] | None:
    """The line that the address names, for pages without a script; a line of the crew cannot be silenced."""
    wanted = message_id(request.GET.get("line"))
    found = line(show.id, wanted) if wanted else None
    if found is None:
        return None
    offered = sheet(show, found.id, keeps=keeps)
    if found.role.value in KEEPERS:
        offered |= {"timeout_url": "", "ban_url": "", "let_talk_url": ""}
    return {"id": found.id, "name": found.name, "text": found.text, "role": found.role.value, **offered}
