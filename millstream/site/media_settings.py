"""The settings of video: how many media processes, their addresses, an engine of others, limits per account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

ENGINES = ("nginx-rtmp", "mediamtx", "srs")
PORT_STEP = 10
MAX_PROCESSES = 32


class MediaSettingWrong(ValueError):
    """A setting of video cannot be used; `setting` names it."""

    def __init__(self, setting: str, text: str) -> None:
        super().__init__(text)
        self.setting = setting
        self.text = text


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Video of this installation; addresses are in the order of the shards."""

    processes: int
    origins: tuple[str, ...]
    rtmp_origins: tuple[str, ...]
    rtmps_origins: tuple[str, ...]
    engine: str
    engine_hls: str
    max_kbit: int
    max_hours: int
    max_hours_a_day: int
    max_at_once: int
    inside: tuple[str, ...]


def media_port(first: int, shard: int) -> int:
    """The HTTP port of a shard's process: the first as set, the others ten apart (the ports between are taken)."""
    return first + PORT_STEP * shard


def read_media(env: Mapping[str, str], *, host: str, media_origin: str, port: int, rtmp_port: int) -> MediaSettings:
    """Read them; refuses with `MediaSettingWrong`, naming the setting.

    Public addresses are by default those of this machine's ports; with a proxy in front MEDIA_ORIGINS and
    MEDIA_RTMP_ORIGINS name one address per media process. Their health is asked at the ports of this machine, or where
    MEDIA_INSIDE_ORIGINS says.
    """
    processes = _whole(env, "MILLSTREAM_MEDIA_PROCESSES", 1)
    if processes > MAX_PROCESSES:
        raise MediaSettingWrong("MILLSTREAM_MEDIA_PROCESSES", f"at most {MAX_PROCESSES} media processes on one machine")
    origins = _places(env, "MEDIA_ORIGINS", ("http", "https")) or (
        media_origin,
        *(f"http://{host}:{media_port(port, shard)}" for shard in range(1, processes)),
    )
    rtmp = _places(env, "MEDIA_RTMP_ORIGINS", ("rtmp", "rtmps")) or tuple(
        f"rtmp://{host}:{rtmp_port + shard}/live" for shard in range(len(origins))
    )
    rtmps = _places(env, "MEDIA_RTMPS_ORIGINS", ("rtmps",))
    inside = _places(env, "MEDIA_INSIDE_ORIGINS", ("http",))
    given = (("MEDIA_RTMP_ORIGINS", rtmp), ("MEDIA_RTMPS_ORIGINS", rtmps), ("MEDIA_INSIDE_ORIGINS", inside))
    for setting, places in given:
        if places and len(places) != len(origins):
            raise MediaSettingWrong(setting, f"name as many addresses as media processes: {len(origins)}")
    engine = env.get("MEDIA_ENGINE", "").strip()
    template = env.get("MEDIA_ENGINE_HLS", "").strip()
    if engine and engine not in ENGINES:
        raise MediaSettingWrong("MEDIA_ENGINE", f"say one of {', '.join(ENGINES)}, or nothing for our own")
    if engine and "{playback}" not in template:
        raise MediaSettingWrong("MEDIA_ENGINE_HLS", "say where the engine's playlists are, with {playback} in it")
    return MediaSettings(
        processes=processes,
        origins=origins,
        rtmp_origins=rtmp,
        rtmps_origins=rtmps,
        engine=engine,
        engine_hls=template,
        max_kbit=_whole(env, "MEDIA_MAX_KBIT", 8_000),
        max_hours=_whole(env, "MEDIA_MAX_HOURS", 12),
        max_hours_a_day=_whole(env, "MEDIA_MAX_HOURS_A_DAY", 16),
        max_at_once=_whole(env, "MEDIA_MAX_AT_ONCE", 2),
        inside=inside or tuple(f"http://{host}:{media_port(port, shard)}" for shard in range(processes)),
    )


def _whole(env: Mapping[str, str], setting: str, default: int) -> int:
    value = env.get(setting) or str(default)
    if not (value.isascii() and value.isdigit()) or int(value) == 0:
        raise MediaSettingWrong(setting, f"say a whole number above zero, not {value!r}")
    return int(value)


def _places(env: Mapping[str, str], setting: str, schemes: tuple[str, ...]) -> tuple[str, ...]:
    places = tuple(place.rstrip("/") for place in env.get(setting, "").replace(",", " ").split())
    for place in places:
        parts = urlsplit(place)
        if parts.scheme not in schemes or not parts.netloc or parts.query or parts.fragment:
            raise MediaSettingWrong(setting, f"say scheme://host[:port][/path], not {place!r}")
    return places
