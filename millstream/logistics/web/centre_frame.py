"""The frame of the centre's desk."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from millstream.logistics import api
from millstream.logistics.web.asking import me


def centre_frame(request: HttpRequest, title: str, here: str) -> dict[str, Any]:
    """Title, actor and navigation; ``here`` is the key of the present page."""
    cases = len(api.cases(reader=me(request)))
    ways = [
        ("today", _("Today"), "logistics:centre", "home", 0),
        ("dock", _("Dock"), "logistics:dock", "handover", 0),
        ("sort", _("Check"), "logistics:sort", "scan", 0),
        ("plan", _("Runs"), "logistics:plan", "route", 0),
        ("carrier", _("Carrier"), "logistics:carrier", "send", 0),
        ("differences", _("Differences"), "logistics:differences", "warning", cases),
    ]
    actor = request.acting.actor  # type: ignore[attr-defined]
    return {
        "desk_title": title,
        "desk_actor": actor.name,
        "desk_nav": [
            {"label": label, "url": reverse(name), "icon": icon, "current": key == here, "count": count}
            for key, label, name, icon, count in ways
        ],
    }
