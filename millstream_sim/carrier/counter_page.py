"""The carrier's own page: what it has, and how it shall behave from now on."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qs

from millstream_sim.carrier.depot import Depot, NotPossible
from millstream_sim.carrier.journeys import MODES
from millstream_sim.http_server import Handler, Request, Response

HTML = "text/html; charset=utf-8"
SHOWN = 100
LONGEST_DOWN_SECONDS = 6 * 3600
WORDS = {
    "normal": "as it should",
    "duplicate": "every event twice",
    "reordered": "events in the wrong order",
    "lost": "no event is pushed, only polling helps",
    "failed": "delivery fails, the parcel comes back",
}


def page_routes(depot: Depot) -> dict[tuple[str, str], Handler]:
    """Return the page and its form; they are for whoever sits at this machine."""

    def show(_request: Request) -> Response:
        return Response(200, _page(depot).encode(), HTML)

    def behave(request: Request) -> Response:
        told = parse_qs(request.body.decode("utf-8", "replace"))
        try:
            seconds = min(LONGEST_DOWN_SECONDS, float(told.get("down_seconds", ["0"])[0] or 0))
            depot.behave(told.get("mode", ["normal"])[0], seconds)
        except (ValueError, NotPossible) as error:
            return Response(422, f"That is not possible: {escape(str(error))}".encode(), HTML)
        return Response(303, b"", HTML, (("Location", "/carrier/"),))

    return {
        ("GET", "/carrier/"): show,
        ("POST", "/carrier/behaviour"): behave,
    }


def _page(depot: Depot) -> str:
    now = depot.state.now()
    rows = "".join(
        f"<tr><td>{escape(one.number)}<td>{escape(str(one.terms.get('reference')))}"
        f"<td>{escape(one.mode)}<td>{_last(depot, one.number)}"
        for one in list(depot.books.consignments.values())[-SHOWN:]
    )
    choices = "".join(
        f'<label><input type="radio" name="mode" value="{mode}"{" checked" if mode == depot.books.mode else ""}> '
        f"{mode}: {WORDS[mode]}</label><br>"
        for mode in MODES
    )
    dead = max(0, int(depot.books.down_until - now))
    return (
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>Sandbox Express</title><h1>Sandbox Express</h1>"
        f"<p>A simulated carrier; one step takes {depot.state.settings.carrier_step_seconds:g} s."
        f"{f' It answers nothing for {dead} s more.' if dead else ''}</p>"
        f'<form method="post" action="/carrier/behaviour"><fieldset><legend>What it receives from now on goes</legend>'
        f'{choices}<label>Answer nothing for <input name="down_seconds" value="0" size="6"> seconds</label> '
        "<button>Behave so</button></fieldset></form>"
        f"<table><tr><th>Number<th>Parcel<th>Mode<th>Last event{rows}</table>"
    )


def _last(depot: Depot, number: str) -> str:
    events = depot.happened([number])
    if not events:
        return "booked"
    moment = datetime.fromtimestamp(events[-1].at, UTC).isoformat(timespec="seconds")
    return f"{escape(events[-1].status)} {escape(events[-1].place)} {moment}"
