"""Settings of the media process, from its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from millstream.media.plane.whip.offer import read_addresses

MAX_VALUE = 10_000_000


class SettingWrong(ValueError):
    """A setting is missing or cannot be read; the text names it."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Which of several media processes this is; each has the streams of its own number."""

    number: int = 0
    of: int = 1

    def owns(self, number: int) -> bool:
        """Whether a stream of that number is ours; the first process has those of numbers that are no more."""
        return number == self.number or (self.number == 0 and number >= self.of)


@dataclass(frozen=True, slots=True)
class PlaneConfig:
    """All settings of the plane."""

    http_host: str
    http_port: int
    rtmp_host: str
    rtmp_port: int
    web_url: str
    hook_secret: str
    nats_url: str
    recordings: Path
    scenes: Path
    spool: Path
    demo: bool
    allowed_origins: tuple[str, ...]
    grace_seconds: float
    scene_record_seconds: float
    max_publishers: int
    max_waiting_viewers: int
    rtmps_port: int
    tls_certificate: Path | None
    tls_key: Path | None
    shard: Shard
    keeps_pace: bool
    ice_addresses: dict[str, str]
    max_whip_sessions: int
    max_whip_transcodes: int
    whip_kbit: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> PlaneConfig:
        """Read the settings; refuses with the name of the one that is wrong."""
        env = os.environ if environ is None else environ
        recordings = Path(env.get("MEDIA_RECORDINGS_DIR", "var/recordings"))
        origins = env.get("MEDIA_ALLOWED_ORIGINS", "").replace(",", " ").split()
        return cls(
            http_host=env.get("MEDIA_HTTP_HOST", "127.0.0.1"),
            http_port=_whole(env, "MEDIA_HTTP_PORT", 8001),
            rtmp_host=env.get("MEDIA_RTMP_HOST", "127.0.0.1"),
            rtmp_port=_whole(env, "MEDIA_RTMP_PORT", 1935),
            web_url=env.get("MEDIA_WEB_URL", "http://127.0.0.1:8000").rstrip("/"),
            hook_secret=_needed(env, "MEDIA_HOOK_SECRET"),
            nats_url=_needed(env, "NATS_URL"),
            recordings=recordings,
            scenes=Path(env.get("MEDIA_SCENES_DIR") or recordings.parent / "scenes"),
            spool=Path(env.get("MEDIA_SPOOL_DIR") or recordings.parent / "media-spool"),
            demo=env.get("MEDIA_DEMO", "0") == "1",
            allowed_origins=tuple(origin.rstrip("/") for origin in origins),
            grace_seconds=_number(env, "MEDIA_GRACE_SECONDS", 45.0),
            scene_record_seconds=_number(env, "MEDIA_SCENE_RECORD_SECONDS", 3600.0),
            max_publishers=_whole(env, "MEDIA_MAX_PUBLISHERS", 200),
            max_waiting_viewers=_whole(env, "MEDIA_MAX_WAITING_VIEWERS", 20_000),
            rtmps_port=_whole(env, "MEDIA_RTMPS_PORT", 0),
            tls_certificate=_file(env, "MEDIA_TLS_CERT"),
            tls_key=_file(env, "MEDIA_TLS_KEY") or _file(env, "MEDIA_TLS_CERT"),
            shard=_shard(env.get("MEDIA_SHARD") or "0/1"),
            keeps_pace=env.get("MEDIA_KEEPS_PACE", "1") != "0",
            ice_addresses=_addresses(env, "MEDIA_ICE_ADDRESSES", "127.0.0.1"),
            max_whip_sessions=_whole(env, "MEDIA_WHIP_MAX_SESSIONS", 24),
            max_whip_transcodes=_whole(env, "MEDIA_WHIP_MAX_TRANSCODES", 2),
            whip_kbit=_whole(env, "MEDIA_WHIP_KBIT", 2_500),
        )

    def __post_init__(self) -> None:
        if self.rtmps_port and self.tls_certificate is None:
            raise SettingWrong("MEDIA_RTMPS_PORT needs MEDIA_TLS_CERT")


def _shard(text: str) -> Shard:
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and int(number) < int(of)):
        raise SettingWrong("MEDIA_SHARD is not like 0/2: the number of this process, from 0, and how many there are")
    return Shard(int(number), int(of))


def _file(env: Mapping[str, str], name: str) -> Path | None:
    path = Path(env[name]) if env.get(name) else None
    if path is not None and not path.is_file():
        raise SettingWrong(f"{name}: there is no file {path}")
    return path


def _addresses(env: Mapping[str, str], name: str, default: str) -> dict[str, str]:
    try:
        found = read_addresses(env.get(name) or default)
    except ValueError as error:
        raise SettingWrong(f"{name} is not a list of addresses") from error
    if not found:
        raise SettingWrong(f"{name} is not a list of addresses")
    return found


def _needed(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingWrong(f"{name} is not set")
    return value


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(env.get(name) or default)
    except ValueError as error:
        raise SettingWrong(f"{name} is not a number") from error
    if not 0 <= value < MAX_VALUE:
        raise SettingWrong(f"{name} is out of range")
    return value


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    value = _number(env, name, default)
    if value != int(value):
        raise SettingWrong(f"{name} is not a whole number")
    return int(value)
