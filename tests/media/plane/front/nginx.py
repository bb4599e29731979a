"""A real nginx on ports of its own, run for a test and stopped by it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.media.plane.rig import connects, stop_process, until

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))
RTMP_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx)")
needs_nginx_rtmp = pytest.mark.skipif(
    NGINX is None or not RTMP_MODULE.exists(), reason="nginx-rtmp is not installed (libnginx-mod-rtmp)"
)


def check(folder: Path, text: str) -> str:
    """What `nginx -t` says of a whole configuration; fails when it refuses."""
    assert NGINX is not None
    (folder / "nginx.conf").write_text(text)
    command = [NGINX, "-t", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def whole(folder: Path, http: str, more: str = "") -> str:
    """A configuration for one process of an ordinary user around the given parts."""
    for name in ("body", "proxy"):
        (folder / name).mkdir(exist_ok=True)
    # As root nginx would give its work to an account that cannot read the test's folder.
    user = "user root; " if os.geteuid() == 0 else ""
    return (
        f"{user}daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n{more}\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\naccess_log off;\n"
        f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/body; uwsgi_temp_path {folder}/body; scgi_temp_path {folder}/body;\n{http}\n}}\n"
    )


@contextlib.contextmanager
def running(folder: Path, text: str, *ports: int) -> Iterator[None]:
    """That nginx, until the block ends."""
    check(folder, text)
    assert NGINX is not None
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for port in ports:
            until(lambda port=port: connects(port), 10, "nginx")  # type: ignore[misc] # the default binds the port
        yield
    finally:
        stop_process(process)
