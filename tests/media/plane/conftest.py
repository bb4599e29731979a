"""A running plane with its neighbours, and small media made once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from millstream.media.plane.scenes.reel import save_reel
from millstream.media.plane.scenes.render import render
from millstream.media.plane.scenes.rendering import DRAWING
from tests.media.plane.rig import Hook, NatsServer, PlaneProcess, make_media

GRACE_SECONDS = 8  # an encoder is started again within this, also on a busy machine


@dataclass(frozen=True, slots=True)
class Show:
    """A stream that a test publishes into: Dao's key, the stream's id, the viewers' token."""

    key: str
    stream: str
    playback: str


@pytest.fixture(scope="session")
def own_media_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """A NATS server for the planes of this session."""
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    """The web process's hooks."""
    answering = Hook()
    answering.start()
    yield answering
    answering.stop()


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory, hook: Hook, own_media_nats: NatsServer) -> Iterator[PlaneProcess]:
    """A plane with a short grace, shared by tests that each use a stream of their own."""
    folder = tmp_path_factory.mktemp("plane")
    process = PlaneProcess(folder, hook.url, own_media_nats.url, MEDIA_GRACE_SECONDS=str(GRACE_SECONDS))
    process.start()
    yield process
    assert process.alive, process.log.read_text()
    process.stop()
    assert "Traceback" not in process.log.read_text()


@pytest.fixture
def own_plane(tmp_path: Path, hook: Hook, own_media_nats: NatsServer) -> Iterator[Callable[..., PlaneProcess]]:
    """Makes a plane that the test may kill; settings by name."""
    made: list[PlaneProcess] = []

    def make(**settings: str) -> PlaneProcess:
        process = PlaneProcess(tmp_path / f"plane{len(made)}", hook.url, own_media_nats.url, **settings)
        made.append(process)
        process.start()
        return process

    yield make
    for process in made:
        process.stop()


@pytest.fixture
def show(hook: Hook) -> Show:
    """A granted key with a stream of its own."""
    stream = str(uuid.uuid4())
    granted = Show(f"key-{stream[:18]}", stream, f"playback-{stream[:13]}")
    hook.grant(granted.key, granted.stream, granted.playback)
    return granted


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a small FLV of a given shape, once per session."""
    folder = tmp_path_factory.mktemp("media")

    def make(gop_seconds: float = 1, seconds: float = 12, **more: str) -> Path:
        name = "-".join([f"{gop_seconds:g}", f"{seconds:g}", *(f"{key}{value}" for key, value in sorted(more.items()))])
        path = folder / f"{name.replace('/', '_').replace(' ', '_')}.flv"
        return path if path.exists() else make_media(path, seconds=seconds, gop_seconds=gop_seconds, more=more)

    return make


@pytest.fixture(scope="session")
def reel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scene of seed 7, rendered once: here, for the keeper's niced child waits on a busy machine."""
    folder = tmp_path_factory.mktemp("scenes")
    save_reel(render(7), folder / f"scene-{DRAWING}-7.reel")
    return folder
