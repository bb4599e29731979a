"""Web push: a message encrypted for one browser (RFC 8291, RFC 8188) and handed to its push service (RFC 8030).

Written here on `cryptography` and `httpx`, which we have anyway: it is forty lines, checked against the RFC's own
example, and one place decides which hosts are called.
"""

import os
from typing import Final

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from millstream.notices.adapters.outcome import End, Outcome
from millstream.notices.adapters.vapid import authorization
from millstream.notices.rules import from_base64url
from millstream.notices.types import PushAddress

RECORD_BYTES: Final = 4096
LAST_RECORD: Final = b"\x02"
MOST_TEXT_BYTES: Final = 2_800
TIMEOUT_SECONDS: Final = 10.0
CURVE: Final = ec.SECP256R1()


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def encrypt(
    plain: bytes, address: PushAddress, *, salt: bytes | None = None, key: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """The body of a push: header with salt and our public point, then one AES-128-GCM record.

    Salt and key are made anew for every message; they are given in tests alone.
    """
    salt, key = salt or os.urandom(16), key or ec.generate_private_key(CURVE)
    theirs, auth = from_base64url(address.p256dh), from_base64url(address.auth)
    ours = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    secret = _hkdf(auth, shared, b"WebPush: info\0" + theirs + ours, 32)
    content_key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, plain + LAST_RECORD, None)
    return salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def deliver(
    client: httpx.Client, address: PushAddress, plain: bytes, *, topic: str, ttl_seconds: int, contact: str, at: float
) -> Outcome:
    """Hand a message to the browser's push service. `topic` lets the service replace one that waits there already."""
    assert len(plain) <= MOST_TEXT_BYTES, "a push holds less than 3 kB"
    try:
        answer = client.post(
            address.endpoint,
            content=encrypt(plain, address),
            headers={
                "Authorization": authorization(address.endpoint, contact=contact, at=at),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(max(0, ttl_seconds)),
                "Urgency": "high",
                "Topic": topic,
            },
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
        )
    except httpx.HTTPError as broken:
        return Outcome(End.LATER, f"{type(broken).__name__}: {broken}")
    except ValueError as broken:  # a point that is not on the curve
        return Outcome(End.REFUSED, str(broken))
    return judge(answer.status_code, answer.headers.get("Retry-After", ""))


def judge(status: int, retry_after: str) -> Outcome:
    """What a push service's answer means."""
    told = f"the push service answered {status}"
    if status in {200, 201, 202, 204}:
        return Outcome(End.SENT)
    if status in {404, 410}:
        return Outcome(End.GONE, told)
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        wait = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
        return Outcome(End.LATER, told, wait_seconds=min(wait, 3600))
    return Outcome(End.REFUSED, told)
