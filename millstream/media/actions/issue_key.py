"""Give a host a stream key."""

import os
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.kernel.sealing import lookup_hmac
from millstream.media.models import StreamKey
from millstream.media.rules import KEY_HINT_LENGTH, KEY_LENGTH, make_key


def hash_key(key: str) -> bytes:
    """The keyed hash under which a stream key is kept."""
    return lookup_hmac(f"stream-key:{key}")


@transaction.atomic
def issue_key(host: UUID, *, now: datetime) -> str:
    """A new key for the host, in clear for this once; the one before works no more."""
    key = make_key(os.urandom(KEY_LENGTH))
    StreamKey.objects.unscoped("the host's own key is replaced").filter(host_id=host, revoked_at__isnull=True).update(
        revoked_at=now
    )
    StreamKey.objects.unscoped("the host's own new key").create(
        id=new_id(), host_id=host, key_hash=hash_key(key), hint=key[:KEY_HINT_LENGTH], issued_at=now
    )
    return key
