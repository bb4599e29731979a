"""`/healthz` asks every media process where this machine reaches it, and names the one that is not well."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from millstream.site.engines.ports import free_port
from millstream.site.web import views


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of a test before is kept."""
    monkeypatch.setattr(views, "_kept", {"at": 0.0, "answer": None})


@contextmanager
def media_process(status: int = 200) -> Iterator[str]:
    """Something that answers `/healthz` like a media process; gives its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"ok": true}'
            self.send_response(status if self.path == "/healthz" else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def parts(client: Client, settings: Any, *inside: str) -> dict[str, Any]:
    """What health says of media processes at these addresses, with a proxy in front of them."""
    public = tuple(f"https://shop.example/media/{shard}" for shard in range(len(inside)))
    places = replace(settings.MILLSTREAM.media, origins=public, inside=inside)
    settings.MILLSTREAM = replace(settings.MILLSTREAM, media=places, media_origin=public[0])
    found: dict[str, Any] = client.get("/healthz").json()["parts"]
    return {name: part for name, part in found.items() if name.startswith("media")}


@pytest.mark.django_db(transaction=True)
def test_every_media_process_is_asked_past_the_proxy(client: Client, settings: Any) -> None:
    """Of three, the second hangs up and the third is ill: each by its name, with what it said."""
    with media_process() as well, media_process(500) as ill:
        found = parts(client, settings, well, f"http://127.0.0.1:{free_port()}", ill)
    assert {name: part["ok"] for name, part in found.items()} == {"media": True, "media-1": False, "media-2": False}
    assert "500" in found["media-2"]["says"]
    assert "Connect" in found["media-1"]["says"]


@pytest.mark.django_db(transaction=True)
def test_one_media_process_keeps_the_plain_name(client: Client, settings: Any) -> None:
    """As the supervisor calls it."""
    with media_process() as well:
        assert list(parts(client, settings, well)) == ["media"]
