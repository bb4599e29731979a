"""`millstream nginx-config`: one origin in front of web, room and every media process, with a cache for video."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from millstream.site import config
from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.up import Commands
from millstream.site.media_settings import media_port

MOST_UPLOAD = "64m"
HOLD_SECONDS = 15  # the media plane holds a request for at most 12
CACHE = (
    "proxy_cache_path {path} levels=1:2 keys_zone=millstream_video:32m max_size={size} inactive=10m use_temp_path=off;"
)
# Keys and tickets travel in queries: no query string is written to a log.
LOG = (
    'log_format millstream \'$remote_addr [$time_local] "$request_method $uri" $status $body_bytes_sent'
    " $request_time $upstream_cache_status';"
)
PIECES = r"(/(?:live|recordings)/[\w-]+/[\w.-]+\.m4s|/live/[\w-]+/(?:audio-)?init-\d+\.mp4)"


@dataclass(frozen=True, slots=True)
class Front:
    """What the proxy needs to know; `certificate` None means plain HTTP."""

    listen: str
    server_name: str
    web: str
    room: str | None
    media: tuple[str, ...]
    cache: Path
    cache_size: str
    certificate: Path | None
    key: Path | None


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "nginx-config",
        help="print a configuration for nginx in front of this installation",
        description="Print what belongs into the http block of nginx (conf.d/millstream.conf): web, room and media "
        "processes behind one origin, live video cached. Set MEDIA_ORIGINS to ORIGIN/media/0 ORIGIN/media/1 ...",
    )
    parser.add_argument("--server-name", default="_", help="the name of the site (default: any)")
    parser.add_argument("--listen", default="", help="address and port (default: 443 with a certificate, else 80)")
    parser.add_argument("--certificate", type=Path, help="the certificate chain, as PEM")
    parser.add_argument("--key", type=Path, help="its key, as PEM")
    parser.add_argument("--cache", type=Path, default=Path("/var/cache/nginx/millstream"), help="folder of the cache")
    parser.add_argument("--cache-size", default="2g", help="the most that it may take (default: %(default)s)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    if (arguments.certificate is None) != (arguments.key is None):
        raise CommandRefused("Give --certificate and --key together.")
    settings = config.load()
    host = settings.local_host
    ports = (media_port(settings.media_port, shard) for shard in range(settings.media.processes))
    front = Front(
        listen=arguments.listen or ("443" if arguments.certificate else "80"),
        server_name=arguments.server_name,
        web=f"{host}:{settings.web_port}",
        room=f"{host}:{settings.room_port}" if settings.room_apart else None,
        media=tuple(f"{host}:{port}" for port in ports),
        cache=arguments.cache,
        cache_size=arguments.cache_size,
        certificate=arguments.certificate,
        key=arguments.key,
    )
    print(render(front), end="")
    return 0


def render(front: Front) -> str:
    """The text for nginx's http block."""
    tls = front.certificate is not None
    lines = [
        "# Made by `millstream nginx-config`; make it again after changing the number of processes.",
        "# Millstream believes this proxy who asks only when MILLSTREAM_TRUSTED_PROXIES names it (here 127.0.0.1).",
        *_upstream("web", front.web),
        *(_upstream("room", front.room) if front.room else []),
        *(line for shard, place in enumerate(front.media) for line in _upstream(f"media_{shard}", place)),
        CACHE.format(path=front.cache, size=front.cache_size),
        "map $http_upgrade $millstream_connection { default upgrade; '' ''; }",
        LOG,
        "server {",
        f"    listen {front.listen}{' ssl http2' if tls else ''};",
        f"    server_name {front.server_name};",
        *([f"    ssl_certificate {front.certificate};", f"    ssl_certificate_key {front.key};"] if tls else []),
        f"    client_max_body_size {MOST_UPLOAD};",
        "    access_log /var/log/nginx/millstream.log millstream;",
        "    proxy_http_version 1.1;",
        *_headers(),
        "    location /hooks/media/ { return 404; }",
        "    location / { proxy_pass http://millstream_web; }",
        *_socket("room" if front.room else "web"),
        *(line for shard in range(len(front.media)) for line in _video(shard)),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _upstream(name: str, place: str) -> list[str]:
    return [f"upstream millstream_{name} {{ server {place}; keepalive 128; }}"]


def _headers(indent: str = "    ", connection: str = "''") -> list[str]:
    return [
        f"{indent}proxy_set_header Host $http_host;",
        f"{indent}proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        f"{indent}proxy_set_header X-Forwarded-Proto $scheme;",
        f"{indent}proxy_set_header Connection {connection};",
    ]


def _socket(name: str) -> list[str]:
    return [
        "    location /ws/ {",
        f"        proxy_pass http://millstream_{name};",
        *_headers("        ", "$millstream_connection"),
        "        proxy_set_header Upgrade $http_upgrade;",
        "        proxy_buffering off;",
        "        proxy_read_timeout 3600s;",
        "    }",
    ]


def _video(shard: int) -> list[str]:
    """The places of one media process: playlists for a second, pieces for long, the rest passed on."""
    place, base = f"http://millstream_media_{shard}", f"^/media/{shard}"
    cached = [
        "        proxy_cache millstream_video;",
        f"        proxy_cache_key '{shard}$1$is_args$args';",
        "        proxy_cache_lock on;",
        f"        proxy_cache_lock_timeout {HOLD_SECONDS}s;",
        f"        proxy_cache_lock_age {HOLD_SECONDS}s;",
        f"        proxy_read_timeout {HOLD_SECONDS}s;",
        "        add_header X-Cache $upstream_cache_status;",
        f"        proxy_pass {place}$1$is_args$args;",
        "    }",
    ]
    return [
        f"    location ~ {base}/(?:healthz|metrics)$ {{ return 404; }}",
        f"    location ~ {base}(/live/[\\w-]+/(?:index|plain|audio)\\.m3u8)$ {{",
        "        proxy_ignore_headers Cache-Control Expires;",
        "        proxy_cache_valid 200 1s;",
        *cached,
        f"    location ~ {base}{PIECES}$ {{",
        *cached,
        f"    location /media/{shard}/ {{",
        f"        proxy_pass {place}/;",
        f"        proxy_redirect / /media/{shard}/;",
        "        proxy_request_buffering off;",
        "        proxy_buffering off;",
        "    }",
    ]
