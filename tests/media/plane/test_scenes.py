"""The drawn scenes: they loop without a seam, differ by seed, and survive the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from millstream.media.plane.samples import Sample, Track, Tracks
from millstream.media.plane.scenes.drawing import HEIGHT, WIDTH, Workshop
from millstream.media.plane.scenes.keeper import read_scenes
from millstream.media.plane.scenes.reel import AUDIO_FRAMES, FRAMES, LOOP_MS, Reel, load_reel, save_reel
from millstream.media.plane.scenes.sound import workshop_sound
from tests.media.plane.cast import Collector, audio_config, nal, video_config
from tests.media.plane.decoding import decoded


def difference(one: Workshop, at: float, other: Workshop, then: float) -> float:
    """Mean difference of two pictures, 0 to 255."""
    first = np.asarray(one.picture(at), dtype=np.float32)
    second = np.asarray(other.picture(then), dtype=np.float32)
    return float(np.abs(first - second).mean())


def test_the_picture_loops_without_a_seam() -> None:
    """The end of the loop is as near to its start as any two neighbouring pictures."""
    workshop = Workshop(1)
    assert workshop.picture(0).size == (WIDTH, HEIGHT)
    assert difference(workshop, 0.0, workshop, 1.0) < 0.05
    neighbours = difference(workshop, 0.5, workshop, 0.5 + 1 / FRAMES)
    assert difference(workshop, 1 - 1 / FRAMES, workshop, 0) < 3 * neighbours + 0.5


def test_seeds_give_different_rooms_and_the_same_seed_the_same() -> None:
    """Channels are told apart at a glance; a scene is repeatable."""
    assert difference(Workshop(1), 0.3, Workshop(2), 0.3) > 3
    assert difference(Workshop(5), 0.3, Workshop(5), 0.3) == 0


def test_the_clay_grows_and_sinks_back() -> None:
    """In the middle of the loop something else stands on the wheel than at its start."""
    workshop = Workshop(0)
    assert difference(workshop, 0.0, workshop, 0.8) > 1


def test_the_sound_is_soft_and_has_no_seam() -> None:
    """Peak well below full, and no step between end and start."""
    sound = workshop_sound(3, AUDIO_FRAMES * 1024, 48_000)
    assert sound.shape == (2, LOOP_MS * 48)
    assert 0.05 < float(np.abs(sound).max()) <= 0.36
    inner = float(np.abs(np.diff(sound, axis=1)).max())
    assert float(np.abs(sound[:, 0] - sound[:, -1]).max()) <= inner


def test_a_reel_survives_the_disk_and_a_torn_one_is_refused(tmp_path: Path) -> None:
    """What is loaded is what was saved; a cut file is not played."""
    reel = Reel(
        video_config(),
        audio_config(),
        tuple(nal(50, number % 250) for number in range(FRAMES)),
        tuple(number % 40 == 0 for number in range(FRAMES)),
        tuple(bytes([number % 250]) * 20 for number in range(AUDIO_FRAMES)),
    )
    path = tmp_path / "scene.reel"
    save_reel(reel, path)
    assert load_reel(path) == reel
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ValueError, match="cut off"):
        load_reel(path)


@pytest.mark.slow
def test_a_rendered_scene_decodes_twice_round(reel_folder: Path) -> None:
    """Two rounds of the loop give twice its pictures and sounds, without an error of the decoder."""
    reel = load_reel(next(reel_folder.glob("scene-*-7.reel")))
    assert max(place for place, key in enumerate(reel.keys) if key) >= FRAMES - 50
    collector = Collector(Tracks(reel.video, reel.audio))
    for number in range(2 * FRAMES):
        place = number % FRAMES
        collector.packager.push(Sample(Track.VIDEO, number * 3600, 0, reel.keys[place], reel.pictures[place]))
        for sound in range(number * 15 // 8, (number + 1) * 15 // 8):
            collector.packager.push(Sample(Track.AUDIO, sound * 1920, 0, True, reel.sounds[sound % AUDIO_FRAMES]))
    collector.packager.flush()
    init = collector.packager.init
    assert init is not None
    media = init.data + b"".join(part.data for part in collector.parts)
    assert decoded(media) == (2 * FRAMES, 2 * AUDIO_FRAMES)


def test_the_list_of_scenes_is_read_with_care() -> None:
    """Entries that make no sense are passed over; the rest runs."""
    good: dict[str, Any] = {
        "stream": "0198d3a0-0000-7000-8000-000000000001",
        "playback": "a-long-token",
        "seed": 3,
        "title": "x",
    }
    listed: list[dict[str, Any]] = [good, {"stream": "x"}, {**good, "playback": "../up"}, {**good, "seed": "seven"}]
    assert [scene.seed for scene in read_scenes(listed)] == [3]
