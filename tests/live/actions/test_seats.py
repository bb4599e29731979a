"""Who films and who directs: taken, kept, taken over by a press that saw its holder."""

from datetime import timedelta

import pytest

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import StudioSeat
from millstream.live.refusals.studio import DirectedElsewhere, FilmedElsewhere
from millstream.live.types.crew import CrewRole
from millstream.live.types.studio import (
    SEAT_KEPT_FOR,
    Device,
    DeviceKind,
    FilmMode,
    FilmNote,
    Seat,
)
from tests.live.town import Town, make_host

SECOND = timedelta(seconds=1)


def phone(town: Town) -> Device:
    return Device(new_id(), DeviceKind.ANDROID, town.dao)


def test_a_free_seat_is_taken_and_told(town: Town) -> None:
    """The screen knows which device holds it, since when and for how long."""
    mine = phone(town)
    taken = api.take_seat(town.show.id, Seat.DIRECTION, mine, now=town.now)
    assert (taken.device, taken.kind, taken.actor, taken.turn) == (mine.id, DeviceKind.ANDROID, town.dao, 1)
    assert taken.until == town.now + SEAT_KEPT_FOR
    assert api.seats(town.show.id, town.now) == {Seat.DIRECTION: taken}


def test_somebody_elses_seat_is_refused_until_its_lease_is_over(town: Town) -> None:
    """A dead phone holds nothing for longer than half a minute."""
    first, second = phone(town), phone(town)
    api.take_seat(town.show.id, Seat.DIRECTION, first, now=town.now)
    with pytest.raises(DirectedElsewhere):
        api.take_seat(town.show.id, Seat.DIRECTION, second, now=town.now + 29 * SECOND)
    taken = api.take_seat(town.show.id, Seat.DIRECTION, second, now=town.now + 30 * SECOND)
    assert (taken.device, taken.turn, taken.since) == (second.id, 2, town.now + 30 * SECOND)


def test_a_press_that_saw_the_holder_takes_over_and_an_old_one_does_not(town: Town) -> None:
    """The turn on the page is the proof of what was seen."""
    first, second, third = phone(town), phone(town), phone(town)
    seen = api.take_seat(town.show.id, Seat.CAMERA, first, now=town.now).turn
    assert api.take_seat(town.show.id, Seat.CAMERA, second, now=town.now, seen_turn=seen).device == second.id
    with pytest.raises(FilmedElsewhere):
        api.take_seat(town.show.id, Seat.CAMERA, third, now=town.now, seen_turn=seen)


def test_sitting_down_again_keeps_since_and_turn(town: Town) -> None:
    """A device that presses on is the same holder."""
    mine = phone(town)
    api.take_seat(town.show.id, Seat.DIRECTION, mine, now=town.now)
    again = api.take_seat(town.show.id, Seat.DIRECTION, mine, now=town.now + 10 * SECOND)
    assert (again.turn, again.since, again.until) == (1, town.now, town.now + 10 * SECOND + SEAT_KEPT_FOR)


def test_a_lease_is_renewed_late_and_never_for_another(town: Town) -> None:
    """A page that looks every two seconds writes every ten."""
    mine = phone(town)
    api.take_seat(town.show.id, Seat.DIRECTION, mine, now=town.now)
    assert api.keep_seats(town.show.id, mine.id, now=town.now + 2 * SECOND) == 0
    assert api.keep_seats(town.show.id, new_id(), now=town.now + 15 * SECOND) == 0
    assert api.keep_seats(town.show.id, mine.id, now=town.now + 15 * SECOND) == 1
    assert api.seats(town.show.id, town.now + 44 * SECOND)
    assert api.keep_seats(town.show.id, mine.id, now=town.now + 46 * SECOND) == 0


def test_a_seat_is_left_by_its_holder_alone(town: Town) -> None:
    """Leaving twice, or a stranger's leaving, changes nothing."""
    mine = phone(town)
    api.take_seat(town.show.id, Seat.CAMERA, mine, now=town.now)
    assert not api.leave_seat(town.show.id, Seat.CAMERA, new_id(), now=town.now)
    assert api.leave_seat(town.show.id, Seat.CAMERA, mine.id, now=town.now)
    assert not api.leave_seat(town.show.id, Seat.CAMERA, mine.id, now=town.now)
    assert api.seats(town.show.id, town.now) == {}


def test_the_filming_device_tells_what_it_sends_and_its_successor_starts_afresh(town: Town) -> None:
    """Notes of somebody who films no more are not taken."""
    first, second = phone(town), phone(town)
    note = FilmNote(FilmMode.PHOTO, 88, away=True)
    assert not api.note_filming(town.show.id, first.id, note, now=town.now)
    turn = api.take_seat(town.show.id, Seat.CAMERA, first, now=town.now).turn
    assert api.note_filming(town.show.id, first.id, note, now=town.now)
    assert api.seats(town.show.id, town.now)[Seat.CAMERA].note == note
    taken = api.take_seat(town.show.id, Seat.CAMERA, second, now=town.now, seen_turn=turn)
    assert taken.note == FilmNote(FilmMode.NOTHING, 0, away=False)
    assert not api.note_filming(town.show.id, first.id, note, now=town.now)


def test_the_two_seats_and_two_shows_know_nothing_of_each_other(town: Town) -> None:
    """One phone films while another directs."""
    film, direct = phone(town), phone(town)
    api.take_seat(town.show.id, Seat.CAMERA, film, now=town.now)
    api.take_seat(town.show.id, Seat.DIRECTION, direct, now=town.now)
    held = api.seats(town.show.id, town.now)
    assert (held[Seat.CAMERA].device, held[Seat.DIRECTION].device) == (film.id, direct.id)
    assert StudioSeat.objects.filter(show_id=town.show.id).count() == 2


def test_a_co_host_who_is_dismissed_leaves_its_seats(town: Town) -> None:
    """At once, in every show that it directs no more; whoever still directs by another role stays seated."""
    esi, everywhere = make_host("Esi", "艾西"), api.invite_crew(town.dao, CrewRole.COHOST, now=town.now)
    one = api.invite_crew(town.dao, CrewRole.COHOST, now=town.now, show_id=town.show.id)
    first, second = (api.join_crew(asked.id, actor=esi, now=town.now) for asked in (everywhere, one))
    tablet = Device(new_id(), DeviceKind.ANDROID, esi)
    for seat in (Seat.DIRECTION, Seat.CAMERA):
        api.take_seat(town.show.id, seat, tablet, now=town.now)
    api.leave_crew(first.id, by=town.dao, now=town.now)
    assert set(api.seats(town.show.id, town.now)) == {Seat.DIRECTION, Seat.CAMERA}
    api.leave_crew(second.id, by=town.dao, now=town.now)
    assert api.seats(town.show.id, town.now) == {}
    assert not api.keep_seats(town.show.id, tablet.id, now=town.now)
    api.take_seat(town.show.id, Seat.DIRECTION, phone(town), now=town.now)
