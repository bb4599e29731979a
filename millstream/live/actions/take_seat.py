"""Sit down to film or to direct a show, stay there, leave."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.live.models.studio import StudioSeat
from millstream.live.queries.studio import seats
from millstream.live.refusals.studio import DirectedElsewhere, FilmedElsewhere
from millstream.live.types import ShowId
from millstream.live.types.studio import SEAT_KEPT_FOR, SEAT_RENEWED_BELOW, Device, FilmNote, Seat, SeatRecord

# One statement: a seat is taken when it is free, when it is the device's own, or when its holder is the one whom the
# page saw when the button was pressed. Of two devices that press at once, one finds another turn than it saw.
_TAKE = """
INSERT INTO live_studioseat AS held
    (id, show_id, seat, device, kind, actor_id, since, until, turn, mode, kbit, away)
VALUES (%(id)s, %(show)s, %(seat)s, %(device)s, %(kind)s, %(actor)s, %(now)s, %(until)s, 1, '', 0, false)
ON CONFLICT (show_id, seat) DO UPDATE SET
    device = excluded.device, kind = excluded.kind, actor_id = excluded.actor_id, until = excluded.until,
    since = CASE WHEN held.device = excluded.device AND held.until > %(now)s THEN held.since ELSE excluded.since END,
    turn = held.turn + (held.device <> excluded.device)::int,
    mode = CASE WHEN held.device = excluded.device THEN held.mode ELSE '' END,
    kbit = CASE WHEN held.device = excluded.device THEN held.kbit ELSE 0 END,
    away = held.device = excluded.device AND held.away
WHERE held.device = excluded.device OR held.until <= %(now)s OR held.turn = %(seen_turn)s
RETURNING held.turn
"""


@transaction.atomic
def take_seat(
    show_id: ShowId, seat: Seat, device: Device, *, now: datetime, seen_turn: int | None = None
) -> SeatRecord:
    """Let a device film or direct from now on; it keeps the seat for 30 s and as long as it goes on asking.

    A seat that somebody else holds is taken over only by a press that saw its holder (`seen_turn`); else refused.
    """
    asked: dict[str, Any] = {
        "id": new_id(),
        "show": show_id,
        "seat": seat.value,
        "device": device.id,
        "kind": device.kind.value,
        "actor": device.actor,
        "now": now,
        "until": now + SEAT_KEPT_FOR,
        "seen_turn": seen_turn,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, asked)
        taken = cursor.fetchone()
    if taken is None:
        raise DirectedElsewhere if seat is Seat.DIRECTION else FilmedElsewhere
    return seats(show_id, now)[seat]


def keep_seats(show_id: ShowId, device: UUID, *, now: datetime) -> int:
    """Keep what this device sits on for another 30 s; returns how many seats were renewed.

    Writes nothing while a lease has more than 20 s left.
    """
    mine = StudioSeat.objects.filter(show_id=show_id, device=device, until__gt=now, until__lt=now + SEAT_RENEWED_BELOW)
    return mine.update(until=now + SEAT_KEPT_FOR)


def note_filming(show_id: ShowId, device: UUID, note: FilmNote, *, now: datetime) -> bool:
    """Write down what the filming device sends; False when it does not film any more."""
    mine = StudioSeat.objects.filter(show_id=show_id, seat=Seat.CAMERA.value, device=device, until__gt=now)
    return bool(mine.update(mode=note.mode.value, kbit=note.kbit, away=note.away, until=now + SEAT_KEPT_FOR))


def leave_seat(show_id: ShowId, seat: Seat, device: UUID, *, now: datetime) -> bool:
    """Free a seat for whoever comes; False when it was not this device's any more."""
    mine = StudioSeat.objects.filter(show_id=show_id, seat=seat.value, device=device, until__gt=now)
    return bool(mine.update(until=now))
