"""Count who watches and who looks at goods, without knowing anybody."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from millstream.kernel.settings import conf
from millstream.live.rules.after import sample_slot
from millstream.live.types import ShowState
from millstream.live.types.after import FOOTFALL_BITS, FOOTFALL_SHARDS

OPENING_SHARDS: Final = 8
MOST_ROOMS: Final = 1_000

# Two workers may sample the same ten seconds: the one that heard of more viewers is right.
_ATTEND: Final = """
INSERT INTO live_attendance (show_id, at, viewers)
SELECT show.id, %s, told.viewers FROM unnest(%s::uuid[], %s::int[]) AS told(room, viewers)
JOIN live_show AS show ON show.room = told.room AND show.state = %s
ON CONFLICT (show_id, at) DO UPDATE SET viewers = greatest(live_attendance.viewers, excluded.viewers)
"""
_OPEN: Final = """
INSERT INTO live_opening (show_id, variant_id, shard, opened)
SELECT item.show_id, item.variant_id, %s, 1 FROM live_rundownitem AS item
WHERE item.show_id = %s AND item.variant_id = %s
ON CONFLICT (show_id, variant_id, shard) DO UPDATE SET opened = live_opening.opened + 1
"""
_MARK: Final = """
INSERT INTO live_footfall (show_id, shard, bits) VALUES (%s, %s, set_bit(%s::bytea, %s, 1))
ON CONFLICT (show_id, shard) DO UPDATE SET bits = set_bit(live_footfall.bits, %s, 1)
WHERE get_bit(live_footfall.bits, %s) = 0
"""


def note_attendance(viewers: Mapping[UUID, int], *, now: datetime) -> int:
    """Write how many watch the rooms that are live, for the ten seconds of `now`; returns how many shows it were."""
    assert len(viewers) <= MOST_ROOMS
    with connection.cursor() as cursor:
        rooms = sorted(viewers)
        told = [viewers[room] for room in rooms]
        cursor.execute(_ATTEND, [sample_slot(now), rooms, told, ShowState.LIVE.value])
        return int(cursor.rowcount)


def note_opening(show_id: UUID, variant_id: UUID, visitor: UUID) -> None:
    """Count an opened buy sheet; a show that has no such product counts nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [visitor.int % OPENING_SHARDS, show_id, variant_id])


def note_visit(show_id: UUID, visitor: UUID) -> None:
    """Mark that a visitor opened a room: one bit of many, which several visitors share."""
    mark = hmac.digest(conf().signing_key, b"footfall" + show_id.bytes + visitor.bytes, hashlib.sha256)
    shard, bit = mark[0] % FOOTFALL_SHARDS, int.from_bytes(mark[1:5]) % FOOTFALL_BITS
    empty = bytes(FOOTFALL_BITS // 8)
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [show_id, shard, empty, bit, bit, bit])
