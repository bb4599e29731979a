"""Repeating shows, previews, and what people are told."""

from datetime import date, timedelta
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.kernel.texts import both
from millstream.live import api
from millstream.live.models import Show
from millstream.live.refusals import NotYourShow
from millstream.live.refusals.plans import AlreadyRepeats, BadRule, NoVideo, PreviewTooLarge
from millstream.live.types import ShowState
from millstream.live.types.plans import PREVIEW_MOST_BYTES, PreviewState, SeriesRule, Step
from millstream.notices.models import Occasion
from tests.live.clips import clip
from tests.live.town import Town, make_host, make_show, make_town

ZONE = "Asia/Shanghai"


def weekly(show, **more) -> SeriesRule:
    first = show.starts_at.astimezone(ZoneInfo(ZONE))
    given = {
        "step": Step.WEEKS,
        "every": 1,
        "weekdays": frozenset(),
        "at": first.time().replace(second=0, microsecond=0),
        "zone": ZONE,
        "first_on": first.date(),
        **more,
    }
    return SeriesRule(**given)


def repeating(town: Town) -> list[Show]:
    """A show of tomorrow that repeats, and those made of it."""
    show = make_show(town.dao, town.now, hours=24)
    api.add_to_rundown(show.id, town.counter.variant, host=town.dao, now=town.now, note="hold it up")
    api.repeat_show(show.id, weekly(show), host=town.dao, now=town.now)
    return list(Show.objects.filter(series__isnull=False).order_by("starts_at"))


def test_four_weeks_are_made_at_once_with_the_rundown(town: Town) -> None:
    """Each with its own page and room, at the same time of the day, with goods and notes."""
    shows = repeating(town)
    assert len(shows) == 4
    assert len({show.slug for show in shows} | {show.room for show in shows}) == 8
    for one, other in pairwise(shows):
        gap = other.starts_at - one.starts_at
        assert abs(gap - timedelta(days=7)) < timedelta(minutes=1)
        assert [(item.variant, item.note) for item in api.rundown(other.id)] == [(town.counter.variant, "hold it up")]


def test_making_is_idempotent_and_goes_on(town: Town) -> None:
    """The job makes nothing twice; a week later the next one is due; one that was called off stays called off."""
    shows = repeating(town)
    assert api.make_due_shows(now=town.now) == 0
    api.end_show(shows[2].id, host=town.dao, now=town.now)
    assert api.make_due_shows(now=town.now) == 0
    assert api.make_due_shows(now=town.now + timedelta(days=7)) == 1
    states = Show.objects.filter(series__isnull=False).order_by("starts_at").values_list("state", flat=True)
    assert list(states) == ["planned", "planned", "cancelled", "planned", "planned"]


def test_one_is_changed_alone_or_all_that_follow(town: Town) -> None:
    """The one changed alone keeps its words when the following are changed; times keep their days."""
    shows = repeating(town)

    def change(show, title, hours, *, following):
        api.change_show(
            show.id,
            host=town.dao,
            title=both(title, title),
            story={},
            starts_at=show.starts_at + timedelta(hours=hours),
            now=town.now,
            following=following,
        )

    change(shows[2], "Alone", 0, following=False)
    change(shows[1], "From now on", 2, following=True)
    after = list(Show.objects.filter(series__isnull=False).order_by("occurrence"))
    assert [show.title["en"] for show in after] == ["Spring kiln", "From now on", "Alone", "From now on"]
    moved = [new.starts_at - old.starts_at for new, old in zip(after, shows, strict=True)]
    assert [round(gap.total_seconds() / 60) for gap in moved] == [0, 120, 0, 120]
    assert after[1].changes == 1
    api.make_due_shows(now=town.now + timedelta(days=7))
    assert Show.objects.order_by("-occurrence").exclude(occurrence=None).first().title["en"] == "From now on"  # type: ignore[union-attr]


def test_stopping_keeps_what_is_planned_or_calls_it_off(town: Town) -> None:
    """Nothing is made any more either way; only the host stops it."""
    shows = repeating(town)
    series = shows[0].series_id
    assert series is not None
    with pytest.raises(NotYourShow):
        api.stop_repeating(series, host=make_host("Femi", "费米"), now=town.now)
    assert api.stop_repeating(series, host=town.dao, now=town.now) == 0
    assert api.make_due_shows(now=town.now + timedelta(days=14)) == 0
    assert api.stop_repeating(series, host=town.dao, now=town.now, call_off_from=shows[1].occurrence) == 3
    assert Show.objects.filter(series=series, state=ShowState.PLANNED.value).count() == 1


def test_a_rule_without_sense_and_a_second_rule_are_refused(town: Town) -> None:
    """Nothing is made then."""
    show = make_show(town.dao, town.now, hours=24)
    with pytest.raises(BadRule):
        api.repeat_show(show.id, weekly(show, until=date(2020, 1, 1)), host=town.dao, now=town.now)
    api.repeat_show(show.id, weekly(show, times=1), host=town.dao, now=town.now)
    with pytest.raises(AlreadyRepeats):
        api.repeat_show(show.id, weekly(show), host=town.dao, now=town.now)
    assert Show.objects.filter(series__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_show_once() -> None:
    """Both look at the same moment."""
    town = make_town()
    shows = repeating(town)
    start, made = Barrier(2), []

    def work():
        start.wait()
        made.append(api.make_due_shows(now=town.now + timedelta(days=14)))
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 2
    assert Show.objects.filter(series=shows[0].series).count() == 6


def test_a_rundown_is_taken_over_without_what_is_there(town: Town) -> None:
    """Own shows only; goods that are there stay as they are."""
    second = town.another_product()
    other = make_show(town.dao, town.now, hours=48)
    api.add_to_rundown(other.id, second, host=town.dao, now=town.now, note="mine")
    assert api.copy_rundown(other.id, town.show.id, host=town.dao, now=town.now) == 1
    assert [(item.variant, item.note) for item in api.rundown(other.id)] == [
        (second, "mine"),
        (town.counter.variant, ""),
    ]
    foreign = make_show(make_host("Femi", "费米"), town.now, hours=48)
    with pytest.raises(NotYourShow):
        api.copy_rundown(other.id, foreign.id, host=town.dao, now=town.now)


def test_reminders_follow_the_show(town: Town) -> None:
    """Ten minutes before; moved with it, with notice; at the start the reminder is off and the start is told."""
    show = make_show(town.dao, town.now, hours=24)
    soon = Occasion.objects.get(subject=show.id)
    assert soon.due_at == show.starts_at - timedelta(minutes=10)
    assert soon.words["title"]["en"] == "“Spring kiln” starts in 10 minutes"
    assert "UTC+08:00" in soon.words["text"]["zh-hans"]
    words: dict[str, Any] = {"title": show.title, "story": show.story, "host": town.dao, "now": town.now}
    later = show.starts_at + timedelta(hours=3)
    api.change_show(show.id, starts_at=later, **words)
    live = Occasion.objects.filter(subject=show.id, cancelled_at__isnull=True)
    assert sorted(row.name.partition(":")[0] for row in live) == ["moved", "soon"]
    assert live.get(name__startswith="soon").due_at == later - timedelta(minutes=10)
    api.start_show(show.id, host=town.dao, now=town.now)
    assert sorted(row.name for row in live.exclude(name__startswith="moved")) == ["on"]


def test_a_show_called_off_is_told_and_reminds_no_more(town: Town) -> None:
    """Whoever wanted to be told hears that it does not happen; the end of a show that was on is not told."""
    show = make_show(town.dao, town.now, hours=24)
    api.end_show(show.id, host=town.dao, now=town.now)
    live = Occasion.objects.filter(subject=show.id, cancelled_at__isnull=True)
    assert [row.name for row in live] == ["called off"]
    town.start()
    api.end_show(town.show.id, host=town.dao, now=town.now)
    assert not Occasion.objects.filter(subject=town.show.id, name="called off").exists()


def test_a_clip_becomes_a_preview_for_every_phone(open_town: Town, tmp_path, settings) -> None:
    """H.264 and AAC, at most 30 s, index first, with a picture; the upload is gone afterwards."""
    town, settings.MEDIA_ROOT = open_town, tmp_path
    raw = clip(tmp_path, seconds=33, width=1440, height=810, sound=True)
    made = api.keep_preview(town.show.id, iter([raw]), len(raw), host=town.dao, now=town.now)
    api.make_preview(made)
    preview = api.preview_of(town.show.id)
    assert preview is not None
    assert (preview.state, preview.done_permille, preview.reason) == (PreviewState.READY, 1000, "")
    assert (preview.seconds, preview.width, preview.height) == (30, 1280, 720)
    with default_storage.open(f"previews/{made.hex}/clip.mp4") as file:
        film = file.read()
    assert film.index(b"moov") < film.index(b"mdat")
    assert b"avc1" in film
    assert b"mp4a" in film
    assert default_storage.exists(f"previews/{made.hex}/poster.jpg")
    assert not list((settings.MILLSTREAM.var / "uploads").glob(f"{made.hex}*"))
    api.make_preview(made)
    assert api.preview_of(town.show.id) == preview


@pytest.mark.parametrize("content", [b"not a video at all" * 10, b"\0\0\0\x18ftypmp42" + b"\xff" * 5000])
def test_what_is_no_video_is_refused_or_fails_alone(town: Town, content: bytes) -> None:
    """By its first bytes at once; by what is inside in a program of its own, with a reason."""
    if b"ftyp" not in content:
        with pytest.raises(NoVideo):
            api.keep_preview(town.show.id, iter([content]), len(content), host=town.dao, now=town.now)
        assert api.preview_of(town.show.id) is None
        return
    made = api.keep_preview(town.show.id, iter([content]), len(content), host=town.dao, now=town.now)
    api.make_preview(made)
    preview = api.preview_of(town.show.id)
    assert preview is not None
    assert (preview.state, preview.reason) == (PreviewState.FAILED, "unreadable")


def test_a_clip_that_is_too_large_is_not_kept(town: Town, settings) -> None:
    """Told or not: what comes is counted, and nothing of it stays."""
    with pytest.raises(PreviewTooLarge):
        api.keep_preview(town.show.id, iter([b""]), PREVIEW_MOST_BYTES + 1, host=town.dao, now=town.now)
    flood = (b"\0\0\0\x18ftypmp42" + bytes(2**20) for _ in range(50))
    with pytest.raises(PreviewTooLarge):
        api.keep_preview(town.show.id, flood, 10, host=town.dao, now=read_now())
    assert not list((settings.MILLSTREAM.var / "uploads").glob("*.clip"))
