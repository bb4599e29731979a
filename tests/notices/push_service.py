"""A push service for tests, and a browser that subscribed to it: reads what it gets by libraries that are not ours."""

import base64
import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import http_ece  # type: ignore[import-untyped]
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from millstream.notices.rules import from_base64url, to_base64url
from millstream.notices.types import PushAddress


@dataclass
class PushService:
    """Takes pushes at `/push/<name>`; `answers` maps a name to the status it answers instead of 201."""

    answers: dict[str, int] = field(default_factory=dict)
    taken: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        service = self
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                name = self.path.rpartition("/")[2]
                status = service.answers.get(name, 201)
                if status == 201:
                    service.taken.append((name, service.opened(body), service.trusted(self.headers)))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Be quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def address(self, name: str) -> PushAddress:
        """What a browser's `PushSubscription` says."""
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return PushAddress(f"{self.origin}/push/{name}", to_base64url(point), to_base64url(self._auth))

    def opened(self, body: bytes) -> dict[str, Any]:
        """The message, decrypted by the library of the encryption's authors."""
        told: dict[str, Any] = json.loads(
            http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        )
        return told

    def trusted(self, headers: Any) -> dict[str, str]:
        """The claims of a VAPID header whose signature is good, with the other headers."""
        parts = dict(part.strip().split("=", 1) for part in headers["Authorization"].removeprefix("vapid ").split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(parts["k"]))
        claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=self.origin)
        assert claims["sub"].startswith("mailto:")
        assert base64.urlsafe_b64decode(parts["k"] + "==")[:1] == b"\x04"
        return {"ttl": headers["TTL"], "topic": headers["Topic"], "encoding": headers["Content-Encoding"]}
