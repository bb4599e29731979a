"""Talk without a socket, and its moderation."""

from datetime import timedelta
from functools import partial

import pytest

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import Message, ModerationAct
from millstream.live.refusals import (
    NoSuchMessage,
    TalkClosed,
    TalkEmpty,
    TalkMuted,
    TalkRepeated,
    TalkTooLong,
)
from millstream.live.refusals.talk import MayNotModerate
from millstream.live.room.bounds import HISTORY
from millstream.live.types import OPERATOR, SpokenBy, TalkRole
from tests.live.town import Town, make_host

pytestmark = pytest.mark.django_db


def bo() -> SpokenBy:
    return SpokenBy(visitor=new_id(), name="Guest 1234", role=TalkRole.GUEST)


def test_what_is_said_is_kept_in_order(town: Town) -> None:
    """The newest messages, the oldest of them first, tidy."""
    for text in ("  hello\n there ", "how deep is the glaze?"):
        api.say(town.show.id, bo(), text, now=town.now)
    assert [line.text for line in api.talk(town.show.id)] == ["hello there", "how deep is the glaze?"]


def test_the_last_two_hundred_are_kept(town: Town) -> None:
    """Older ones are forgotten."""
    for number in range(HISTORY + 5):
        api.say(town.show.id, bo(), f"message {number}", now=town.now)
    kept = Message.objects.filter(show_id=town.show.id).order_by("id")
    assert kept.count() == HISTORY
    assert kept[0].text == "message 5"


@pytest.mark.parametrize(("text", "refusal"), [("", TalkEmpty), (" \u200b\n", TalkEmpty), ("x" * 201, TalkTooLong)])
def test_nothing_and_too_much_are_refused(town: Town, text: str, refusal: type[Exception]) -> None:
    """A message is 1 to 200 letters of one line."""
    with pytest.raises(refusal):
        api.say(town.show.id, bo(), text, now=town.now)


def test_the_same_words_at_once_again_are_refused(town: Town) -> None:
    """After half a minute they are welcome again."""
    by = bo()
    api.say(town.show.id, by, "hi", now=town.now)
    with pytest.raises(TalkRepeated):
        api.say(town.show.id, by, "hi", now=town.now + timedelta(seconds=5))
    api.say(town.show.id, by, "hi", now=town.now + timedelta(seconds=31))


def test_an_ended_show_takes_no_messages(town: Town) -> None:
    """Its chat is closed."""
    town.start()
    api.end_show(town.show.id, host=town.dao, now=town.now)
    with pytest.raises(TalkClosed):
        api.say(town.show.id, bo(), "too late", now=town.now)


def test_the_host_takes_messages_away_and_mutes(town: Town) -> None:
    """A deleted message is not shown; somebody timed out may talk again after ten minutes."""
    by = bo()
    said = api.say(town.show.id, by, "buy elsewhere", now=town.now)
    assert api.delete_message(said.id, by=town.dao, now=town.now) == town.show.room
    assert api.talk(town.show.id) == []
    silenced = api.time_out_speaker(said.id, minutes=10, by=town.dao, now=town.now)
    assert (silenced.rooms, silenced.visitor) == ((town.show.room,), by.visitor)
    assert silenced.until == town.now + timedelta(minutes=10)
    with pytest.raises(TalkMuted) as refused:
        api.say(town.show.id, by, "again", now=town.now + timedelta(minutes=1))
    assert refused.value.facts == {"minutes": 9}
    api.say(town.show.id, by, "sorry", now=town.now + timedelta(minutes=11))


def test_the_operator_moderates_any_room(town: Town) -> None:
    """Without being anybody's host."""
    said = api.say(town.show.id, bo(), "buy elsewhere", now=town.now)
    rooms = api.time_out_speaker(said.id, minutes=1, by=OPERATOR, now=town.now).rooms
    assert rooms == (api.delete_message(said.id, by=OPERATOR, now=town.now),) == (town.show.room,)
    assert api.talk(town.show.id) == []
    with pytest.raises(NoSuchMessage):
        api.delete_message(new_id(), by=OPERATOR, now=town.now)


def test_nobody_else_moderates(town: Town) -> None:
    """Femi may neither delete nor silence nor ban; a message that is gone is gone."""
    femi = make_host("Femi", "费米")
    said = api.say(town.show.id, bo(), "hi", now=town.now)
    attempts = (api.delete_message, partial(api.time_out_speaker, minutes=10), api.ban_speaker)
    for attempt in attempts:
        with pytest.raises(MayNotModerate):
            attempt(said.id, by=femi, now=town.now)
        with pytest.raises(NoSuchMessage):
            attempt(new_id(), by=town.dao, now=town.now)
    assert ModerationAct.objects.filter(message=said.id).count() == 0
