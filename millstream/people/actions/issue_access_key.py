"""Issue and revoke the keys by which programs act for an actor."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.kernel.sealing import lookup_hmac
from millstream.people.models import AccessKey

KEY_PREFIX = "ms_"
KEY_BYTES = 24


@transaction.atomic
def issue_access_key(user_id: UUID, actor_id: UUID, *, name: str, clear: str | None = None) -> str:
    """A new key of a user for one of its actors; returned once, in the clear, and never again."""
    key = clear or KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    AccessKey.objects.create(user_id=user_id, actor_id=actor_id, name=name[:60], lookup=lookup_hmac(f"access:{key}"))
    return key


@transaction.atomic
def revoke_access_key(key_id: UUID, *, user_id: UUID, now: datetime) -> None:
    """Make a key of this user worthless from now on."""
    if not AccessKey.objects.filter(id=key_id, user_id=user_id, revoked_at=None).update(revoked_at=now):
        raise NotFound(what="access key")
