"""Who works on a show."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from millstream.kernel.facts.testing import hear_all
from millstream.live import api
from millstream.live.models import ShowCrew
from millstream.live.refusals import NotYourShow
from millstream.live.refusals.crew import AlreadyInCrew, InvitationGone, NotInCrew, TooManyInvitations
from millstream.live.types.crew import CrewRole
from tests.live.town import Town, make_host, make_show


def invite(town: Town, role=CrewRole.COHOST, *, everywhere=False):
    show = None if everywhere else town.show.id
    return api.invite_crew(town.dao, role, now=town.now, show_id=show)


def test_a_co_host_directs_and_a_moderator_moderates(town: Town) -> None:
    """On the show that they were asked for, and on no other."""
    esi, femi = make_host("Esi", "艾西"), make_host("Femi", "费米")
    other = make_show(town.dao, town.now, hours=24)
    api.join_crew(invite(town).id, actor=esi, now=town.now)
    api.join_crew(invite(town, CrewRole.MODERATOR).id, actor=femi, now=town.now)
    assert (api.role_in(town.show, esi), api.role_in(town.show, femi)) == (CrewRole.COHOST, CrewRole.MODERATOR)
    assert api.may_direct(town.show, esi)
    assert not api.may_direct(town.show, femi)
    assert api.may_moderate(town.show, femi)
    assert api.role_in(other, esi) is api.role_in(other, femi) is api.role_in(town.show, None) is None
    assert api.shows_worked_on(esi) == [(town.show.id, CrewRole.COHOST)]


def test_who_works_on_all_shows_works_on_those_to_come(town: Town) -> None:
    """And the stronger of two roles counts."""
    esi = make_host("Esi", "艾西")
    api.join_crew(invite(town, CrewRole.COHOST, everywhere=True).id, actor=esi, now=town.now)
    api.join_crew(invite(town, CrewRole.MODERATOR).id, actor=esi, now=town.now)
    later = make_show(town.dao, town.now, hours=24)
    assert api.role_in(later, esi) is api.role_in(town.show, esi) is CrewRole.COHOST
    foreign = make_show(make_host("Femi", "费米"), town.now)
    assert api.role_in(foreign, esi) is None


def test_the_host_costs_no_question_and_others_cost_one(town: Town, django_assert_num_queries) -> None:
    """Rooms ask this for every message."""
    esi = make_host("Esi", "艾西")
    with django_assert_num_queries(0):
        assert api.role_in(town.show, town.dao) is CrewRole.HOST
    with django_assert_num_queries(1):
        assert api.role_in(town.show, esi) is None


def test_an_invitation_is_good_once_for_seven_days_until_it_is_taken_back(town: Town) -> None:
    """Used, too old, taken back: gone, in the same words."""
    esi, femi = make_host("Esi", "艾西"), make_host("Femi", "费米")
    used, old, back = invite(town), invite(town), invite(town)
    api.join_crew(used.id, actor=esi, now=town.now)
    api.take_back_invitation(back.id, host=town.dao, now=town.now)
    for gone, now in ((used, town.now), (old, town.now + timedelta(days=7)), (back, town.now)):
        with pytest.raises(InvitationGone):
            api.join_crew(gone.id, actor=femi, now=now)
    assert [left.id for left in api.open_invitations(town.dao, town.now, town.show.id)] == [old.id]


def test_the_host_and_whoever_is_there_cannot_join(town: Town) -> None:
    """The invitation stays good for somebody else."""
    esi, second = make_host("Esi", "艾西"), invite(town)
    with pytest.raises(AlreadyInCrew):
        api.join_crew(second.id, actor=town.dao, now=town.now)
    api.join_crew(invite(town).id, actor=esi, now=town.now)
    with pytest.raises(AlreadyInCrew):
        api.join_crew(second.id, actor=esi, now=town.now)
    api.join_crew(second.id, actor=make_host("Femi", "费米"), now=town.now)


def test_only_the_host_asks_and_not_without_end(town: Town) -> None:
    """Twenty open invitations are enough."""
    with pytest.raises(NotYourShow):
        api.invite_crew(make_host("Femi", "费米"), CrewRole.MODERATOR, now=town.now, show_id=town.show.id)
    for _ in range(20):
        invite(town)
    with pytest.raises(TooManyInvitations):
        invite(town)


def test_host_and_member_end_it_and_nobody_else(town: Town) -> None:
    """It is over at once; who left may be asked again."""
    esi, femi = make_host("Esi", "艾西"), make_host("Femi", "费米")
    member = api.join_crew(invite(town).id, actor=esi, now=town.now)
    with pytest.raises(NotYourShow):
        api.leave_crew(member.id, by=femi, now=town.now)
    api.leave_crew(member.id, by=esi, now=town.now)
    assert api.role_in(town.show, esi) is None
    with pytest.raises(NotInCrew):
        api.leave_crew(member.id, by=town.dao, now=town.now)
    again = api.join_crew(invite(town).id, actor=esi, now=town.now)
    api.leave_crew(again.id, by=town.dao, now=town.now)
    assert ShowCrew.objects.filter(left_at__isnull=False).count() == 2


def test_joining_and_leaving_are_facts(open_town: Town) -> None:
    """Recorded in the transaction that did it, so that an audit finds them."""
    esi = make_host("Esi", "艾西")
    member = api.join_crew(invite(open_town).id, actor=esi, now=open_town.now)
    api.leave_crew(member.id, by=open_town.dao, now=open_town.now)
    hear_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM fact WHERE kind LIKE 'live.crew%' ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == ["live.crew_joined", "live.crew_left"]


def test_two_who_press_at_once_do_not_both_get_in(open_town: Town) -> None:
    """One invitation, two people, one joins."""
    invitation = invite(open_town)
    people = [make_host("Esi", "艾西"), make_host("Femi", "费米")]
    start, outcomes = Barrier(2), []

    def press(actor):
        start.wait()
        try:
            api.join_crew(invitation.id, actor=actor, now=open_town.now)
            outcomes.append("in")
        except InvitationGone:
            outcomes.append("gone")
        connection.close()

    threads = [Thread(target=press, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone", "in"]
