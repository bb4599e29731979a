"""Keeping order: bans, rules, words, reports, appeals, the log, switches, followers, captions."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import Trade
from millstream.live.models.talk import Ban, ModerationAct
from millstream.live.queries.order import guard_seed
from millstream.live.refusals.talk import (
    AlreadyReported,
    AppealedBefore,
    EmojiOnly,
    MayNotModerate,
    NoLinks,
    NothingToAppeal,
    NotSilenced,
    NotThisOne,
    OnlyBuyers,
    OnlyFollowers,
    OnlyVerified,
    SaleClosed,
    TalkBanned,
    TalkOff,
    TalkSlow,
    WhyMissing,
    WordsBlocked,
)
from millstream.live.types import OPERATOR, SpokenBy, TalkRole
from millstream.live.types.crew import CrewRole
from millstream.live.types.talk import (
    ActKind,
    AppealState,
    Reason,
    SwitchKind,
    Talkers,
    TalkRulesRecord,
)
from millstream.media import api as media
from millstream.orders.ports import OfferAsk, offers_port
from tests.live.town import Town, make_host, make_show

pytestmark = pytest.mark.django_db


def guest(**known: object) -> SpokenBy:
    told: dict[str, object] = {"visitor": new_id(), "name": "Guest 1234", "role": TalkRole.GUEST, **known}
    return SpokenBy(**told)  # type: ignore[arg-type]


def let(town: Town, slow: int = 0, who: Talkers = Talkers.ALL, *, emoji_only: bool = False, off: bool = False) -> None:
    rules = TalkRulesRecord(slow, who, emoji_only=emoji_only, off=off)
    api.set_talk_rules(town.show.id, rules, by=town.dao, now=town.now)


def test_a_ban_silences_and_removes_all_that_was_said(town: Town) -> None:
    """In every show of the host, also from another browser of the same actor; the operator's holds everywhere."""
    femi, actor = guest(actor=make_host("Femi", "费米")), None
    actor = femi.actor
    other = make_show(town.dao, town.now, hours=5)
    for show in (town.show, other):
        api.say(show.id, femi, f"buy elsewhere {show.slug}", now=town.now)
    said = api.talk(town.show.id)[0]
    silenced = api.ban_speaker(said.id, by=town.dao, why="spam", now=town.now)
    assert set(silenced.rooms) == {town.show.room, other.room}
    assert api.talk(town.show.id) == api.talk(other.id) == []
    for speaker in (femi, guest(actor=actor)):
        with pytest.raises(TalkBanned):
            api.say(other.id, speaker, "hello", now=town.now)
    elsewhere = make_show(make_host("Chen", "陈"), town.now)
    kept = api.say(elsewhere.id, femi, "hello there", now=town.now)
    api.ban_speaker(kept.id, by=OPERATOR, everywhere=True, now=town.now)
    with pytest.raises(TalkBanned):
        api.say(make_show(make_host("Esi", "艾西"), town.now).id, femi, "hello", now=town.now)
    with pytest.raises(MayNotModerate):
        api.ban_speaker(said.id, by=town.dao, everywhere=True, now=town.now)


def test_a_ban_by_network_holds_for_a_day(town: Town) -> None:
    """A guest who throws its cookie away stays out; a buyer of the same network who is signed in too, until it ends."""
    mark = "a" * 32
    said = api.say(town.show.id, guest(network=mark), "spam", now=town.now)
    api.ban_speaker(said.id, by=town.dao, network=True, now=town.now)
    with pytest.raises(TalkBanned):
        api.say(town.show.id, guest(network=mark), "it is me again", now=town.now)
    api.say(town.show.id, guest(network="b" * 32), "hello", now=town.now)
    api.say(town.show.id, guest(network=mark), "good morning", now=town.now + timedelta(hours=25))


def test_a_ban_is_lifted_by_its_host(town: Town) -> None:
    """And by the operator; nobody else."""
    femi = guest()
    said = api.say(town.show.id, femi, "spam", now=town.now)
    api.ban_speaker(said.id, by=town.dao, now=town.now)
    (ban,) = api.bans(town.dao)
    with pytest.raises(MayNotModerate):
        api.lift_ban(ban.id, by=make_host("Chen", "陈"), now=town.now)
    api.lift_ban(ban.id, by=town.dao, now=town.now)
    api.say(town.show.id, femi, "thank you", now=town.now)
    assert api.bans(town.dao) == []


def test_what_silences_somebody_is_undone_at_once(town: Town) -> None:
    """Timeout and ban together, by one act each in the log; what was taken away by the ban stays away."""
    bo = guest(actor=make_host("Bo", "波"))
    said = api.say(town.show.id, bo, "spam", now=town.now)
    with pytest.raises(NotSilenced):
        api.let_talk(said.id, by=town.dao, now=town.now)
    api.time_out_speaker(said.id, minutes=60, by=town.dao, now=town.now)
    api.ban_speaker(said.id, by=town.dao, now=town.now)
    acts = {record.id for record in api.acts(show=town.show.id).items}
    assert api.holding(acts, town.now) == acts
    before = guard_seed(town.show.id).version
    with pytest.raises(MayNotModerate):
        api.let_talk(said.id, by=make_host("Chen", "陈"), now=town.now)
    assert town.show.room in api.let_talk(said.id, by=town.dao, why="a mistake", now=town.now)
    assert api.holding(acts, town.now) == set()
    assert guard_seed(town.show.id).version > before
    kept = api.say(town.show.id, bo, "thank you", now=town.now)
    assert [message.id for message in api.talk(town.show.id)] == [kept.id]
    kinds = [record.kind for record in api.acts(show=town.show.id).items]
    assert sorted(kinds[:2]) == [ActKind.TIMEOUT_LIFTED, ActKind.UNBAN]
    with pytest.raises(NotSilenced):
        api.let_talk(said.id, by=town.dao, now=town.now)


def test_a_moderator_undoes_what_was_done_in_its_show(town: Town) -> None:
    """And in no other; the log says as what."""
    said = api.say(town.show.id, guest(), "spam", now=town.now)
    elsewhere = make_show(make_host("Chen", "陈"), town.now)
    other = api.say(elsewhere.id, guest(), "spam", now=town.now)
    esi = make_host("Esi", "艾西")
    asked = api.invite_crew(town.dao, CrewRole.MODERATOR, now=town.now, show_id=town.show.id)
    api.join_crew(asked.id, actor=esi, now=town.now)
    api.ban_speaker(said.id, by=town.dao, now=town.now)
    api.time_out_speaker(other.id, minutes=5, by=OPERATOR, now=town.now)
    with pytest.raises(MayNotModerate):
        api.let_talk(other.id, by=esi, now=town.now)
    api.let_talk(said.id, by=esi, now=town.now)
    newest = api.acts(show=town.show.id).items[0]
    assert (newest.kind, newest.role, newest.actor) == (ActKind.UNBAN, "moderator", esi)


def test_what_the_operator_did_only_the_operator_undoes(town: Town) -> None:
    """Neither a host nor its crew goes over the operator's head; the operator lifts its ban from everywhere."""
    bo = guest()
    said = api.say(town.show.id, bo, "spam", now=town.now)
    api.ban_speaker(said.id, by=OPERATOR, now=town.now)
    with pytest.raises(MayNotModerate):
        api.let_talk(said.id, by=town.dao, now=town.now)
    api.let_talk(said.id, by=OPERATOR, now=town.now)
    again = api.say(town.show.id, bo, "me again", now=town.now)
    api.ban_speaker(again.id, by=OPERATOR, everywhere=True, now=town.now)
    with pytest.raises(NotSilenced):
        api.let_talk(again.id, by=town.dao, now=town.now)
    api.let_talk(again.id, by=OPERATOR, now=town.now)
    api.say(town.show.id, bo, "and again", now=town.now)


def test_the_crew_is_not_silenced(town: Town) -> None:
    """Its lines can be taken away, it cannot."""
    said = api.say(town.show.id, guest(role=TalkRole.HOST), "hello", now=town.now)
    with pytest.raises(NotThisOne):
        api.time_out_speaker(said.id, minutes=1, by=OPERATOR, now=town.now)
    with pytest.raises(NotThisOne):
        api.ban_speaker(said.id, by=OPERATOR, now=town.now)


def test_who_may_talk(town: Town) -> None:
    """Verified, followers or buyers, nobody; the host and makers always."""
    cases = (
        (Talkers.VERIFIED, OnlyVerified, guest(verified=True)),
        (Talkers.FOLLOWERS, OnlyFollowers, guest(follower=True)),
        (Talkers.BUYERS, OnlyBuyers, guest(buyer=True)),
    )
    for who, refusal, insider in cases:
        let(town, who=who)
        with pytest.raises(refusal):
            api.say(town.show.id, guest(), "hello", now=town.now)
        api.say(town.show.id, insider, "hello", now=town.now)
        api.say(town.show.id, guest(role=TalkRole.MAKER), "my own bowls", now=town.now)
    let(town, off=True)
    with pytest.raises(TalkOff):
        api.say(town.show.id, guest(verified=True, buyer=True), "hello", now=town.now)
    api.say(town.show.id, guest(role=TalkRole.HOST), "a moment, please", now=town.now)


def test_slow_mode_emoji_links_and_words(town: Town) -> None:
    """Each is refused with its own word; the installation's words hold in every room."""
    bo = guest()
    let(town, slow=10)
    api.say(town.show.id, bo, "one", now=town.now)
    with pytest.raises(TalkSlow) as slow:
        api.say(town.show.id, bo, "two", now=town.now + timedelta(seconds=4))
    assert slow.value.facts == {"retry_after": 6, "seconds": 10}
    api.say(town.show.id, bo, "two", now=town.now + timedelta(seconds=11))
    let(town, emoji_only=True)
    with pytest.raises(EmojiOnly):
        api.say(town.show.id, guest(), "hello", now=town.now)
    api.say(town.show.id, guest(), "👍", now=town.now)
    let(town)
    with pytest.raises(NoLinks):
        api.say(town.show.id, guest(), "look at evil.com", now=town.now)
    assert api.set_blocked_words(town.show.id, ["scam", "SCAM", "假货"], by=town.dao, now=town.now) == 2
    api.set_blocked_words(None, ["poison"], by=OPERATOR, now=town.now)
    for text in ("a ｓｃａｍ", "都是假货", "POISON!"):
        with pytest.raises(WordsBlocked):
            api.say(town.show.id, guest(), text, now=town.now)
    with pytest.raises(MayNotModerate):
        api.set_blocked_words(None, [], by=town.dao, now=town.now)


def test_guests_read_along_where_nobody_said_otherwise(town: Town, settings: object) -> None:
    """Outside a demonstration an installation starts with readers; a show's own rules come first."""
    from millstream.live.models.talk import TalkSetting

    TalkSetting.objects.all().delete()
    assert api.talk_rules(town.show.id).who is Talkers.VERIFIED
    let(town)
    assert api.talk_rules(town.show.id).who is Talkers.ALL


def test_every_change_of_order_has_a_higher_version(town: Town) -> None:
    """By which room servers know that they must read it again."""
    versions = [guard_seed(town.show.id).version]
    said = api.say(town.show.id, guest(), "spam", now=town.now)
    for act in (
        lambda: let(town, slow=5),
        lambda: api.set_blocked_words(town.show.id, ["x1y"], by=town.dao, now=town.now),
        lambda: api.delete_message(said.id, by=town.dao, now=town.now),
        lambda: api.time_out_speaker(said.id, minutes=1, by=town.dao, now=town.now),
        lambda: api.ban_speaker(said.id, by=town.dao, now=town.now),
        lambda: api.throw_switch(SwitchKind.SALE, None, is_open=False, by=OPERATOR, why="recall", now=town.now),
    ):
        act()
        versions.append(guard_seed(town.show.id).version)
    assert versions == sorted(set(versions))
    seed = guard_seed(town.show.id)
    assert seed.deleted == (str(said.id),)
    assert not seed.sale_open


def test_a_thing_is_reported_once_by_a_visitor_and_decided_for_all(town: Town) -> None:
    """The most reported first; the decision stands in the log and closes all reports about it."""
    said = api.say(town.show.id, guest(), "spam", now=town.now)
    bo = new_id()
    api.report_harm(town.show.id, visitor=bo, reason=Reason.FRAUD, variant=town.counter.variant, now=town.now)
    for visitor in (bo, new_id()):
        api.report_harm(town.show.id, visitor=visitor, reason=Reason.SPAM, message=said.id, now=town.now)
    with pytest.raises(AlreadyReported):
        api.report_harm(town.show.id, visitor=bo, reason=Reason.SPAM, message=said.id, now=town.now)
    first, second = api.open_reports([town.show.id])
    assert (first.message, first.count, first.quoted, second.variant) == (said.id, 2, "spam", town.counter.variant)
    with pytest.raises(MayNotModerate):
        api.decide_reports([first.id], uphold=True, by=make_host("Chen", "陈"), now=town.now)
    api.decide_reports([first.id], uphold=True, by=town.dao, why="spam", now=town.now)
    assert [record.id for record in api.open_reports()] == [second.id]
    assert api.acts(show=town.show.id).items[0].kind is ActKind.UPHELD


def test_one_appeal_against_each_decision(town: Town) -> None:
    """It is granted with an answer, and then the visitor talks again; the operator's acts are the operator's."""
    bo = guest()
    with pytest.raises(NothingToAppeal):
        api.appeal(town.show.id, visitor=bo.visitor, text="why?", now=town.now)
    said = api.say(town.show.id, bo, "the glaze has lead!", now=town.now)
    api.ban_speaker(said.id, by=town.dao, why="insults", now=town.now)
    found = api.standing(town.show.id, visitor=bo.visitor, now=town.now)
    assert found is not None
    assert (found.kind, found.why, found.quoted, found.until) == (ActKind.BAN, "insults", "the glaze has lead!", None)
    api.appeal(town.show.id, visitor=bo.visitor, text="It was a question.", now=town.now)
    with pytest.raises(AppealedBefore):
        api.appeal(town.show.id, visitor=bo.visitor, text="Please.", now=town.now)
    (waiting,) = api.open_appeals([town.show.id])
    assert (waiting.text, waiting.quoted) == ("It was a question.", "the glaze has lead!")
    with pytest.raises(WhyMissing):
        api.decide_appeal(waiting.id, grant=True, by=town.dao, answer=" ", now=town.now)
    api.decide_appeal(waiting.id, grant=True, by=town.dao, answer="Our mistake.", now=town.now)
    api.say(town.show.id, bo, "thank you", now=town.now)
    assert api.last_appeal(town.show.id, visitor=bo.visitor) == (AppealState.GRANTED, "Our mistake.")
    again = api.say(town.show.id, bo, "spam now", now=town.now)
    api.ban_speaker(again.id, by=OPERATOR, now=town.now)
    api.appeal(town.show.id, visitor=bo.visitor, text="Really?", now=town.now)
    assert api.open_appeals([town.show.id]) == []
    (open_one,) = api.open_appeals()
    with pytest.raises(MayNotModerate):
        api.decide_appeal(open_one.id, grant=True, by=town.dao, answer="yes", now=town.now)


def test_the_log_is_never_changed(town: Town) -> None:
    """Not even by a statement of our own: the database refuses."""
    said = api.say(town.show.id, guest(), "spam", now=town.now)
    api.delete_message(said.id, by=town.dao, user=None, why="advertising", now=town.now)
    (line,) = api.acts(show=town.show.id).items
    told = (line.kind, line.role, line.actor, line.quoted, line.why)
    assert told == (ActKind.DELETE, "host", town.dao, "spam", "advertising")
    for attempt in (
        lambda: ModerationAct.objects.filter(id=line.id).update(why="nothing"),
        lambda: ModerationAct.objects.filter(id=line.id).delete(),
    ):
        with pytest.raises(DatabaseError, match="moderation_is_never_changed"), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True)
def test_a_closed_counter_refuses_in_the_till(open_town: Town) -> None:
    """The show's alone, or every one, the shop's own too; opened again all is as before; the room is told."""
    town = open_town
    town.start()
    other = new_id()

    def asked() -> list[object]:
        asks = [
            OfferAsk(town.counter.variant, 1, show_id=town.show.id),
            OfferAsk(town.counter.variant, 1, show_id=other),
            OfferAsk(town.counter.variant, 1),
        ]
        return [type(offer) is SaleClosed for offer in offers_port().offers(asks, now=town.now)]

    assert asked() == [False, False, False]
    api.throw_switch(SwitchKind.SALE, town.show.id, is_open=False, by=OPERATOR, why="recall", now=town.now)
    assert asked() == [True, False, False]
    api.throw_switch(SwitchKind.SALE, None, is_open=False, by=OPERATOR, why="recall of all", now=town.now)
    assert asked() == [True, True, True]
    api.throw_switch(SwitchKind.SALE, town.show.id, is_open=True, by=OPERATOR, why="checked", now=town.now)
    assert asked() == [True, True, True]
    api.throw_switch(SwitchKind.SALE, None, is_open=True, by=OPERATOR, why="checked", now=town.now)
    assert asked() == [False, False, False]
    hear_all()
    told = Trade.objects.filter(room=town.show.room, kind="sale").order_by("number").values_list("data", flat=True)
    assert list(told) == [{"open": False}, {"open": True}]
    assert api.sale_is_open([town.show.id]) == {town.show.id: True}


def test_a_closed_picture_is_taken_away_and_given_back(town: Town) -> None:
    """The stream is closed, a publisher is refused, and opened again it is the same stream."""
    town.start()
    api.throw_switch(SwitchKind.VIDEO, town.show.id, is_open=False, by=OPERATOR, why="unsafe", now=town.now)
    assert media.stream(town.show.stream).closed_at is not None
    assert api.video_is_open([town.show.id]) == {town.show.id: False}
    assert api.sale_is_open([town.show.id]) == {town.show.id: True}
    api.throw_switch(SwitchKind.VIDEO, town.show.id, is_open=True, by=OPERATOR, why="it is fine", now=town.now)
    assert media.stream(town.show.stream).closed_at is None
    with pytest.raises(WhyMissing):
        api.throw_switch(SwitchKind.VIDEO, town.show.id, is_open=False, by=OPERATOR, why="", now=town.now)


def test_following_is_counted_once_for_one_person(town: Town) -> None:
    """Two browsers of one actor are one follower."""
    visitor, second = new_id(), new_id()
    actor = make_host("Femi", "费米")
    api.follow_host(town.dao, visitor=visitor, actor=actor, now=town.now)
    api.follow_host(town.dao, visitor=visitor, actor=actor, now=town.now)
    api.follow_host(town.dao, visitor=new_id(), now=town.now)
    assert api.follower_count(town.dao) == 2
    assert api.follows(town.dao, visitor=second, actor=actor)
    assert not api.follows(town.dao, visitor=second)
    api.unfollow_host(town.dao, visitor=second, actor=actor)
    assert api.follower_count(town.dao) == 1


def test_captions_become_a_track(town: Town) -> None:
    """In order, escaped, none longer than seven seconds."""
    town.start()
    for seconds, text in ((0, "Welcome <friends>"), (3, "This bowl is 7 cm deep")):
        api.add_caption(town.show.id, text, by=town.dao, now=town.now + timedelta(seconds=seconds))
    track = api.captions_vtt(town.show)
    assert track.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert "Welcome &lt;friends&gt;" in track
    assert Ban.objects.count() == 0
