"""What an RTMP client says of itself, as a question for the web process."""

from __future__ import annotations

from urllib.parse import parse_qsl

from millstream.media.plane import amf0
from millstream.media.plane.admission import Asking

MAX_KEY_LETTERS = 256


def read_asking(connect: dict[str, amf0.Amf], name: amf0.Amf, peer: str, number: int | str) -> Asking | None:
    """Who asks, from the connect object and the publish name: `KEY` or `slug?key=KEY`; None without a key."""
    if not isinstance(name, str):
        return None
    app = str(connect.get("app") or "").strip("/")
    path, _, query_text = name.partition("?")
    app, _, app_query = app.partition("?")
    try:
        pairs = parse_qsl(query_text or app_query, max_num_fields=32)
    except ValueError:
        return None
    query = dict(pairs)
    key = query.get("key") or path
    slug = path if query.get("key") else ""
    if not key or len(key) > MAX_KEY_LETTERS or not key.isprintable():
        return None
    texts = {field: str(connect.get(field) or "")[:256] for field in ("tcUrl", "flashVer")}
    return Asking(app[:64], key, slug[:128], query, peer, texts["tcUrl"], texts["flashVer"], number)
