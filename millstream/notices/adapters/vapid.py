"""The key pair by which push services know this installation (VAPID, RFC 8292), made on first use."""

import json
import os
import time
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from millstream.kernel.settings import conf
from millstream.notices.rules import to_base64url

KEY_FILE: Final = "push_key.pem"
TOKEN_SECONDS: Final = 12 * 3600
HALF_BYTES: Final = 32


@lru_cache(maxsize=4)
def _key(var: Path) -> ec.EllipticCurvePrivateKey:
    path = var / KEY_FILE
    if not path.exists():
        _make(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), f"{path} holds no key of a curve"
    return key


def _make(path: Path) -> None:
    """Write a new key that its owner alone reads; of several processes that start at once, one wins."""
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def public_key() -> str:
    """The public half, as browsers want it: an uncompressed point in base64url."""
    point = (
        _key(conf().var)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return to_base64url(point)


def authorization(endpoint: str, *, contact: str, at: float) -> str:
    """The header that tells the push service of `endpoint` who sends; `at` is the time in seconds since 1970."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(at) + TOKEN_SECONDS, "sub": contact}
    head = to_base64url(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    body = f"{head}.{to_base64url(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(_key(conf().var).sign(body.encode(), ec.ECDSA(hashes.SHA256())))
    signature = to_base64url(r.to_bytes(HALF_BYTES, "big") + s.to_bytes(HALF_BYTES, "big"))
    return f"vapid t={body}.{signature}, k={public_key()}"
