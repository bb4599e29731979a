"""Pure decisions about notices: when to try again, which push addresses are good."""

import base64
import binascii
import ipaddress
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from millstream.notices.types import PushAddress

PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 180, 600, 1800))
LONGEST_ENDPOINT: Final = 1_000
POINT_BYTES: Final = 65
AUTH_BYTES: Final = 16
UNCOMPRESSED: Final = 4


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts that came to nothing."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def from_base64url(text: str) -> bytes:
    """The bytes of base64url with or without its padding; raises `ValueError` for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as broken:
        raise ValueError(str(broken)) from None


def to_base64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def is_push_address(address: PushAddress, hosts: Sequence[str]) -> bool:
    """Whether an address is of a push service that we talk to, with keys of the right kind.

    The address comes from a browser, and we are to call it: only named services are called, so nobody sends us to
    a machine of their choice. `hosts` are names; `.example.com` stands for every name below it. Without TLS only
    a loopback address is taken, when it is named, for a service on this machine.
    """
    if len(address.endpoint) > LONGEST_ENDPOINT:
        return False
    try:
        parts = urlsplit(address.endpoint)
        host = parts.hostname or ""
        keys_fit = _keys_fit(address)
    except ValueError:
        return False
    is_named = any(host == name or (name.startswith(".") and host.endswith(name)) for name in hosts)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    return is_named and is_safe and keys_fit and not parts.username and not parts.password


def _keys_fit(address: PushAddress) -> bool:
    point, auth = from_base64url(address.p256dh), from_base64url(address.auth)
    return len(point) == POINT_BYTES and point[0] == UNCOMPRESSED and len(auth) == AUTH_BYTES


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
