"""The live playlist over time, and those who wait for its next part."""

from __future__ import annotations

import asyncio
import re

from millstream.media.plane.packager import Packager, Part, Segment
from millstream.media.plane.samples import Tracks
from millstream.media.plane.web import read_blocking
from millstream.media.plane.window import KEPT_SEGMENTS, LISTED_SEGMENTS, LiveWindow
from tests.media.plane.cast import audio_config, both, pictures, sounds, together, video_config


class Show:
    """A window fed by a packager."""

    def __init__(self) -> None:
        self.window = LiveWindow()
        self.packager = Packager(self._part, lambda _segment: self.window.changed())
        self.packager.begin(both())

    def _part(self, segment: Segment, part: Part) -> None:
        self.window.add_part(segment, 1_795_000_000_000 + segment.start_ticks // 90)

    def play(self, seconds: float, gop_seconds: float = 1) -> None:
        """Go on for a while."""
        end = self.packager.end_ticks
        for sample in together(pictures(seconds, start=end, gop_seconds=gop_seconds), sounds(seconds, start=end)):
            self.packager.push(sample)

    def text(self) -> str:
        """The playlist now."""
        return (self.window.playlist() or b"").decode()

    def tag(self, name: str) -> str:
        """The value of a tag."""
        found = re.search(rf"#EXT-X-{name}:(.*)", self.text())
        assert found is not None
        return found[1]


def test_the_playlist_keeps_its_promises_as_it_slides() -> None:
    """Target duration never changes, the sequence rises, parts stand at the last segments only."""
    show = Show()
    show.play(31)
    assert show.tag("TARGETDURATION") == "4"
    assert show.tag("MEDIA-SEQUENCE") == str(16 - LISTED_SEGMENTS)
    assert show.text().count("#EXTINF") == LISTED_SEGMENTS - 1
    assert "PART-HOLD-BACK=1.050" in show.text()
    first_part = re.search(r"part-(\d+)\.", show.text())
    assert first_part is not None
    assert int(first_part[1]) >= 13
    sequence, index = show.window.following() or (0, 0)
    assert show.text().endswith(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-{sequence}.{index}.m4s"\n')


def test_independent_segments_are_promised_only_when_true() -> None:
    """With key frames every ten seconds the tag is left out."""
    show = Show()
    show.play(3, gop_seconds=1)
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in show.text()
    show.play(12, gop_seconds=10)
    assert "#EXT-X-INDEPENDENT-SEGMENTS" not in show.text()


def test_a_discontinuity_is_shown_and_counted_when_it_leaves() -> None:
    """The tag and the new map stand before the changed segment; the count rises when it slides out."""
    show = Show()
    show.play(6)
    show.packager.begin(Tracks(video_config(0x1F), audio_config()))
    show.play(6)
    before, after = show.text().split("#EXT-X-DISCONTINUITY\n")
    assert 'URI="init-1.mp4"' in before
    assert after.startswith('#EXT-X-MAP:URI="init-2.mp4"')
    assert show.tag("DISCONTINUITY-SEQUENCE") == "0"
    show.play(2 * LISTED_SEGMENTS)
    assert "#EXT-X-DISCONTINUITY\n" not in show.text()
    assert show.tag("DISCONTINUITY-SEQUENCE") == "1"


def test_segments_that_left_the_playlist_are_kept_a_while() -> None:
    """A slow viewer still gets what the last playlists named."""
    show = Show()
    show.play(60)
    newest = show.window.newest
    assert newest is not None
    assert show.window.segment(newest.sequence - KEPT_SEGMENTS + 1) is not None
    assert show.window.segment(newest.sequence - KEPT_SEGMENTS) is None


def test_the_playlist_is_made_once_per_part() -> None:
    """All viewers of one part share the same bytes."""
    show = Show()
    show.play(3)
    assert show.window.playlist() is show.window.playlist()


async def _waiting() -> None:
    show = Show()
    show.play(3)
    following = show.window.following()
    assert following is not None
    waiters = [asyncio.create_task(show.window.until(lambda: show.window.has(*following), 5)) for _ in range(200)]
    gone = asyncio.create_task(show.window.until(lambda: show.window.has(*following), 5))
    await asyncio.sleep(0.01)
    gone.cancel()
    assert len(show.window.bell) == 201
    show.play(0.5)
    assert all(await asyncio.gather(*waiters))
    assert await show.window.until(lambda: False, 0.05) is False
    assert len(show.window.bell) == 0


def test_all_who_wait_wake_at_the_next_part() -> None:
    """Two hundred requests are answered by one part; one that hangs up disturbs nobody."""
    asyncio.run(_waiting())


def test_blocking_parameters_are_read_or_refused() -> None:
    """Numbers are taken, nonsense is told apart."""
    assert read_blocking(b"_HLS_msn=7&_HLS_part=2") == (7, 2)
    assert read_blocking(b"_HLS_msn=7") == (7, None)
    assert read_blocking(b"x=1") == (None, None)
    for nonsense in (b"_HLS_part=2", b"_HLS_msn=x", b"_HLS_msn=-1", b"_HLS_msn=1&_HLS_part=-2", b"_HLS_msn=\xff"):
        assert read_blocking(nonsense) is None
