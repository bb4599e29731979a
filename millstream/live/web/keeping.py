"""What the pages of those who keep order show, put together from the doors below."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.actions.log_act import OPERATOR_ROLE
from millstream.live.types import Operator, ShowRecord
from millstream.live.types.talk import (
    SLOW_SECONDS,
    ActKind,
    ActRecord,
    AppealRecord,
    ReportRecord,
    SwitchKind,
    Talkers,
    TalkRulesRecord,
)
from millstream.live.web.reasons import REASONS
from millstream.live.web.stewards import steward_of
from millstream.people import api as people
from millstream.people.acting import acting_as_of
from millstream.people.types import ActorId
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId

TALKERS = {
    Talkers.ALL: gettext_lazy("Everybody"),
    Talkers.VERIFIED: gettext_lazy("Who has signed in or verified a contact"),
    Talkers.FOLLOWERS: gettext_lazy("Followers and buyers"),
    Talkers.BUYERS: gettext_lazy("Buyers"),
}
ACTS = {
    ActKind.DELETE: gettext_lazy("Message deleted"),
    ActKind.TIMEOUT: gettext_lazy("Timeout"),
    ActKind.TIMEOUT_LIFTED: gettext_lazy("Timeout lifted"),
    ActKind.BAN: gettext_lazy("Ban"),
    ActKind.UNBAN: gettext_lazy("Ban lifted"),
    ActKind.RULES: gettext_lazy("Rules of talk changed"),
    ActKind.WORDS: gettext_lazy("Blocked words changed"),
    ActKind.SALE_CLOSED: gettext_lazy("Counter closed"),
    ActKind.SALE_OPENED: gettext_lazy("Counter opened"),
    ActKind.VIDEO_CLOSED: gettext_lazy("Picture closed"),
    ActKind.VIDEO_OPENED: gettext_lazy("Picture opened"),
    ActKind.DISMISSED: gettext_lazy("Report dismissed"),
    ActKind.UPHELD: gettext_lazy("Report upheld"),
    ActKind.APPEAL_GRANTED: gettext_lazy("Appeal granted"),
    ActKind.APPEAL_REFUSED: gettext_lazy("Appeal refused"),
    ActKind.SHOW_ENDED: gettext_lazy("Show ended"),
}
ROLES = {
    "host": gettext_lazy("Host"),
    "cohost": gettext_lazy("Co-host"),
    "moderator": gettext_lazy("Moderator"),
    "operator": gettext_lazy("Operator"),
}
SHOWN_ACTS = 20


def frame(request: HttpRequest, title: str) -> dict[str, Any]:
    """What the desk's frame needs."""
    acting = acting_as_of(request)
    is_operator = acting.is_operator
    home = (
        {"label": _("Shows on the floor"), "url": reverse("live:floor"), "icon": "live"}
        if is_operator
        else {"label": _("My shows"), "url": reverse("live:studio"), "icon": "home"}
    )
    queue = {"label": _("Reports"), "url": reverse("live:reports"), "icon": "check"}
    log = {"label": _("What was done"), "url": reverse("live:keeping_log"), "icon": "list"}
    ways = [{**way, "current": request.path == way["url"]} for way in (home, queue, log)]
    return {"desk_title": title, "desk_actor": acting.actor.name if acting.actor else "", "desk_nav": ways}


def rules_choices(rules: TalkRulesRecord) -> dict[str, Any]:
    """The form of the rules, with what holds now."""
    return {
        "rules": rules,
        "slow_choices": [(seconds, seconds == rules.slow_seconds) for seconds in SLOW_SECONDS],
        "who_choices": [(who.value, words, who is rules.who) for who, words in TALKERS.items()],
    }


def keeping_context(request: HttpRequest, show: ShowRecord) -> dict[str, Any]:
    """One show with its rules, words, bans, reports, appeals and the newest of its log."""
    is_operator = isinstance(steward_of(request), Operator)
    return {
        **frame(request, _("Order in the room")),
        **rules_choices(api.talk_rules(show.id)),
        "show": show,
        "words": "\n".join(api.words_of(show.id)),
        "bans": api.bans(show.host),
        **report_queue([show.id], is_operator=is_operator),
        "appeals": report_rows(api.open_appeals([show.id])),
        "acts": log_rows(request, api.acts(show=show.id, size=SHOWN_ACTS).items),
        "is_operator": is_operator,
        "may_lift": is_operator or steward_of(request) == show.host,
    }


def report_queue(shows: Sequence[UUID] | None, *, is_operator: bool) -> dict[str, Any]:
    """The reports that wait in these shows, or everywhere, for the reader; and whether it decides about any."""
    waiting = api.open_reports(shows, for_crew=not is_operator)
    rows = report_rows(waiting)
    for row in rows:
        row["mine"] = is_operator or not row["it"].operator_decides
    return {
        "reports": rows,
        "has_mine": any(row["mine"] for row in rows),
        "has_products": any(record.variant for record in waiting),
    }


def report_rows(records: Sequence[ReportRecord] | Sequence[AppealRecord]) -> list[dict[str, Any]]:
    """Reports or appeals with the shows and products that they are about."""
    shows = {show_id: api.show(show_id) for show_id in {record.show for record in records} if show_id is not None}
    variants = [record.variant for record in records if isinstance(record, ReportRecord) and record.variant]
    goods = for_sale([VariantId(variant) for variant in variants])
    rows = []
    for record in records:
        row: dict[str, Any] = {"it": record, "show": shows.get(record.show) if record.show else None}
        if isinstance(record, ReportRecord):
            found = goods.get(VariantId(record.variant)) if record.variant else None
            row |= {"reason": REASONS[record.reason], "product": found.title if found else None}
            row["url"] = f"/products/{found.product_slug}/" if found else _show_url(row["show"])
        else:
            row["act"] = ACTS[record.kind]
        rows.append(row)
    return rows


def _show_url(show: ShowRecord | None) -> str:
    return reverse("live:show", args=[show.slug]) if show else ""


def log_rows(request: HttpRequest, records: Sequence[ActRecord]) -> list[dict[str, Any]]:
    """Lines of the log with the names of who did it; a timeout or ban that holds can be undone."""
    actors = people.actors({record.actor for record in records if record.actor})
    shows = {show_id: api.show(show_id) for show_id in {record.show for record in records} if show_id is not None}
    undone = _undo_urls(request, records, shows)
    rows = []
    for record in records:
        actor = actors.get(ActorId(record.actor)) if record.actor else None
        user = people.user(record.user) if record.user and actor is None else None
        rows.append(
            {
                "it": record,
                "act": ACTS[record.kind],
                "role": ROLES.get(record.role, record.role),
                "name": localised(actor.name) if actor else (str(user) if user else ""),
                "show": shows.get(record.show) if record.show else None,
                "minutes": record.facts.get("minutes"),
                "everywhere": record.facts.get("everywhere"),
                "undo_url": undone.get(record.id, ""),
            }
        )
    return rows


def _undo_urls(request: HttpRequest, records: Sequence[ActRecord], shows: Mapping[UUID, ShowRecord]) -> dict[UUID, str]:
    """Where each timeout and ban that still holds is undone; the operator's only by the operator."""
    is_operator = isinstance(steward_of(request), Operator)
    now: datetime = request.now()  # type: ignore[attr-defined]
    silencing = [record for record in records if record.kind in (ActKind.TIMEOUT, ActKind.BAN)]
    mine = [record for record in silencing if is_operator or record.role != OPERATOR_ROLE]
    held = api.holding([record.id for record in mine], now)
    return {
        record.id: reverse("live:let_talk", args=[shows[record.show].slug, record.message])
        for record in mine
        if record.id in held and record.show is not None and record.message is not None
    }


def switch_rows(show: UUID | None) -> list[dict[str, Any]]:
    """The counter and the picture of a show (None: of all), each open or closed, why and since when."""
    closed = {(record.kind, record.show): record for record in api.switches([show] if show else [])}
    names = {SwitchKind.SALE: _("Counter"), SwitchKind.VIDEO: _("Picture")}
    return [
        {
            "kind": kind.value,
            "name": name,
            "closed": closed.get((kind, show)),
            "closed_everywhere": show is not None and (kind, None) in closed,
        }
        for kind, name in names.items()
    ]
