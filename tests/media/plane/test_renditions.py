"""The sound alone and the playlist without parts: same times, same discontinuities, decodable by others."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from millstream.media.plane import boxes
from millstream.media.plane.samples import Tracks
from millstream.media.plane.sound import sound_init, sound_of
from tests.media.plane.cast import Collector, both, pictures, sounds, together, video_config
from tests.media.plane.conftest import Show
from tests.media.plane.decoding import decoded
from tests.media.plane.rig import FFMPEG, PlaneProcess, get, publishing, until
from tests.media.plane.test_window import Show as Window

type Media = Callable[..., Path]


def lines(text: str, pattern: str) -> list[str]:
    """What the pattern finds in each line."""
    return re.findall(pattern, text, re.MULTILINE)


def test_the_sound_of_a_part_has_the_same_frames_at_the_same_times() -> None:
    """Only the sound's boxes are left, with every body byte for byte."""
    cut = Collector()
    cut.feed(together(pictures(5), sounds(5)))
    for part in cut.parts:
        alone = sound_of(part.data)
        before = [span for span in boxes.read_moof(part.data) if span.track_id == boxes.AUDIO_TRACK_ID]
        assert boxes.read_moof(alone) == before
        assert alone.endswith(b"aac!" * 8)
    assert sound_of(b"".join(part.data for part in cut.parts)) == b"".join(sound_of(part.data) for part in cut.parts)


def test_a_picture_without_sound_has_no_sound() -> None:
    """Neither an init segment nor parts."""
    cut = Collector(Tracks(video_config(), None))
    cut.feed(list(pictures(3)))
    assert sound_of(cut.parts[0].data) == b""
    init = cut.packager.init
    assert init is not None
    assert sound_init(init.data) is None


def test_the_init_segment_of_the_sound_describes_nothing_else() -> None:
    """One track, and a size that is true."""
    alone = sound_init(boxes.init_segment(both()))
    assert alone is not None
    assert alone.count(b"trak") == 1
    assert b"mp4a" in alone
    assert b"avc1" not in alone
    assert [kind for kind, _, _ in boxes.walk(alone)] == [b"ftyp", b"moov"]


def test_all_playlists_of_a_stream_tell_the_same_segments() -> None:
    """Numbers, lengths, times and discontinuities; the plain one has neither parts nor promises of them."""
    show = Window()
    show.play(9)
    show.packager.begin(Tracks(video_config(0x0E), both().audio))
    show.play(9)
    texts = {name: (show.window.playlist(name) or b"").decode() for name in ("index", "plain", "audio")}
    for pattern in (r"#EXTINF:.*", r"#EXT-X-PROGRAM-DATE-TIME:.*", r"#EXT-X-DISCONTINUITY$", r"seg-(\d+)"):
        full = lines(texts["index"], pattern)
        assert lines(texts["audio"], pattern) == full
        assert lines(texts["plain"], pattern) == full[: len(lines(texts["plain"], pattern))]
    assert "PART" not in texts["plain"]
    assert "CAN-BLOCK" not in texts["plain"]
    assert texts["plain"].count("#EXT-X-TARGETDURATION:4") == 1
    assert "#EXT-X-DISCONTINUITY\n" in texts["plain"]
    assert 'URI="audio-part-' in texts["audio"]
    assert not lines(texts["audio"], r"^seg-")
    show.window.end()
    assert all((show.window.playlist(name) or b"").endswith(b"#EXT-X-ENDLIST\n") for name in texts)


def test_where_a_stream_is_silent_the_sound_has_gaps() -> None:
    """A publisher without sound in between leaves gaps that players jump over, and no piece that lies."""
    show = Window()
    show.play(5)
    show.packager.begin(Tracks(video_config(0x0E), None))
    end = show.packager.end_ticks
    for sample in pictures(5, start=end):
        show.packager.push(sample)
    text = (show.window.playlist("audio") or b"").decode()
    silent = [int(number) for number in lines(text, r"#EXT-X-GAP\n#EXTINF:.*\naudio-seg-(\d+)")]
    assert silent
    assert all(show.window.sound_segment(number) is None for number in silent)
    assert ",GAP=YES" in text
    first = int(lines(text, r"audio-seg-(\d+)")[0])
    assert show.window.sound_segment(first)
    assert show.window.sound_init(2) == show.window.sound_init(1)


def heard(plane: PlaneProcess, base: str, text: str) -> tuple[bytes, int]:
    """All closed segments of an audio playlist behind their init, and how many there are."""
    names = [lines(text, r'#EXT-X-MAP:URI="(.*)"')[-1], *lines(text, r"^audio-(?:seg-|rec-.*-)\d+\.m4s$")]
    pieces = [get(f"{plane.http}{base}/{name}").raise_for_status() for name in names]
    assert all("immutable" in piece.headers["cache-control"] for piece in pieces)
    return b"".join(piece.content for piece in pieces), len(pieces) - 1


def test_the_sound_alone_is_played_live_and_from_the_recording(plane: PlaneProcess, show: Show, media: Media) -> None:
    """PyAV decodes every frame, ffmpeg plays both playlists, and it costs what the sound costs."""
    base = f"/live/{show.playback}"
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: plane.playlist(show.playback).count("\nseg-") >= 3)
        text = get(f"{plane.http}{base}/audio.m3u8").text
        live, count = heard(plane, base, text)
        hint = lines(text, r'PRELOAD-HINT:TYPE=PART,URI="(.*)"')[0]
        waited = get(f"{plane.http}{base}/{hint}", timeout=20)
        plain = get(f"{plane.http}{base}/plain.m3u8?_HLS_msn=999")
    seconds = sum(float(length) for length in lines(text, r"#EXTINF:([\d.]+)"))
    with av.open(io.BytesIO(live)) as container:
        assert not container.streams.video
    assert decoded(live)[1] * 1024 / 44100 == pytest.approx(seconds, abs=0.1)
    assert len(live) * 8 / seconds < 90_000
    assert waited.is_success
    assert boxes.read_moof(waited.content)[0].track_id == boxes.AUDIO_TRACK_ID
    assert plain.is_success
    assert plain.headers["cache-control"] == "max-age=1"
    replay = get(f"{plane.http}{base}/replay-audio.m3u8", follow_redirects=True)
    assert str(replay.url).endswith(f"/recordings/{show.playback}/audio.m3u8")
    kept, kept_count = heard(plane, f"/recordings/{show.playback}", replay.text)
    assert kept_count >= count
    assert decoded(kept)[1] >= decoded(live)[1]
    assert plays_with_ffmpeg(f"{plane.http}/recordings/{show.playback}/audio.m3u8") > seconds - 1
    assert plays_with_ffmpeg(f"{plane.http}/live/{show.playback}/replay.m3u8") > seconds - 1


def plays_with_ffmpeg(url: str) -> float:
    """How many seconds ffmpeg decodes out of a playlist; a word of complaint fails."""
    command = [FFMPEG, "-hide_banner", "-nostdin", "-loglevel", "warning", "-i", url, "-f", "null", "-"]
    command += ["-progress", "pipe:1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert not done.stderr
    return int(lines(done.stdout, r"out_time_us=(\d+)")[-1]) / 1e6


def test_a_stream_without_sound_says_so(plane: PlaneProcess, show: Show, media: Media) -> None:
    """404 with words instead of an empty playlist, live and from the recording."""
    with publishing(media(audio="none"), plane.rtmp(show.key)):
        until(lambda: plane.playlist(show.playback))
        answer = get(f"{plane.http}/live/{show.playback}/audio.m3u8")
    assert (answer.status_code, answer.text) == (404, "this stream has no sound\n")
    assert get(f"{plane.http}/recordings/{show.playback}/audio.m3u8").status_code == 404
