"""Who reads a room's page: as whom it talks, to which circles it belongs, and the pass that tells the room server."""

import time
from uuid import UUID

from django.http import HttpRequest

from millstream.kernel.texts import localised
from millstream.kernel.web.asking import asking_network
from millstream.live import api
from millstream.live.room.admission import PASS_SECONDS, RoomPass, guest_name, network_mark
from millstream.live.types import ShowRecord, SpokenBy, TalkRole
from millstream.live.types.crew import CrewRole
from millstream.orders.api import has_bought
from millstream.people import api as people
from millstream.people.acting import Acting, acting_as_of

_CREW = {
    CrewRole.HOST: TalkRole.HOST,
    CrewRole.COHOST: TalkRole.COHOST,
    CrewRole.MODERATOR: TalkRole.MODERATOR,
}


def speaker_of(request: HttpRequest, show: ShowRecord, sellers: set[UUID]) -> SpokenBy:
    """As whom the reader of the page talks in this room, and to which circles of talkers it belongs."""
    acting = acting_as_of(request)
    signed_in = acting.actor.id if acting.actor is not None else None
    name = localised(acting.actor.name) if acting.actor is not None else guest_name(acting.visitor)
    proved = people.verified_key(
        request.user if acting.user_id else None,  # type: ignore[arg-type] # our own user model
        acting.actor_id,
    )
    is_buyer = acting.actor_id is not None and has_bought(acting.actor_id, show.host)
    return SpokenBy(
        visitor=acting.visitor,
        name=name[:40],
        role=talk_role(acting, show, sellers),
        actor=signed_in,
        network=mark_of(request),
        verified=proved is not None,
        follower=api.follows(show.host, visitor=acting.visitor, actor=signed_in),
        buyer=is_buyer,
        operator=acting.is_operator,
        person=proved.hex() if proved else "",
    )


def talk_role(acting: Acting, show: ShowRecord, sellers: set[UUID]) -> TalkRole:
    """Crew before operator before maker before buyer before guest."""
    crew = api.role_in(show, acting.actor.id) if acting.actor is not None else None
    if crew is not None:
        return _CREW[crew]
    if acting.is_operator:
        return TalkRole.MODERATOR
    if acting.actor is not None and acting.actor.id in sellers:
        return TalkRole.MAKER
    return TalkRole.BUYER if acting.actor_id is not None else TalkRole.GUEST


def room_pass(show: ShowRecord, by: SpokenBy) -> RoomPass:
    """What the room server is told about the reader of a page; it holds for twelve hours."""
    return RoomPass(
        room=show.room,
        visitor=by.visitor,
        name=by.name,
        role=by.role.value,
        until=int(time.time()) + PASS_SECONDS,
        actor=by.actor,
        verified=by.verified,
        follower=by.follower,
        buyer=by.buyer,
        operator=by.operator,
        person=by.person,
    )


def mark_of(request: HttpRequest) -> str:
    """The mark of the network that a request comes from."""
    return network_mark(asking_network(request))
