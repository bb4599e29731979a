"""Signatures in the manner of Standard Webhooks: base64 HMAC-SHA256 over `id.timestamp.body`, raw body bytes."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

TOLERANCE_SECONDS = 300


def sign(key: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature header's value."""
    mac = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(mac).decode("ascii")


def signed_headers(prefix: str, key: bytes, *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers `<prefix>-id`, `<prefix>-timestamp` and `<prefix>-signature`."""
    return {
        f"{prefix}-id": message_id,
        f"{prefix}-timestamp": str(timestamp),
        f"{prefix}-signature": sign(key, message_id=message_id, timestamp=timestamp, body=body),
    }


def is_signed(
    prefix: str,
    key: bytes,
    *,
    headers: Mapping[str, str],
    body: bytes,
    now: float,
    message_id: str = "",
) -> bool:
    """Say whether the headers sign this body, now, for this message."""
    claimed_id = headers.get(f"{prefix}-id", "")
    stamp = headers.get(f"{prefix}-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(int(stamp) - now) > TOLERANCE_SECONDS:
        return False
    if message_id and claimed_id != message_id:
        return False
    wanted = sign(key, message_id=claimed_id, timestamp=int(stamp), body=body)
    return hmac.compare_digest(wanted, headers.get(f"{prefix}-signature", ""))
