"""The settings of the installation that contexts ask for, as one frozen record."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True, slots=True)
class MediaPlaces:
    """Where pictures come in and go out: one entry per media process, in the order of their shards.

    `origins` may carry a path (`https://shop.example/media/0`). With an `engine` of others, `engine_hls` is the
    address of a playlist with `{playback}` in it. Limits hold per account; `max_at_once` counts its streams. `inside`
    is where the web processes reach the media processes themselves, past any proxy.
    """

    origins: tuple[str, ...] = ("http://127.0.0.1:8001",)
    rtmp_origins: tuple[str, ...] = ("rtmp://127.0.0.1:1935/live",)
    rtmps_origins: tuple[str, ...] = ()
    engine: str = ""
    engine_hls: str = ""
    max_kbit: int = 8_000
    max_hours: int = 12
    max_hours_a_day: int = 16
    max_at_once: int = 2
    inside: tuple[str, ...] = ("http://127.0.0.1:8001",)

    @property
    def sources(self) -> str:
        """The origins that pages fetch video from, as a content security policy lists them."""
        places = [urlsplit(place) for place in (*self.origins, *([self.engine_hls] if self.engine else []))]
        return " ".join(dict.fromkeys(f"{place.scheme}://{place.netloc}" for place in places))


@dataclass(frozen=True, slots=True)
class Installation:
    """What the operator chose. Durations in seconds; keys in bytes; origins without a final slash.

    `trusted_proxies` are believed when they name who asks; `room_inside` is where this machine reaches the room server
    apart, empty when there is none.
    """

    demo: bool
    var: Path
    currency: str
    platform_actor: UUID
    hold_seconds: int
    return_window_seconds: int
    release_sweep_seconds: int
    carrier_step_seconds: int
    delivery_minor: int
    network_rate: int
    visitor_rate: int
    public_origin: str
    media_origin: str
    room_origin: str
    sim_origin: str
    rtmp_origin: str
    nats_url: str
    field_key: bytes
    lookup_key: bytes
    signing_key: bytes
    media_hook_secret: str
    gateway_request_key: bytes
    gateway_webhook_key: bytes
    carrier_key: bytes
    media: MediaPlaces = MediaPlaces()
    recordings_kept_days: int = 1_095
    promises_kept_days: int = 1_095
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    room_inside: str = ""


def conf() -> Installation:
    """The installation's settings (`settings.MILLSTREAM`; tests override it as any Django setting)."""
    installation: Installation = settings.MILLSTREAM
    return installation
