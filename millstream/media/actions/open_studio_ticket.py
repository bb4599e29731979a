"""Let a studio page publish without a stream key."""

from datetime import datetime

from millstream.kernel.sealing import sign, signed_by_us
from millstream.media.rules import TICKET_FOR, TICKET_PREFIX, pack_ticket, split_ticket, unpack_ticket
from millstream.media.types import ActorId, StudioTicket

PURPOSE = "media.studio"


def studio_ticket(host: ActorId, *, slug: str, now: datetime) -> str:
    """A ticket with which the host's page publishes into the named show for twelve hours; taken like a stream key.

    It is signed, not kept: it ends by its time or with the show. Whoever has it may publish, so it belongs in the
    studio page alone.
    """
    packed = pack_ticket(StudioTicket(host, slug, now + TICKET_FOR))
    return f"{TICKET_PREFIX}{packed}.{sign(PURPOSE, packed)}"


def read_studio_ticket(text: str) -> StudioTicket | None:
    """The ticket when it is one of ours, whatever its time; None otherwise."""
    parts = split_ticket(text)
    if parts is None or not signed_by_us(PURPOSE, *parts):
        return None
    return unpack_ticket(parts[0])
