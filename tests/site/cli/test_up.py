"""`millstream up`, for real: every process, killed one by one, stopped in order, refused where it must be."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.engines import golden
from tests.engines.places import short_folder
from tests.site.cli.town import TownUnderTest, town_in

pytestmark = pytest.mark.slow


@pytest.fixture
def town(clean_environment: dict[str, str], django_db_setup: None) -> Iterator[TownUnderTest]:
    """A town whose database was migrated before, to save the time."""
    with short_folder() as folder, town_in(folder, clean_environment) as made:
        made.var.mkdir()
        golden.take(made.var / "postgres", golden.key())
        yield made


def test_a_town_survives_the_death_of_each_of_its_processes(town):
    """Kill -9 of web, worker, media, NATS and PostgreSQL: each starts again, the console says so, pages come back."""
    town.up()
    town.until_page(200, 503)
    for name in ("worker", "media", "web", "nats", "postgres"):
        dead = town.process(name)
        dead.kill()
        town.until(f"{name} was ended by SIGKILL; it starts again")
        patience = time.monotonic() + 30
        while not any(name == n and p.pid != dead.pid for n, p in _children(town)):
            assert time.monotonic() < patience, town.said()
            time.sleep(0.05)
    town.until_page(200)
    assert town.page("/healthz", "MILLSTREAM_MEDIA_PORT") == 200
    assert town.stop() == 0
    stopped = re.findall(r"up +\| (\w+) stopped", town.said())
    assert stopped == ["web", "worker", "media", "nats", "postgres", "all"]
    assert town.left() == []


def _children(town: TownUnderTest) -> list[tuple[str, psutil.Process]]:
    found = []
    for name in ("worker", "media", "web", "nats", "postgres"):
        try:
            found.append((name, town.process(name)))
        except AssertionError:
            continue
    return found


def test_a_second_up_is_refused_and_a_killed_one_leaves_no_trouble(town):
    """The second `up` names the first; after kill -9 of the supervisor a start finds nothing in its way."""
    town.up()
    assert town.supervisor is not None
    second = town.say("up")
    assert second.returncode == 2
    assert f"process {town.supervisor.pid}" in second.stderr
    doctor = town.say("doctor")
    assert f"up, process {town.supervisor.pid}" in doctor.stdout
    assert "JetStream is on" in doctor.stdout
    assert doctor.returncode == 0, doctor.stdout
    os.kill(town.supervisor.pid, signal.SIGKILL)
    town.supervisor.wait()
    town.up()
    town.until_page(200)
    done = town.say("stop")
    assert (done.returncode, done.stdout) == (0, "Stopped.\n")
    assert town.supervisor.wait(60) == 0
    assert town.left() == []
    assert town.say("stop").stdout == "Nothing runs on this folder.\n"


def test_orphans_that_ignored_the_death_of_their_supervisor_are_stopped(town):
    """A process of this folder that outlived a killed supervisor is named and stopped at the next start."""
    town.up()
    assert town.supervisor is not None
    media = town.process("media")
    media.suspend()  # it cannot hear that its supervisor died
    os.kill(town.supervisor.pid, signal.SIGKILL)
    town.supervisor.wait()
    town.up()
    assert f"left behind: media ({media.pid})" in town.said()
    assert town.stop() == 0


@pytest.mark.parametrize("setting", ["MILLSTREAM_WEB_PORT", "MILLSTREAM_RTMP_PORT"])
def test_a_busy_port_is_refused_by_the_name_of_its_setting(town, setting):
    """Nothing starts, and the sentence says which setting to change."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", town.ports[setting]))
        stranger.listen()
        refused = town.say("up")
    assert refused.returncode == 2
    assert setting in refused.stderr
    assert str(town.ports[setting]) in refused.stderr
    assert town.left() == []


def test_outside_engines_that_do_not_answer_are_refused_by_name(town):
    """NATS_URL and DATABASE_URL are checked before anything depends on them."""
    town.environment["NATS_URL"] = "nats://127.0.0.1:9"
    refused = town.say("up")
    assert refused.returncode == 2
    assert "NATS_URL" in refused.stderr
    del town.environment["NATS_URL"]
    town.environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:9/none"
    refused = town.say("migrate")
    assert refused.returncode == 2
    assert "DATABASE_URL" in refused.stderr


def test_outside_engines_are_used_when_they_answer(town, pg_cluster, nats_url):
    """With both URLs set, no embedded engine is started."""
    town.environment |= {"DATABASE_URL": pg_cluster.url("test"), "NATS_URL": nats_url}
    town.up()
    town.until_page(200)
    names = {name for name, _ in _children(town)}
    assert names == {"web", "worker", "media"}
    assert town.stop() == 0
    assert not (town.var / "run" / "engines.json").exists()


def test_the_room_server_may_stand_apart(town):
    """`up --room-apart` runs one more web process on a port of its own."""
    town.ports["MILLSTREAM_ROOM_PORT"] = town.ports["MILLSTREAM_SIM_PORT"]
    town.environment["MILLSTREAM_ROOM_PORT"] = str(town.ports["MILLSTREAM_ROOM_PORT"])
    town.up("--room-apart")
    assert town.page("/healthz", "MILLSTREAM_ROOM_PORT") == 200
    assert town.stop() == 0
