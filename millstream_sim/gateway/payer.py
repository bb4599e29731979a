"""The page where the payer approves, declines, or asks the gateway to misbehave."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from millstream_sim.gateway import rules
from millstream_sim.gateway.counter import Gateway
from millstream_sim.gateway.records import Session
from millstream_sim.gateway.wording import other, words
from millstream_sim.http_server import Handler, Request, Response

EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}
MISBEHAVIOURS: tuple[rules.Choice, ...] = (
    "slow",
    "duplicate",
    "reordered",
    "late",
    "lost",
)

STYLE = b"""
:root{color-scheme:light dark;--ground:#faf7f1;--ink:#24211d;--line:#d9d2c5;--go:#a23b22;--go-ink:#fff;--soft:#6b645a}
@media(prefers-color-scheme:dark){:root{
--ground:#191715;--ink:#ece6dc;--line:#3d3832;--go:#d9694c;--go-ink:#1a0f0a;--soft:#a49b8e}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:1.0625rem/1.5 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif}
main{max-width:26rem;margin:0 auto;padding:1rem}
header{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
h1{font-size:1.125rem;margin:0}
.amount{font-size:2.25rem;font-weight:650;margin:.5rem 0 0;font-variant-numeric:tabular-nums}
.note{color:var(--soft);margin:.25rem 0 1rem;font-size:.9375rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1rem}
dt{color:var(--soft)}dd{margin:0}
button,.button{display:block;width:100%;min-height:3rem;padding:.625rem 1rem;margin:.5rem 0;
border:1px solid var(--line);border-radius:.625rem;
background:transparent;color:inherit;font:inherit;text-align:center;text-decoration:none;cursor:pointer}
.approve{background:var(--go);border-color:var(--go);color:var(--go-ink);font-weight:650}
details button{text-align:start;font-size:.9375rem}
summary{min-height:2.75rem;padding:.625rem 0;cursor:pointer;color:var(--soft)}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
"""


def payer_routes(gateway: Gateway) -> dict[tuple[str, str], Handler]:
    """Return the routes of the payer's page."""
    frame_ancestors = gateway.state.settings.web_origin

    def show(request: Request) -> Response:
        session = gateway.books.sessions.get(request.values["session"])
        if session is None:
            return _page(_unknown(request.query.get("lang", "en")), frame_ancestors, status=404)
        language = request.query.get("lang", session.language)
        open_now = rules.may_choose(session.state, now=gateway.state.now(), opened_at=session.opened_at)
        return _page(
            _choices(session, language) if open_now else _finished(session, language),
            frame_ancestors,
        )

    def choose(request: Request) -> Response:
        session = gateway.books.sessions.get(request.values["session"])
        if session is None:
            return _page(_unknown(request.query.get("lang", "en")), frame_ancestors, status=404)
        asked = parse_qs(request.body.decode("latin-1")).get("choice", [""])[0]
        chosen = next((choice for choice in rules.CHOICES if choice == asked), None)
        if chosen is None:
            return _page(_choices(session, session.language), frame_ancestors, status=400)
        gateway.choose(session, chosen)
        return Response(303, b"", "text/plain", (("location", session.return_url),))

    return {
        ("GET", "/gateway/style.css"): lambda _request: Response(200, STYLE, "text/css; charset=utf-8"),
        ("GET", "/gateway/pay/{session}"): show,
        ("POST", "/gateway/pay/{session}"): choose,
    }


def shown_amount(amount_minor: int, currency: str) -> str:
    """Write an amount with its currency: 10800 CNY as CNY 108.00."""
    exponent = EXPONENTS.get(currency, 2)
    whole, part = divmod(amount_minor, 10**exponent)
    return f"{currency} {whole:,}" + (f".{part:0{exponent}d}" if exponent else "")


def _choices(session: Session, language: str) -> tuple[str, str]:
    say = words(language)
    buttons = "".join(
        f'<button name="choice" value="{choice}">{escape(say[choice])}</button>' for choice in MISBEHAVIOURS
    )
    return language, (
        f"{_head(say, language)}"
        f'<p class="amount">{escape(shown_amount(session.amount_minor, session.currency))}</p>'
        f'<p class="note">{escape(say["sandbox"])}</p>'
        f"<dl><dt>{escape(say['for'])}</dt><dd>{escape(session.description)}</dd>"
        f"<dt>{escape(say['order'])}</dt><dd>{escape(session.reference)}</dd></dl>"
        f'<form method="post"><button class="approve" name="choice" value="approve">{escape(say["approve"])}</button>'
        f'<button name="choice" value="decline">{escape(say["decline"])}</button>'
        f"<details><summary>{escape(say['more'])}</summary>{buttons}</details></form>"
    )


def _finished(session: Session, language: str) -> tuple[str, str]:
    say = words(language)
    state = "expired" if session.state == "open" else session.state
    return language, (
        f"{_head(say, language)}"
        f'<p class="amount">{escape(shown_amount(session.amount_minor, session.currency))}</p>'
        f"<p>{escape(say[state])}</p>"
        f'<a class="button" href="{escape(session.return_url, quote=True)}">{escape(say["back"])}</a>'
    )


def _unknown(language: str) -> tuple[str, str]:
    say = words(language)
    return (
        language,
        f"{_head(say, language)}<p>{escape(say['unknown'])}</p><p>{escape(say['unknown_next'])}</p>",
    )


def _head(say: dict[str, str], language: str) -> str:
    toggle = f'<a href="?lang={other(language)}" hreflang="{other(language)}">{say["other_language"]}</a>'
    return f"<header><h1>{escape(say['title'])}</h1>{toggle}</header>"


def _page(content: tuple[str, str], frame_ancestors: str, *, status: int = 200) -> Response:
    language, body = content
    code = "zh-Hans" if language.lower().startswith("zh") else "en"
    title = escape(words(language)["title"])
    html = (
        f'<!doctype html><html lang="{code}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<link rel="stylesheet" href="/gateway/style.css"></head><body><main>{body}</main></body></html>'
    )
    policy = (
        f"default-src 'none'; style-src 'self'; form-action 'self' {frame_ancestors}; frame-ancestors {frame_ancestors}"
    )
    headers = (
        ("content-security-policy", policy),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    )
    return Response(status, html.encode(), "text/html; charset=utf-8", headers)
