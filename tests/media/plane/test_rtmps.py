"""RTMPS: the same publishers over TLS, with a certificate made for the test."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from millstream.media.plane.tls import Certificate
from tests.media.plane.conftest import Show
from tests.media.plane.rig import REPO, SECRET, Hook, NatsServer, PlaneProcess, free_port, get, publishing, until
from tests.media.plane.wire import Client, read_flv

type Media = Callable[..., Path]


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A self-signed certificate and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=9))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    encryption = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key_path.write_bytes(key.private_bytes(pem, form, encryption))
    return cert_path, key_path


def test_an_encoder_publishes_over_tls_beside_plain_rtmp(
    own_plane: Callable[..., PlaneProcess], tmp_path: Path, show: Show, hook: Hook, media: Media
) -> None:
    """Ffmpeg by rtmps://, a wrong key is told there too, and lines that never shake hands keep nobody out."""
    cert, key = make_certificate(tmp_path)
    port = free_port()
    plane = own_plane(MEDIA_RTMPS_PORT=str(port), MEDIA_TLS_CERT=str(cert), MEDIA_TLS_KEY=str(key))
    idle = [socket.create_connection(("127.0.0.1", port), 40) for _ in range(300)]
    with publishing(media(), f"rtmps://127.0.0.1:{port}/live/{show.key}", "-ca_file", str(cert)):
        until(lambda: plane.playlist(show.playback).count("#EXTINF") >= 2, what=plane.log.read_text())
        hook.grant("plain-key", "0c4cbb37-4f0d-4f0a-9d5a-0d1fd1b3f001", "plain-playback")
        with publishing(media(), plane.rtmp("plain-key")):
            until(lambda: plane.state("plain-playback") == "live")
        facts = get(f"{plane.http}/live/{show.playback}/state.json").json()
    for line in idle:
        line.close()
    assert (facts["state"], facts["source"]) == ("live", "rtmp")
    trusting = ssl.create_default_context(cafile=str(cert))
    with Client(port, tls=trusting) as client:
        assert client.publish("wrong-key") == "NetStream.Publish.BadName"
    with Client(port, tls=trusting) as client:
        client.publish(show.key)
        client.tags(read_flv(media())[:200])
        until(lambda: plane.state(show.playback) == "live")
    until(lambda: plane.state(show.playback) == "stalled")
    with socket.create_connection(("127.0.0.1", port), 40) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
        stranger.settimeout(40)
        assert not stranger.recv(4096).startswith(b"HTTP")
    assert "Traceback" not in plane.log.read_text()


def test_a_renewed_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    """New lines get the new certificate; a half-written file changes nothing."""
    cert, key = make_certificate(tmp_path)
    certificate = Certificate(cert, key)
    assert not certificate.refresh()
    cert.write_text("half")
    os.utime(cert, (1, 1))
    assert not certificate.refresh()
    make_certificate(tmp_path)
    os.utime(cert, (2, 2))
    assert certificate.refresh()
    assert not certificate.refresh()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "MEDIA_RTMPS_PORT needs MEDIA_TLS_CERT"),
        ({"MEDIA_TLS_CERT": "/nowhere/cert.pem"}, "MEDIA_TLS_CERT: there is no file"),
        ({"MEDIA_TLS_CERT": str(REPO / "README.md")}, "MEDIA_TLS_CERT and MEDIA_TLS_KEY cannot be used"),
    ],
)
def test_a_wrong_certificate_is_named_at_the_start(
    tmp_path: Path, hook: Hook, own_media_nats: NatsServer, more: dict[str, str], words: str
) -> None:
    """The process ends with status 2 and a sentence."""
    plane = PlaneProcess(tmp_path, hook.url, own_media_nats.url, MEDIA_RTMPS_PORT=str(free_port()), **more)
    command = [sys.executable, "-m", "millstream.media.plane"]
    done = subprocess.run(command, cwd=REPO, env=plane.environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert words in done.stderr
    assert SECRET not in done.stderr
