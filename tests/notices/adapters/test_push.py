"""Pushes as the RFCs write them."""

import stat

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as django_settings

from millstream.notices.adapters.outcome import End
from millstream.notices.adapters.push import encrypt, judge
from millstream.notices.adapters.vapid import KEY_FILE, public_key
from millstream.notices.rules import from_base64url, to_base64url
from millstream.notices.types import PushAddress

# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc_comes_out():
    """RFC 8291, appendix A, byte for byte."""
    key = ec.derive_private_key(int.from_bytes(from_base64url(PRIVATE), "big"), ec.SECP256R1())
    address = PushAddress("https://push.example.net/push/x", THEIRS, AUTH)
    assert to_base64url(encrypt(PLAIN, address, salt=from_base64url(SALT), key=key)) == SEALED


def test_no_two_messages_share_salt_or_key():
    """Salt and key are new for each message."""
    address = PushAddress("https://push.example.net/push/x", THEIRS, AUTH)
    heads = {encrypt(PLAIN, address)[:86] for _ in range(20)}
    assert len(heads) == 20


def test_answers_of_push_services_are_understood():
    """Taken, gone, busy, refused."""
    assert judge(201, "").end is End.SENT
    assert judge(410, "").end is judge(404, "").end is End.GONE
    assert judge(429, "90") == judge(429, "90")
    assert judge(429, "90").wait_seconds == 90
    assert judge(503, "Wed, 21 Oct").end is End.LATER
    assert judge(403, "").end is End.REFUSED


def test_the_key_is_made_once_for_its_owner_alone():
    """It stands under var, mode 600, and stays the same."""
    first = public_key()
    path = django_settings.MILLSTREAM.var / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_key() == first
    assert len(from_base64url(first)) == 65
