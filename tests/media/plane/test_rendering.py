"""Scenes are rendered by children: whatever a child does, the loop goes on, other scenes play, and none is left."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import uvloop

from millstream.media.plane.hub import Hub
from millstream.media.plane.scenes import keeper as keeping_scenes
from millstream.media.plane.scenes import rendering
from millstream.media.plane.scenes.keeper import SceneKeeper
from millstream.media.plane.scenes.reel import AUDIO_FRAMES, FRAMES, Reel, save_reel
from millstream.media.plane.scenes.rendering import reel_of
from millstream.media.plane.stream import StreamState, Surroundings
from tests.media.plane.cast import audio_config, nal, video_config
from tests.media.plane.rig import REPO

PATIENCE_SECONDS = 30.0

# Real children, told the seed and the file like the renderer. They write down who they are, then do as they are named.
SAYS_WHO = "import os, pathlib, shutil, sys, time; out = pathlib.Path(sys.argv[2]); folder = out.parent\n"
SAYS_WHO += "told = folder / f'pid-{sys.argv[1]}.new'; told.write_text(str(os.getpid()))\n"
SAYS_WHO += "told.rename(folder / f'pid-{sys.argv[1]}')\n"
HANGS = SAYS_WHO + "time.sleep(600)"
WAITS = SAYS_WHO + "while not (folder / 'go').exists(): time.sleep(0.02)\n" + "shutil.copy(folder / 'whole', out)"
FAILS_ONCE = SAYS_WHO + (
    "tried = folder / f'tried-{sys.argv[1]}'\n"
    "if not tried.exists(): tried.touch(); sys.exit(7)\n"
    "shutil.copy(folder / 'whole', out)"
)
BY_SEED = SAYS_WHO + (
    "if sys.argv[1] == '1': sys.exit(7)\n"
    "if sys.argv[1] == '2': time.sleep(600)\n"
    "out.write_bytes(b'torn') if sys.argv[1] == '3' else shutil.copy(folder / 'whole', out)"
)

type Become = Callable[[str], None]


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Become:
    """Puts another program in the renderer's place; a whole reel lies where it finds it."""
    reel = Reel(
        video_config(),
        audio_config(),
        tuple(nal(50, number % 250) for number in range(FRAMES)),
        tuple(number % 40 == 0 for number in range(FRAMES)),
        tuple(bytes([number % 250]) * 20 for number in range(AUDIO_FRAMES)),
    )
    save_reel(reel, tmp_path / "whole")

    def become(program: str) -> None:
        monkeypatch.setattr(rendering, "RENDERER", (sys.executable, "-S", "-c", program))

    return become


def run(story: Awaitable[None]) -> None:
    """On the loop that the media process runs on."""

    async def whole() -> None:
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            await story

    asyncio.run(whole(), loop_factory=uvloop.new_event_loop)


async def until(look: Callable[[], Any], what: str) -> Any:
    """Look again until it is true, on the loop itself: a loop that stands would never get here."""
    for _ in range(round(PATIENCE_SECONDS / 0.02)):
        if found := look():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(what)


def child_of(folder: Path, seed: int) -> psutil.Process | None:
    """The child that renders a seed, once it said who it is."""
    with contextlib.suppress(FileNotFoundError):
        return psutil.Process(int((folder / f"pid-{seed}").read_text()))
    return None


def renderers() -> list[psutil.Process]:
    """The children of this process that render, also those that ended and were not taken note of."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.status() == psutil.STATUS_ZOMBIE or any("pid-" in word for word in child.cmdline()):
                found.append(child)
    return found


def is_over(child: psutil.Process) -> bool:
    """Ended and taken note of: not even a zombie is left."""
    return not child.is_running()


def test_a_cancelled_rendering_kills_its_child(renders: Become, tmp_path: Path) -> None:
    """When the process stops, no renderer is left behind."""
    renders(HANGS)

    async def story() -> None:
        working = asyncio.create_task(reel_of(5, tmp_path))
        child = await until(lambda: child_of(tmp_path, 5), "the child")
        assert child.is_running()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert is_over(child)

    run(story())


def test_a_rendering_that_is_cancelled_as_it_begins_leaves_no_child(renders: Become, tmp_path: Path) -> None:
    """Also a child that was being started in that moment is ended."""
    renders(HANGS)

    async def story() -> None:
        for turns in range(12):
            working = asyncio.create_task(reel_of(5, tmp_path))
            for _ in range(turns):
                await asyncio.sleep(0)
            working.cancel()
            with pytest.raises(asyncio.CancelledError):
                await working
        assert not renderers()

    run(story())


def test_a_renderer_that_hangs_is_killed(renders: Become, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time it is over, and said to be."""
    renders(HANGS)
    monkeypatch.setattr(rendering, "RENDER_SECONDS", 5.0)

    async def story() -> None:
        working = asyncio.create_task(reel_of(5, tmp_path))
        child = await until(lambda: child_of(tmp_path, 5), "the child")
        with pytest.raises(TimeoutError, match="longer than 5 s"):
            await working
        assert is_over(child)

    run(story())


def test_the_loop_goes_on_while_a_child_renders(renders: Become, tmp_path: Path) -> None:
    """The child waits for a word that only the loop can give."""
    renders(WAITS)

    async def story() -> None:
        working = asyncio.create_task(reel_of(5, tmp_path))
        await until(lambda: child_of(tmp_path, 5), "the child")
        assert not working.done()
        (tmp_path / "go").touch()
        assert len((await working).pictures) == FRAMES

    run(story())


HELD_LOCK = f"""
import asyncio, os, pathlib, sys, threading, uvloop
lock = threading.Lock()
threading.Thread(target=lambda: (lock.acquire(), threading.Event().wait()), daemon=True).start()
while not lock.locked():
    pass
os.register_at_fork(after_in_child=lock.acquire)  # Python that runs between fork and exec stands for ever
sys.path.insert(0, {str(REPO)!r})
from millstream.media.plane.scenes import keeper as keeping_scenes
from millstream.media.plane.scenes import rendering
rendering.RENDERER = (sys.executable, "-S", "-c", "raise SystemExit(7)")
try:
    asyncio.run(rendering.reel_of(5, pathlib.Path(sys.argv[1])), loop_factory=uvloop.new_event_loop)
except ValueError as error:
    print(error, flush=True)
os._exit(0)
"""


def test_a_lock_that_a_thread_holds_stops_no_child(tmp_path: Path) -> None:
    """A decoder's thread may hold any lock when a child is started; neither the child nor the loop waits for it."""
    command = [sys.executable, "-c", HELD_LOCK, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE_SECONDS, check=True)
    assert done.stdout == "the renderer ended with 7\n", done.stderr


@contextlib.asynccontextmanager
async def keeping(folder: Path, seeds: list[int]) -> AsyncIterator[tuple[Hub, list[str]]]:
    """A keeper at work on scenes of these seeds; gives the streams and their ids in order."""
    with ThreadPoolExecutor(2) as executor:
        around = Surroundings(
            tell=lambda _event: None,
            executor=executor,
            recordings=folder / "recordings",
            grace_seconds=5,
            scene_record_seconds=5,
        )
        hub, streams = Hub(around), [str(uuid.uuid4()) for _ in seeds]
        listed = [
            {"stream": stream, "playback": f"scene-{stream}", "seed": seed}
            for stream, seed in zip(streams, seeds, strict=True)
        ]

        async def ask() -> list[dict[str, Any]]:
            return listed

        keeper = SceneKeeper(hub, ask, folder)
        working = asyncio.create_task(keeper.run())
        try:
            yield hub, streams
            assert not working.done()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await keeper.close()
            await hub.close()


def test_renderers_that_fail_hang_or_tear_their_file_stop_no_other_scene(
    renders: Become, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three scenes come to nothing, the fourth plays."""
    renders(BY_SEED)
    monkeypatch.setattr(rendering, "RENDER_SECONDS", 3.0)

    async def story() -> None:
        async with keeping(tmp_path, [1, 2, 3, 4]) as (hub, streams):

            def live() -> set[str]:
                return {str(one) for one, stream in hub.streams.items() if stream.state is StreamState.LIVE}

            await until(live, "the fourth scene")
            assert live() == {streams[3]}
            assert all((tmp_path / f"pid-{seed}").exists() for seed in (1, 2, 3, 4))
        assert not renderers()

    run(story())


def test_a_scene_that_failed_is_tried_again(renders: Become, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in the way, a full disk or a full machine, may be over."""
    renders(FAILS_ONCE)
    monkeypatch.setattr(keeping_scenes, "AGAIN_SECONDS", 0.2)

    async def story() -> None:
        async with keeping(tmp_path, [6]) as (hub, _):
            await until(lambda: any(one.state is StreamState.LIVE for one in hub.streams.values()), "the scene")
            assert (tmp_path / "tried-6").exists()

    run(story())


def test_a_keeper_that_stops_leaves_no_renderer(renders: Become, tmp_path: Path) -> None:
    """The media process ends while a scene is being rendered: the child ends first."""
    renders(HANGS)

    async def story() -> None:
        async with keeping(tmp_path, [5]):
            child = await until(lambda: child_of(tmp_path, 5), "the child")
            assert child.is_running()
        assert is_over(child)

    run(story())
