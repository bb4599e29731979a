"""How mail goes out and which push services are called, from the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from millstream.site.config import SettingRefused

SMTP_SETTING: Final = "MILLSTREAM_SMTP_URL"
FROM_SETTING: Final = "MILLSTREAM_MAIL_FROM"
PUSH_SETTING: Final = "MILLSTREAM_PUSH_HOSTS"
TIMEOUT_SECONDS: Final = 15

# The services behind the browsers: Chrome and its kin, Firefox, Safari, Edge.
PUSH_HOSTS: Final = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)


def mailers(env: Mapping[str, str], var: Path) -> dict[str, Any]:
    """Django's `MAILERS`: the SMTP server that is named, else files under `var/mail` and the console.

    `smtp://user:password@host:587?tls=start`; `tls` is `start`, `none` or, with `smtps://`, from the first byte.
    """
    told = env.get(SMTP_SETTING, "")
    if not told:
        folder = {"file_path": str(var / "mail")}
        return {"default": {"BACKEND": "millstream.site.mail_files.EmailBackend", "OPTIONS": folder}}
    parts = urlsplit(told)
    tls = parse_qs(parts.query).get("tls", ["start" if parts.scheme == "smtp" else "always"])[0]
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or tls not in {"start", "none", "always"}:
        raise SettingRefused(SMTP_SETTING, "say smtp://user:password@host:587?tls=start, or smtps://...")
    options: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port or (465 if parts.scheme == "smtps" else 587),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and tls == "start",
        "timeout": TIMEOUT_SECONDS,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


def mail_from(env: Mapping[str, str], public_origin: str) -> str:
    """The sender of mails: what is set, else an address at the public host."""
    return env.get(FROM_SETTING) or f"millstream@{urlsplit(public_origin).hostname}"


def push_hosts(env: Mapping[str, str]) -> tuple[str, ...]:
    """The push services that are called: those of the browsers, and what the operator adds, comma-separated."""
    more = tuple(host.strip() for host in env.get(PUSH_SETTING, "").split(",") if host.strip())
    return PUSH_HOSTS + more


def remind_minutes(env: Mapping[str, str]) -> int:
    """How many minutes before a show people are reminded of it."""
    value = env.get("MILLSTREAM_REMIND_MINUTES") or "10"
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 24 * 60:
        raise SettingRefused("MILLSTREAM_REMIND_MINUTES", f"say whole minutes from 1 to 1440, not {value!r}")
    return int(value)
