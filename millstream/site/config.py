"""The installation's settings, read once from the environment and `var/`, frozen, without Django.

Order of belief: the environment, then `var/run/engines.json` (written by whoever started the embedded
engines), then the default. Secrets live in `var/secrets.json`, made on first run, readable by its owner only.
"""

from __future__ import annotations

import base64
import json
import os
import secrets as randomness
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from urllib.parse import urlsplit

from millstream.kernel.web.peers import read_networks
from millstream.site.media_settings import MediaSettings, MediaSettingWrong, media_port, read_media

REPOSITORY = Path(__file__).resolve().parents[2]

DAY_SECONDS = 86_400
KEY_BYTES = 32
PORT_MAX = 65_535
CURRENCY_SETTING = "MILLSTREAM_CURRENCY"
COUNTY_CURRENCY, COUNTY_DELIVERY_MINOR = "CNY", 800
LONGEST_MINOR = 12
EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not bound


class SettingRefused(Exception):
    """A setting cannot be used; `setting` names it and the text says what to do."""

    def __init__(self, setting: str, text: str) -> None:
        super().__init__(f"{setting}: {text}")
        self.setting = setting
        self.text = text


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys that only this installation knows. `field_key` is 32 bytes in base64; the others are opaque text."""

    django_secret: str
    visitor_hmac: str
    field_key: str
    lookup_hmac: str
    media_hook: str
    gateway_request_key: str
    gateway_webhook_key: str
    carrier_key: str

    def __repr__(self) -> str:
        return "Secrets(...)"  # never in a log or a traceback


@dataclass(frozen=True, slots=True)
class Config:
    """Everything an installation may vary. Durations are in seconds; URLs are None until an engine is known."""

    var: Path
    demo: bool
    host: str
    web_port: int
    media_port: int
    sim_port: int
    rtmp_port: int
    room_port: int
    room_apart: bool
    public_origin: str
    media_origin: str
    room_origin: str
    database_url: str | None
    nats_url: str | None
    external_database: bool
    external_nats: bool
    currency: str
    delivery_minor: int
    return_window_seconds: int
    hold_seconds: int
    release_sweep_seconds: int
    carrier_step_seconds: int
    network_rate: int
    recordings_kept_days: int
    promises_kept_days: int
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    media: MediaSettings
    secrets: Secrets

    @property
    def run(self) -> Path:
        """Sockets, pid files, locks and addresses of what runs now; worthless after a stop."""
        return self.var / "run"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def files(self) -> Path:
        """Uploaded and drawn pictures, labels, statements."""
        return self.var / "files"

    @property
    def recordings(self) -> Path:
        return self.var / "recordings"

    @property
    def sim_state(self) -> Path:
        return self.var / "sim"

    def children_env(self) -> dict[str, str]:
        """The settings as environment variables, for a child that calls `load()`; secrets go by `MILLSTREAM_VAR`."""
        env = {
            "MILLSTREAM_VAR": str(self.var),
            "MILLSTREAM_DEMO": "1" if self.demo else "0",
            "MILLSTREAM_HOST": self.host,
            "MILLSTREAM_WEB_PORT": str(self.web_port),
            "MILLSTREAM_MEDIA_PORT": str(self.media_port),
            "MILLSTREAM_SIM_PORT": str(self.sim_port),
            "MILLSTREAM_RTMP_PORT": str(self.rtmp_port),
            "MILLSTREAM_ROOM_PORT": str(self.room_port),
            "MILLSTREAM_ROOM_APART": "1" if self.room_apart else "0",
            "MILLSTREAM_PUBLIC_ORIGIN": self.public_origin,
            "MEDIA_ORIGIN": self.media_origin,
            "MILLSTREAM_MEDIA_PROCESSES": str(self.media.processes),
            **({"MILLSTREAM_ROOM_ORIGIN": self.room_origin} if self.room_apart else {}),
            "MILLSTREAM_CURRENCY": self.currency,
            "MILLSTREAM_DELIVERY_MINOR": str(self.delivery_minor),
            "MILLSTREAM_RETURN_WINDOW_SECONDS": str(self.return_window_seconds),
            "MILLSTREAM_HOLD_SECONDS": str(self.hold_seconds),
            "MILLSTREAM_RELEASE_SWEEP_SECONDS": str(self.release_sweep_seconds),
            "MILLSTREAM_CARRIER_STEP_SECONDS": str(self.carrier_step_seconds),
            "MILLSTREAM_NETWORK_RATE": str(self.network_rate),
            "MILLSTREAM_RECORDINGS_KEPT_DAYS": str(self.recordings_kept_days),
            "MILLSTREAM_PROMISES_KEPT_DAYS": str(self.promises_kept_days),
            "MILLSTREAM_TRUSTED_PROXIES": " ".join(str(network) for network in self.trusted_proxies),
            "DJANGO_SETTINGS_MODULE": "millstream.site.settings",
        }
        if self.database_url:
            env["DATABASE_URL"] = self.database_url
        if self.nats_url:
            env["NATS_URL"] = self.nats_url
        return env

    def media_env(self, shard: int = 0) -> dict[str, str]:
        """What a process of the media plane may know: its ports, the hook and its secret, NATS; never the database."""
        rtmps_port = int(os.environ.get("MEDIA_RTMPS_PORT") or 0)
        return {
            "MILLSTREAM_VAR": str(self.var),
            "MEDIA_HTTP_HOST": self.host,
            "MEDIA_HTTP_PORT": str(media_port(self.media_port, shard)),
            "MEDIA_RTMP_HOST": self.host,
            "MEDIA_RTMP_PORT": str(self.rtmp_port + shard),
            "MEDIA_WEB_URL": self.local_web_url,
            "MEDIA_HOOK_SECRET": self.secrets.media_hook,
            "MEDIA_RECORDINGS_DIR": str(self.recordings),
            "MEDIA_RTMPS_PORT": str(rtmps_port + shard if rtmps_port else 0),
            "MEDIA_SHARD": os.environ.get("MEDIA_SHARD") or f"{shard}/{len(self.media.origins)}",
            "MEDIA_SPOOL_DIR": str(self.var / ("media-spool" if shard == 0 else f"media-spool-{shard}")),
            "MEDIA_DEMO": "1" if self.demo else "0",
            "MEDIA_ALLOWED_ORIGINS": ",".join(self.allowed_origins),
            "MEDIA_GRACE_SECONDS": os.environ.get("MEDIA_GRACE_SECONDS", "45"),
            **({"NATS_URL": self.nats_url} if self.nats_url else {}),
        }

    def sim_env(self) -> dict[str, str]:
        """What the simulated outside world may know: its keys and where to send its webhooks."""
        return {
            "MILLSTREAM_VAR": str(self.var),
            "SIM_HOST": self.host,
            "SIM_PORT": str(self.sim_port),
            "SIM_STATE_DIR": str(self.sim_state),
            "SIM_WEB_ORIGIN": self.public_origin,
            "GATEWAY_REQUEST_KEY": self.secrets.gateway_request_key,
            "GATEWAY_WEBHOOK_KEY": self.secrets.gateway_webhook_key,
            "CARRIER_KEY": self.secrets.carrier_key,
            "CARRIER_STEP_SECONDS": str(self.carrier_step_seconds),
        }

    @property
    def local_web_url(self) -> str:
        """Where a process on this machine reaches the web processes."""
        return f"http://{self.local_host}:{self.web_port}"

    @property
    def local_host(self) -> str:
        return "127.0.0.1" if self.host in EVERYWHERE else self.host

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins whose pages may fetch video: the public one, and its loopback names on this machine."""
        loopback = (f"http://127.0.0.1:{self.web_port}", f"http://localhost:{self.web_port}")
        return tuple(dict.fromkeys((self.public_origin, *loopback)))


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings of this installation; makes `var/` and its secrets on the first call.

    Refuses with SettingRefused, naming the setting.
    """
    env = os.environ if environ is None else environ
    var = Path(env.get("MILLSTREAM_VAR") or REPOSITORY / "var").resolve()
    demo = _flag(env, "MILLSTREAM_DEMO")
    web_port = _port(env, "MILLSTREAM_WEB_PORT", 8000)
    media_port_first = _port(env, "MILLSTREAM_MEDIA_PORT", 8001)
    rtmp_port = _port(env, "MILLSTREAM_RTMP_PORT", 1935)
    host = env.get("MILLSTREAM_HOST") or "127.0.0.1"
    engines = read_engines(var)
    media_origin = _origin(env, "MEDIA_ORIGIN", media_port_first)
    own_database, own_nats = env.get("DATABASE_URL"), env.get("NATS_URL")
    return Config(
        var=var,
        demo=demo,
        host=host,
        web_port=web_port,
        media_port=media_port_first,
        sim_port=_port(env, "MILLSTREAM_SIM_PORT", 8002),
        rtmp_port=rtmp_port,
        room_port=_port(env, "MILLSTREAM_ROOM_PORT", 8003),
        room_apart=_flag(env, "MILLSTREAM_ROOM_APART"),
        public_origin=_origin(env, "MILLSTREAM_PUBLIC_ORIGIN", web_port),
        media_origin=media_origin,
        room_origin=_room_origin(env, web_port),
        database_url=own_database or engines.get("database_url"),
        nats_url=own_nats or engines.get("nats_url"),
        external_database=bool(own_database),
        external_nats=bool(own_nats),
        currency=_currency(env),
        delivery_minor=_delivery(env, _currency(env)),
        return_window_seconds=_count(env, "MILLSTREAM_RETURN_WINDOW_SECONDS", 120 if demo else 14 * DAY_SECONDS),
        hold_seconds=_count(env, "MILLSTREAM_HOLD_SECONDS", 600),
        release_sweep_seconds=_count(env, "MILLSTREAM_RELEASE_SWEEP_SECONDS", 10 if demo else 300),
        carrier_step_seconds=_count(env, "MILLSTREAM_CARRIER_STEP_SECONDS", 20),
        network_rate=_count(env, "MILLSTREAM_NETWORK_RATE", 600),
        recordings_kept_days=_count(env, "MILLSTREAM_RECORDINGS_KEPT_DAYS", 3 * 365),
        promises_kept_days=_count(env, "MILLSTREAM_PROMISES_KEPT_DAYS", 3 * 365),
        trusted_proxies=_networks(env, "MILLSTREAM_TRUSTED_PROXIES"),
        media=_media(env, host=host, media_origin=media_origin, port=media_port_first, rtmp_port=rtmp_port),
        secrets=_secrets(var),
    )


def _media(env: Mapping[str, str], *, host: str, media_origin: str, port: int, rtmp_port: int) -> MediaSettings:
    local = "127.0.0.1" if host in EVERYWHERE else host
    try:
        return read_media(env, host=local, media_origin=media_origin, port=port, rtmp_port=rtmp_port)
    except MediaSettingWrong as wrong:
        raise SettingRefused(wrong.setting, wrong.text) from None


def engines_file(var: Path) -> Path:
    return var / "run" / "engines.json"


def read_engines(var: Path) -> dict[str, str]:
    """The addresses of the embedded engines that run on `var` now; empty when none do."""
    try:
        return dict(json.loads(engines_file(var).read_text()))
    except FileNotFoundError:
        return {}


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as draft:
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
    Path(name).replace(path)


def _secrets(var: Path) -> Secrets:
    path = var / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [field.name for field in fields(Secrets) if field.name not in known]
    if missing:
        known |= {name: _fresh_key(name) for name in missing}
        if not _claim(path, known, first=len(missing) == len(fields(Secrets))):
            return _secrets(var)  # another process made them first: theirs count
    return Secrets(**{field.name: known[field.name] for field in fields(Secrets)})


def _claim(path: Path, known: dict[str, str], *, first: bool) -> bool:
    """Write the secrets; at first run exactly one of several starting processes wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(draft, json.dumps(known, indent=1, sort_keys=True) + "\n")
    try:
        if first:
            os.link(draft, path)
        else:
            draft.replace(path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


def _fresh_key(name: str) -> str:
    if name == "field_key":
        return base64.b64encode(randomness.token_bytes(KEY_BYTES)).decode()
    return randomness.token_urlsafe(KEY_BYTES)


def _flag(env: Mapping[str, str], setting: str) -> bool:
    value = env.get(setting, "0").strip().lower()
    if value not in {"0", "1", "true", "false", "yes", "no", ""}:
        raise SettingRefused(setting, f"say 0 or 1, not {value!r}")
    return value in {"1", "true", "yes"}


def _count(env: Mapping[str, str], setting: str, default: int) -> int:
    value = env.get(setting) or str(default)
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise SettingRefused(setting, f"say a whole number above zero, not {value!r}")
    return int(value)


def _currency(env: Mapping[str, str]) -> str:
    value = env.get(CURRENCY_SETTING) or COUNTY_CURRENCY
    if value != COUNTY_CURRENCY and value not in _tender():
        raise SettingRefused(CURRENCY_SETTING, f"say a currency by its three letters of ISO 4217, not {value!r}")
    return value


def _tender() -> set[str]:
    """What people pay with somewhere today, by CLDR."""
    from babel.core import get_global  # noqa: PLC0415 - most towns never ask

    places = get_global("territory_currencies").values()
    return {code for place in places for code, _since, until, tender in place if tender and until is None}


def _delivery(env: Mapping[str, str], currency: str) -> int:
    """What delivery costs; the default is one of the county's currency, so that of any other must be said."""
    value = env.get("MILLSTREAM_DELIVERY_MINOR") or (str(COUNTY_DELIVERY_MINOR) if currency == COUNTY_CURRENCY else "")
    if not value.isascii() or not value.isdigit() or len(value) > LONGEST_MINOR:
        told = f"say what delivery costs in the smallest unit of {currency}, 0 or more, not {value!r}"
        raise SettingRefused("MILLSTREAM_DELIVERY_MINOR", told)
    return int(value)


def _port(env: Mapping[str, str], setting: str, default: int) -> int:
    port = _count(env, setting, default)
    if port > PORT_MAX:
        raise SettingRefused(setting, f"a port is at most {PORT_MAX}, not {port}")
    return port


def _networks(env: Mapping[str, str], setting: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return read_networks(env.get(setting) or "")
    except ValueError as wrong:
        raise SettingRefused(setting, f"say addresses or networks such as 10.0.0.0/8 ({wrong})") from None


def _room_origin(env: Mapping[str, str], web_port: int) -> str:
    """Where browsers open the room's socket: the public origin, unless the room server stands apart."""
    if not _flag(env, "MILLSTREAM_ROOM_APART"):
        return _origin(env, "MILLSTREAM_PUBLIC_ORIGIN", web_port)
    return _origin(env, "MILLSTREAM_ROOM_ORIGIN", _port(env, "MILLSTREAM_ROOM_PORT", 8003))


def _origin(env: Mapping[str, str], setting: str, port: int) -> str:
    value = (env.get(setting) or f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
        raise SettingRefused(setting, f"say scheme://host[:port] and nothing more, not {value!r}")
    return value
