"""The settings of the installation that contexts ask for, as one frozen record."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Installation:
    """What the operator chose. Durations in seconds; keys in bytes; origins without a final slash."""

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


def conf() -> Installation:
    """The installation's settings (`settings.MILLSTREAM`; tests override it as any Django setting)."""
    installation: Installation = settings.MILLSTREAM
    return installation
