"""Signed addresses in letters: to confirm a wish, to end one."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from millstream.kernel.sealing import sign, signed_by_us
from millstream.kernel.settings import conf
from millstream.notices.refusals import NoSuchAsk

CONFIRM = "notices.confirm"
STOP = "notices.stop"


def _token(purpose: str, wish: UUID) -> str:
    return f"{wish.hex}.{sign(purpose, wish.hex)}"


def wish_of(purpose: str, token: str) -> UUID:
    """The wish of a signed address; refuses one that is not ours."""
    told, _, signature = token.partition(".")
    if not signed_by_us(purpose, told, signature):
        raise NoSuchAsk
    return UUID(told)


def confirm_url(wish: UUID) -> str:
    """Where the owner of an address says yes."""
    return f"{conf().public_origin}{reverse('notices:confirm', args=[_token(CONFIRM, wish)])}"


def stop_url(wish: UUID) -> str:
    """Where the owner of an address ends a wish."""
    return f"{conf().public_origin}{reverse('notices:stop', args=[_token(STOP, wish)])}"


def push_hosts() -> tuple[str, ...]:
    """The push services that are called."""
    hosts: tuple[str, ...] = settings.NOTICES_PUSH_HOSTS
    return hosts
