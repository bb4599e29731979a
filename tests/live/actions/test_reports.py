"""Whose a report is to decide, and how often the same thing is reported."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import Message
from millstream.live.models.talk import Report
from millstream.live.refusals.talk import AlreadyReported, OperatorDecides
from millstream.live.types import OPERATOR, SpokenBy, TalkRole
from millstream.live.types.crew import CrewRole
from millstream.live.types.talk import ActKind, Reason
from tests.live.town import Town, make_host

pytestmark = pytest.mark.django_db


def join(town: Town, actor: UUID, role: CrewRole) -> None:
    asked = api.invite_crew(town.dao, role, now=town.now, show_id=town.show.id)
    api.join_crew(asked.id, actor=actor, now=town.now)


def line(town: Town, role: TalkRole, actor: UUID | None = None) -> UUID:
    by = SpokenBy(visitor=new_id(), name="Somebody", role=role, actor=actor)
    return api.say(town.show.id, by, f"said by {by.visitor}", now=town.now).id


def report(
    town: Town, *, visitor: UUID | None = None, variant: UUID | None = None, message: UUID | None = None
) -> UUID:
    who, show = visitor or new_id(), town.show.id
    return api.report_harm(show, visitor=who, reason=Reason.FRAUD, variant=variant, message=message, now=town.now)


def test_nobody_dismisses_what_their_own_show_is_reported_for(town: Town) -> None:
    """The show, its products, what its crew said: it waits for the operator, whoever of the crew presses."""
    chen, esi = make_host("Chen", "陈"), make_host("Esi", "艾西")
    join(town, chen, CrewRole.COHOST)
    join(town, esi, CrewRole.MODERATOR)
    waiting = [
        report(town),
        report(town, variant=town.counter.variant),
        report(town, message=line(town, TalkRole.HOST, town.dao)),
        report(town, message=line(town, TalkRole.COHOST, chen)),
        report(town, message=line(town, TalkRole.MODERATOR)),
        report(town, message=line(town, TalkRole.BUYER, esi)),
    ]
    for keeper in (town.dao, chen, esi):
        for each in waiting:
            with pytest.raises(OperatorDecides):
                api.decide_reports([each], uphold=False, by=keeper, now=town.now)
    assert {record.id for record in api.open_reports()} == set(waiting)
    assert [record.id for record in api.open_reports([town.show.id], for_crew=True)] == [waiting[1]]
    api.decide_reports(waiting, uphold=False, by=OPERATOR, why="nothing wrong", now=town.now)
    assert api.open_reports() == []


def test_the_crew_decides_about_viewers_and_sellers(town: Town) -> None:
    """Until whoever said it works on the show as well; one of several that is the operator's stops the others."""
    bo = make_host("Bo", "波")
    said = [
        line(town, TalkRole.GUEST),
        line(town, TalkRole.MAKER, town.counter.amina),
        line(town, TalkRole.BUYER, bo),
    ]
    waiting = [report(town, message=each) for each in said]
    assert {record.id for record in api.open_reports([town.show.id], for_crew=True)} == set(waiting)
    join(town, bo, CrewRole.MODERATOR)
    with pytest.raises(OperatorDecides):
        api.decide_reports(waiting, uphold=False, by=bo, now=town.now)
    assert len(api.open_reports()) == 3
    api.decide_reports(waiting[:2], uphold=False, by=bo, now=town.now)
    assert [record.id for record in api.open_reports()] == [waiting[2]]
    assert [act.kind for act in api.acts(show=town.show.id).items] == [ActKind.DISMISSED] * 2


def test_a_line_that_the_room_forgot_stays_whose_it_was(town: Town) -> None:
    """The newest two hundred lines are kept; a report lasts longer."""
    by_host = report(town, message=line(town, TalkRole.HOST, town.dao))
    by_guest = report(town, message=line(town, TalkRole.GUEST))
    Message.objects.all().delete()
    with pytest.raises(OperatorDecides):
        api.decide_reports([by_host], uphold=False, by=town.dao, now=town.now)
    api.decide_reports([by_guest], uphold=False, by=town.dao, now=town.now)


def test_after_a_decision_the_same_is_reported_once_more(town: Town) -> None:
    """Not while one waits, and not a third time; others are not held up by it."""
    femi = new_id()
    for _ in range(2):
        waiting = report(town, visitor=femi)
        with pytest.raises(AlreadyReported):
            report(town, visitor=femi)
        api.decide_reports([waiting], uphold=False, by=OPERATOR, now=town.now)
    with pytest.raises(AlreadyReported):
        report(town, visitor=femi)
    report(town)
    assert len(api.open_reports()) == 1


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"turn": 1}, "one_open_report_by_a_visitor"),
        ({"turn": 2}, "one_open_report_by_a_visitor"),
        ({"visitor": UUID(int=7), "turn": 3}, "reported_twice_at_most"),
        ({"visitor": UUID(int=7), "operator_decides": False}, "operator_decides_on_shows_and_goods"),
    ],
)
def test_the_database_keeps_it_too(town: Town, change: dict[str, object], promise: str) -> None:
    """Whatever a statement of our own would write."""
    row = Report.objects.values().get(id=report(town))
    other = "reported_once_a_turn_by_a_visitor"
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        Report.objects.create(**{**row, "id": new_id(), **change})
    assert promise in str(broken.value) or (change == {"turn": 1} and other in str(broken.value))
