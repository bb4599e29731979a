"""Open a stream for somebody who will show something."""

import secrets
from datetime import datetime
from uuid import UUID

from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.media.models import Stream
from millstream.media.queries import stream_record
from millstream.media.rules import shard_of
from millstream.media.types import StreamRecord

PLAYBACK_BYTES = 18


def open_stream(owner: UUID, *, now: datetime) -> StreamRecord:
    """Open a stream of `owner`, with a playback token of 144 random bits; nothing is shown yet."""
    row = Stream.objects.create(
        id=new_id(),
        owner_id=owner,
        playback=secrets.token_urlsafe(PLAYBACK_BYTES),
        shard=shard_of(owner, len(conf().media.origins)),
        opened_at=now,
    )
    return stream_record(row)
