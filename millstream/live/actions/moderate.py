"""Keep a room friendly: take messages away, ask somebody to be silent."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.live.models import Message, Mute, Show
from millstream.live.refusals import NoSuchMessage, NoSuchShow, NotYourShow
from millstream.live.types import MUTE_FOR, Operator


@transaction.atomic
def delete_message(message_id: UUID, *, host: UUID | Operator, now: datetime) -> UUID:
    """Take a message off every screen; returns the room. For the host of the show and for the operator."""
    message = _message(message_id, host=host)
    Message.objects.filter(id=message_id, deleted_at__isnull=True).update(deleted_at=now)
    return _room(message.show_id)


@transaction.atomic
def mute_speaker(message_id: UUID, *, host: UUID | Operator, now: datetime) -> tuple[UUID, UUID, datetime]:
    """Whoever said this may not talk in the show for ten minutes; returns room, visitor and until when."""
    message = _message(message_id, host=host)
    until = now + MUTE_FOR
    Mute.objects.update_or_create(
        show_id=message.show_id,
        visitor=message.visitor,
        defaults={"until": until},
        create_defaults={"id": new_id(), "until": until},
    )
    return _room(message.show_id), message.visitor, until


def _message(message_id: UUID, *, host: UUID | Operator) -> Message:
    message = Message.objects.select_related("show").filter(id=message_id).first()
    if message is None:
        raise NoSuchMessage
    if not isinstance(host, Operator) and message.show.host_id != host:
        raise NotYourShow
    return message


def _room(show_id: UUID) -> UUID:
    room = Show.objects.filter(id=show_id).values_list("room", flat=True).first()
    if room is None:
        raise NoSuchShow
    return room
