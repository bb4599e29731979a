"""Sealing personal data: AES-256-GCM for what is read back, HMAC-SHA-256 for what is only compared."""

import hmac
import os
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from millstream.kernel.settings import conf

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12


@lru_cache(maxsize=1)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def seal(text: str) -> bytes:
    """The text encrypted: one version byte, a 12-byte nonce, the ciphertext with its tag."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + _cipher(conf().field_key).encrypt(nonce, text.encode(), _VERSION)


def unseal(sealed: bytes | memoryview) -> str:
    """The text that was sealed; raises `cryptography.exceptions.InvalidTag` when it was tampered with."""
    raw = bytes(sealed)
    assert raw[:1] == _VERSION, "sealed by an unknown version"
    nonce, body = raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :]
    return _cipher(conf().field_key).decrypt(nonce, body, _VERSION).decode()


def lookup_hmac(normalised: str) -> bytes:
    """32 bytes by which equal normalised values are found without being readable."""
    return hmac.digest(conf().lookup_key, normalised.encode(), sha256)


def sign(purpose: str, message: str) -> str:
    """A 128-bit hex signature for links and cookies, bound to its purpose."""
    return hmac.digest(conf().signing_key, f"{purpose}\0{message}".encode(), sha256)[:16].hex()


def signed_by_us(purpose: str, message: str, signature: str) -> bool:
    """Whether `signature` is ours for this message and purpose; takes the same time whatever the answer."""
    # As bytes: what a stranger sends need not be ASCII, and texts that are not cannot be compared.
    return hmac.compare_digest(sign(purpose, message).encode(), signature.encode("utf-8", "replace"))
