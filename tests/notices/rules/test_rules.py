"""Decisions about pushes and pauses."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.notices.rules import from_base64url, is_push_address, pause_after, to_base64url
from millstream.notices.types import PushAddress

POINT = to_base64url(b"\x04" + bytes(64))
AUTH = to_base64url(bytes(16))
HOSTS = ("push.example.com", ".push.apple.com")


@pytest.mark.parametrize(
    "endpoint", ["https://push.example.com/a/b", "https://web.push.apple.com/QZ", "https://push.example.com:443/x"]
)
def test_a_named_service_is_called(endpoint):
    """By its name, or by the end of its name when that is what was named."""
    assert is_push_address(PushAddress(endpoint, POINT, AUTH), HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/a",
        "https://169.254.169.254/latest/meta-data",
        "https://push.example.com.evil.example/a",
        "https://evil.example/?push.example.com",
        "https://user:secret@push.example.com/a",
        "https://localhost:5432/",
        "https://push.apple.com.evil/x",
        "https://[::1/",
        "javascript:alert(1)",
        "https://push.example.com/" + "a" * 1000,
        "",
    ],
)
def test_nobody_sends_us_elsewhere(endpoint):
    """An address that a browser claims may name any machine, so only named services are called, with TLS."""
    assert not is_push_address(PushAddress(endpoint, POINT, AUTH), HOSTS)


def test_without_tls_only_this_machine_is_called_when_it_is_named():
    """For a push service on the operator's own machine."""
    address = PushAddress("http://127.0.0.1:9000/x", POINT, AUTH)
    assert is_push_address(address, ("127.0.0.1",))
    assert not is_push_address(address, HOSTS)


@pytest.mark.parametrize(("p256dh", "auth"), [("", AUTH), (POINT, ""), (POINT[:-4], AUTH), ("*" * 87, AUTH)])
def test_broken_keys_are_refused(p256dh, auth):
    """A point of 65 bytes and a secret of 16, nothing else."""
    assert not is_push_address(PushAddress("https://push.example.com/a", p256dh, auth), HOSTS)


@given(st.binary(max_size=200))
def test_base64url_comes_back(raw):
    """Whatever the length, with no padding on the way."""
    assert from_base64url(to_base64url(raw)) == raw


def test_pauses_grow_and_end_growing():
    """The first comes soon, the last are half an hour apart."""
    pauses = [pause_after(attempts) for attempts in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=15)
    assert pauses[-1] == timedelta(minutes=30)
