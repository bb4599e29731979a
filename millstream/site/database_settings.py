"""`DATABASE_URL` as Django's setting: every option of libpq is kept, and one that it does not know is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from millstream.site.config import SettingRefused

SETTING: Final = "DATABASE_URL"
# No writing transaction may hold the facts' horizon for longer. The last word counts, so these stay ours.
OUR_OPTIONS: Final = "-c idle_in_transaction_session_timeout=5000 -c lock_timeout=4000"
POOL: Final = {"min_size": 1, "max_size": 12, "timeout": 10, "max_idle": 60}
EXAMPLE: Final = "postgresql://user:password@host:port/database?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem"
UNKNOWN_OPTION: Final = ("invalid URI query parameter", "invalid connection option")
SPOKEN_BY_DJANGO: Final = frozenset({"dbname", "user", "password", "host", "port", "options", "client_encoding"})


def read_url(url: str) -> Mapping[str, Any]:
    """The parts and options of a URL (or of `key=value` words) as libpq reads them; refuses what it does not know."""
    try:
        told = conninfo_to_dict(url)
    except ProgrammingError as wrong:
        reason = str(wrong).strip()
        # Other reasons repeat what was typed, the password with it.
        said = f" ({reason})" if reason.startswith(UNKNOWN_OPTION) else ""
        raise SettingRefused(SETTING, f"say {EXAMPLE}, with options that libpq knows{said}") from None
    encoding = str(told.get("client_encoding", "UTF8")).upper().replace("-", "")
    if encoding not in {"UTF8", "AUTO"}:
        raise SettingRefused(SETTING, "client_encoding is UTF8 here")
    return told


def django_database(url: str | None, *, pooled: bool) -> dict[str, Any]:
    """One entry of Django's `DATABASES`."""
    told = read_url(url or "postgresql:///millstream")
    name = told.get("dbname", "" if "service" in told else "millstream")
    options: dict[str, Any] = {
        # A web process serves each request in a thread of its own, so connections are kept in a pool, not in threads.
        "pool": dict(POOL) if pooled else False,
        "options": f"{told.get('options', '')} {OUR_OPTIONS}".strip(),
        **{option: value for option, value in told.items() if option not in SPOKEN_BY_DJANGO},
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": told.get("user", ""),
        "PASSWORD": told.get("password", ""),
        "HOST": told.get("host", ""),
        "PORT": str(told.get("port", "")),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
        "TEST": {"NAME": name},
    }
