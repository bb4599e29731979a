"""Cuts of real recordings: on key frames, aligned, whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.media.cutter.copying import Cut, NothingThere, copy_cut
from millstream.media.cutter.joining import join
from millstream.media.cutter.poster import draw_poster
from millstream.media.cutter.snapping import lost_time, snap
from millstream.media.cutter.source import recorded_until_ms, stretches
from millstream.media.cutter.standing import HEIGHT, WIDTH, TooLong, stand_up
from tests.media.plane.rig import make_media
from tests.media.recordings import AT_MS, record, shot

GOP_MS = 1_000


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a small video file of a given shape, once a session."""
    folder = tmp_path_factory.mktemp("filmed")

    def make(seconds: float = 12, gop_seconds: float = 1, **more: str) -> Path:
        name = "-".join([f"{seconds:g}", f"{gop_seconds:g}", *(f"{key}{value}" for key, value in sorted(more.items()))])
        path = folder / f"{name}.mp4"
        return path if path.exists() else make_media(path, seconds=seconds, gop_seconds=gop_seconds, more=more)

    return make


def cut(folder: Path, out: Path, from_ms: float, to_ms: float, most_ms: float | None = None) -> Cut:
    """The first stretch of the window, copied."""
    (stretch, *_) = stretches(folder, from_ms, to_ms)
    return copy_cut(stretch, out, from_ms=from_ms, to_ms=to_ms, most_ms=most_ms, tell=lambda _permille: None)


def frames(path: Path, kind: str) -> list[tuple[float, bool]]:
    """Times in milliseconds of all decoded frames, and whether each is a key frame."""
    with av.open(str(path)) as container:
        stream = (container.streams.video if kind == "video" else container.streams.audio)[0]
        return [(frame.time * 1000, getattr(frame, "key_frame", True)) for frame in container.decode(stream)]  # type: ignore[union-attr,operator]


@pytest.mark.parametrize("bf", ["0", "2"])
def test_a_cut_begins_with_a_key_frame_and_plays_alone(tmp_path: Path, filmed: Callable[..., Path], bf: str) -> None:
    """Asked for 3.4 to 7.2 s it gives 3 to 8 s, from zero, every frame decodable, sound within 50 ms of the picture."""
    record(tmp_path / "rec", [shot(filmed(bf=bf))])
    made = cut(tmp_path / "rec", tmp_path / "clip.mp4", AT_MS + 3_400, AT_MS + 7_200)
    assert made.starts_at_ms == pytest.approx(AT_MS + 3_000, abs=80)
    assert made.ends_at_ms == pytest.approx(AT_MS + 8_000, abs=80)
    pictures, sounds = frames(tmp_path / "clip.mp4", "video"), frames(tmp_path / "clip.mp4", "audio")
    assert len(pictures) == 150
    first_ms, first_is_key = pictures[0]
    assert first_ms == pytest.approx(0, abs=1)
    assert first_is_key
    assert sounds[0][0] <= 50
    assert sounds[-1][0] == pytest.approx(5_000, abs=60)
    assert made.duration_ms == pytest.approx(5_000, abs=80)
    assert (made.width, made.height) == (320, 180)
    head = (tmp_path / "clip.mp4").read_bytes()[:4096]
    assert head.index(b"moov") < 64  # faststart: what a player needs comes first


def test_the_wall_clock_counts_not_the_media_clock(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """After a redial of 20 s that is not in the media, a window behind it shows what was filmed then."""
    record(tmp_path / "rec", [shot(filmed()), shot(filmed())], gap_ms=20_000)
    after = AT_MS + 12_000 + 20_000
    made = cut(tmp_path / "rec", tmp_path / "clip.mp4", after + 2_300, after + 5_000)
    assert made.starts_at_ms == pytest.approx(after + 2_000, abs=80)
    across = cut(tmp_path / "rec", tmp_path / "across.mp4", AT_MS + 10_300, after + 2_000)
    assert across.duration_ms == pytest.approx(4_000, abs=150)


def test_a_hole_in_the_media_is_closed(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """A recorder that paused for a minute leaves no minute of stillness in a clip."""
    record(tmp_path / "rec", [shot(filmed()), shot(filmed())], hole_ms=60_000)
    made = cut(tmp_path / "rec", tmp_path / "clip.mp4", AT_MS + 10_300, AT_MS + 75_000)
    assert made.duration_ms == pytest.approx(5_000, abs=200)
    times = [at for at, _ in frames(tmp_path / "clip.mp4", "video")]
    assert max(after - before for before, after in pairwise(times)) < 200


def joined(folder: Path, out: Path, from_ms: float, to_ms: float, most_ms: float | None = None) -> Cut:
    """A window over several files, as one."""
    found = stretches(folder, from_ms, to_ms)
    return join(found, out, from_ms=from_ms, to_ms=to_ms, most_ms=most_ms, tell=lambda _permille: None)


def shown(path: Path) -> list[tuple[float, np.ndarray]]:
    """When each picture of a clip is shown, in milliseconds, and its brightness."""
    with av.open(str(path)) as container:
        return [
            (frame.time * 1000, frame.to_ndarray(format="gray"))
            for frame in container.decode(container.streams.video[0])
        ]


def loudness(path: Path, from_ms: float, to_ms: float) -> float:
    """How loud a clip is between two moments."""
    with av.open(str(path)) as container:
        heard = [
            float(np.sqrt((frame.to_ndarray() ** 2).mean()))
            for frame in container.decode(container.streams.audio[0])
            if frame.time is not None and from_ms <= frame.time * 1000 < to_ms
        ]
    return sum(heard) / len(heard)


def test_a_window_over_a_change_of_the_picture_is_one_clip(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """From exactly where it was asked, at the size of most of it; the turned part stands whole within black."""
    record(tmp_path / "rec", [shot(filmed(seconds=6)), shot(filmed(seconds=4, size="180x320"))])
    out = tmp_path / "clip.mp4"
    made = joined(tmp_path / "rec", out, AT_MS + 2_350, AT_MS + 8_000)
    assert made.starts_at_ms == AT_MS + 2_350
    assert made.ends_at_ms == pytest.approx(AT_MS + 8_000, abs=80)
    assert (made.width, made.height) == (320, 180)
    assert made.duration_ms == pytest.approx(5_650, abs=120)
    pictures = shown(out)
    times = [at for at, _ in pictures]
    assert len(pictures) == pytest.approx(5.65 * 30, abs=4)
    assert times[0] == 0
    assert max(after - before for before, after in pairwise(times)) < 100
    lying, turned = pictures[60][1], pictures[-30][1]
    assert lying.shape == turned.shape == (180, 320)
    assert lying[:, :100].mean() > 60
    assert lying[:, -100:].mean() > 60
    assert turned[:, :100].max() < 40, "black beside the turned picture"
    assert turned[:, -100:].max() < 40
    assert turned[:, 115:205].mean() > 60
    sounds = frames(out, "audio")
    assert sounds[-1][0] == pytest.approx(made.duration_ms, abs=80)
    for second in range(5):
        assert loudness(out, second * 1000, second * 1000 + 1000) > 0.02
    head = out.read_bytes()[:4096]
    assert head.index(b"moov") < 64


def test_a_clip_that_was_mostly_filmed_upright_is_upright(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """Also when three files take turns, a redial lies between, and the length is limited."""
    lying, upright = shot(filmed(seconds=4)), shot(filmed(seconds=4, size="180x320"))
    record(tmp_path / "rec", [upright, lying, upright], gap_ms=7_000)
    from_ms, to_ms = AT_MS + 500, AT_MS + 26_000
    made = joined(tmp_path / "rec", tmp_path / "clip.mp4", from_ms, to_ms)
    assert (made.width, made.height) == (180, 320)
    assert made.duration_ms == pytest.approx(11_500, abs=250), "nothing is shown for the time of the redials"
    assert made.ends_at_ms == pytest.approx(AT_MS + 26_000, abs=150)
    times = [at for at, _ in shown(tmp_path / "clip.mp4")]
    assert len(times) == pytest.approx(11.5 * 30, abs=6)
    assert max(after - before for before, after in pairwise(times)) < 150
    short = joined(tmp_path / "rec", tmp_path / "short.mp4", from_ms, to_ms, most_ms=5_000)
    assert 4_900 < short.duration_ms <= 5_000
    assert short.ends_at_ms < made.ends_at_ms


def test_a_clip_is_silent_where_nothing_was_heard(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """One part of the show without sound does not take it from the other, nor move it."""
    still = filmed(seconds=3, size="160x120", audio="none")
    record(tmp_path / "rec", [shot(filmed(seconds=4)), shot(still), shot(filmed(seconds=4))])
    out = tmp_path / "clip.mp4"
    made = joined(tmp_path / "rec", out, AT_MS + 1_000, AT_MS + 10_000)
    assert made.duration_ms == pytest.approx(9_000, abs=150)
    assert loudness(out, 500, 2_500) > 0.02
    assert loudness(out, 3_300, 5_700) < 0.002
    assert loudness(out, 6_500, 8_500) > 0.02


def test_nothing_recorded_gives_nothing(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """Outside of what was recorded there is no stretch."""
    record(tmp_path / "rec", [shot(filmed())])
    assert stretches(tmp_path / "rec", AT_MS - 60_000, AT_MS - 30_000) == []
    assert stretches(tmp_path / "nowhere", AT_MS, AT_MS + 1) == []
    assert recorded_until_ms(tmp_path / "rec") == pytest.approx(AT_MS + 12_000, abs=80)


def test_a_torn_recording_is_cut_up_to_its_last_whole_part(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """What a killed media process left is enough."""
    record(tmp_path / "rec", [shot(filmed())])
    file = next((tmp_path / "rec").glob("rec-*.mp4"))
    file.write_bytes(file.read_bytes()[:-2_000])
    made = cut(tmp_path / "rec", tmp_path / "clip.mp4", AT_MS + 9_300, AT_MS + 60_000)
    assert 2_000 < made.duration_ms < 3_100
    assert frames(tmp_path / "clip.mp4", "video")


def test_the_longest_length_is_kept_even_within_a_group_of_pictures(
    tmp_path: Path, filmed: Callable[..., Path]
) -> None:
    """With key frames 8 s apart a limit of 2.5 s ends the cut in the middle of a group."""
    record(tmp_path / "rec", [shot(filmed(seconds=16, gop_seconds=8))])
    made = cut(tmp_path / "rec", tmp_path / "clip.mp4", AT_MS + 8_500, AT_MS + 12_000, most_ms=2_500)
    assert made.duration_ms == pytest.approx(2_500, abs=100)


def test_a_lying_picture_stands_up(tmp_path: Path, filmed: Callable[..., Path]) -> None:
    """The standing variant is 9 by 16, as long as the clip, with its sound; its poster is a JPEG."""
    record(tmp_path / "rec", [shot(filmed(seconds=4))])
    made = cut(tmp_path / "rec", tmp_path / "clip.mp4", AT_MS, AT_MS + 3_000)
    told: list[int] = []
    assert stand_up(tmp_path / "clip.mp4", tmp_path / "tall.mp4", tell=told.append) == (WIDTH, HEIGHT)
    tall = frames(tmp_path / "tall.mp4", "video")
    assert len(tall) == 90
    assert tall[-1][0] == pytest.approx(made.duration_ms - 33, abs=40)
    assert len(frames(tmp_path / "tall.mp4", "audio")) > 100
    draw_poster(tmp_path / "tall.mp4", tmp_path / "tall.jpg")
    assert (tmp_path / "tall.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


def test_a_long_clip_does_not_stand_up(
    tmp_path: Path, filmed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoding is bounded."""
    monkeypatch.setattr("millstream.media.cutter.standing.LONGEST_MS", 1_000)
    with pytest.raises(TooLong):
        stand_up(filmed(seconds=4), tmp_path / "tall.mp4", tell=lambda _permille: None)


def test_a_recording_without_pictures_has_nothing_to_begin_with(tmp_path: Path) -> None:
    """A file that is no recording is passed over."""
    (tmp_path / "rec-000000.mp4").write_bytes(b"nothing of ours")
    assert stretches(tmp_path, 0, 1e15) == []
    assert recorded_until_ms(tmp_path) is None
    assert issubclass(NothingThere, Exception)


def test_the_child_ends_with_a_reason_when_there_is_nothing(tmp_path: Path) -> None:
    """Its last line says why."""
    job = '{"folder": "%s", "draft": "%s/d", "poster_draft": "%s/p", "from_ms": 0, "to_ms": 1}' % ((tmp_path,) * 3)
    done = subprocess.run(
        [sys.executable, "-m", "millstream.media.cutter"], input=job, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert '"failed": "nothing_there"' in done.stdout


keys = st.lists(st.integers(0, 200_000), min_size=1, max_size=40, unique=True).map(sorted)


@given(keys, st.integers(0, 210_000), st.integers(1, 60_000), st.integers(1, 60_000) | st.none())
def test_a_cut_lies_on_key_frames_and_within_its_limit(
    keys: list[int], from_ms: int, length_ms: int, most_ms: int | None
) -> None:
    """It starts on a key frame at or before what was asked, covers it unless limited, and never exceeds the limit."""
    end_ms = keys[-1] + 2_000
    start, end = snap(keys, from_ms, from_ms + length_ms, end_ms=end_ms, most_ms=most_ms)
    assert start in keys
    assert start <= from_ms or start == keys[0]
    assert start < end
    if most_ms is not None:
        assert end - start <= max(most_ms, 1)
    elif from_ms + length_ms < end_ms:
        assert end >= min(from_ms + length_ms, end_ms)
        assert end in keys or end == end_ms


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 5_000)), min_size=1, max_size=30))
def test_closing_holes_leaves_none_longer_than_allowed(steps: list[tuple[int, int]]) -> None:
    """Joined spans follow each other without a long hole and never overlap more than they did."""
    spans, at = [], 0
    for hole, length in steps:
        spans.append((at + hole, at + hole + length))
        at += hole + length
    shifts = lost_time(spans, 1_000)
    joined = [(start - shift, stop - shift) for (start, stop), shift in zip(spans, shifts, strict=True)]
    assert all(0 <= after[0] - before[1] <= 1_000 for before, after in pairwise(joined))
