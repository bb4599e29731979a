"""One supervised process: its lines are told, its death is answered, its stop is ordered."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from millstream.site.cli.supervisor.child import Child, ChildFailed, Spec
from millstream.site.cli.supervisor.console import Console

WAIT_SECONDS = 10.0
STAY = "import signal, time; print('here', flush=True); time.sleep(60)"


def spec(program: str, **more: object) -> Spec:
    return Spec("media", lambda: [sys.executable, "-c", program], **more)  # type: ignore[arg-type]


async def until(seen: io.StringIO, words: str, times: int = 1) -> None:
    patience = time.monotonic() + WAIT_SECONDS
    while seen.getvalue().count(words) < times:
        assert time.monotonic() < patience, seen.getvalue()
        await asyncio.sleep(0.02)


def test_its_lines_reach_the_console_and_the_log(tmp_path):
    """Every line is shown with the process's name and kept in its file."""
    seen = io.StringIO()

    async def story() -> None:
        child = Child(spec(STAY), Console(tmp_path, seen))
        await child.start()
        await until(seen, "media   | here")
        await child.stop()

    asyncio.run(story())
    assert (tmp_path / "media.log").read_text().endswith(" here\n")


def test_a_killed_process_starts_again_and_the_console_says_so(tmp_path):
    """Kill -9 is answered by a new process with a new number."""
    seen = io.StringIO()

    async def story() -> tuple[int | None, int | None]:
        child = Child(spec(STAY), Console(tmp_path, seen))
        await child.start()
        await until(seen, "here")
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(seen, "here", times=2)
        second = child.pid
        await child.stop()
        return first, second

    first, second = asyncio.run(story())
    assert first != second
    assert second is not None
    assert "media was ended by SIGKILL; it starts again in 0.5 s" in seen.getvalue()


def test_what_a_killed_process_left_in_its_group_is_ended(tmp_path):
    """Workers of a killed web server do not go on holding its port."""
    seen = io.StringIO()
    forks = f"import subprocess, sys; w = subprocess.Popen([sys.executable, '-c', {STAY!r}]); print(w.pid); w.wait()"

    async def story() -> int:
        child = Child(spec(forks), Console(tmp_path, seen))
        await child.start()
        await until(seen, "here")
        worker = int(seen.getvalue().split("|")[1].split()[0])
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        await until(seen, "here", times=2)
        await child.stop()
        return worker

    worker = asyncio.run(story())
    assert not psutil.pid_exists(worker) or psutil.Process(worker).status() == psutil.STATUS_ZOMBIE


def test_a_process_that_never_comes_up_is_given_up(tmp_path):
    """Three deaths before it was ready end the attempt, with the place of its log."""
    seen = io.StringIO()
    broken = spec("raise SystemExit('no such key')", ready=lambda: False)

    async def story() -> None:
        await Child(broken, Console(tmp_path, seen)).start()

    with pytest.raises(ChildFailed, match=r"var/log/media\.log"):
        asyncio.run(story())
    assert seen.getvalue().count("no such key") == 3


def test_one_that_does_not_listen_is_killed_after_its_time(tmp_path):
    """A process deaf to SIGTERM does not hold up the stop for ever."""
    seen = io.StringIO()
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"
    )

    async def story() -> float:
        child = Child(spec(deaf, stop_seconds=0.3), Console(tmp_path, seen))
        await child.start()
        await until(seen, "here")
        began = time.monotonic()
        await child.stop()
        return time.monotonic() - began

    assert asyncio.run(story()) < 5
    assert "killed" in seen.getvalue()


def test_it_does_not_know_what_it_may_not(tmp_path, monkeypatch):
    """Settings that a process may not know are not in its environment; its mark is."""
    seen = io.StringIO()
    monkeypatch.setenv("DATABASE_URL", "postgresql://told")
    tell = f"import os; print(os.environ.get('DATABASE_URL'), os.environ['MILLSTREAM_CHILD'], flush=True); {STAY}"

    async def story() -> None:
        child = Child(spec(tell, hides=("DATABASE_URL",)), Console(tmp_path, seen))
        await child.start()
        await until(seen, "None media")
        await child.stop()

    asyncio.run(story())


def test_a_line_without_end_is_cut(tmp_path):
    """A process that never ends its line cannot fill our memory."""
    seen = io.StringIO()

    async def story() -> None:
        child = Child(spec(f"import sys; sys.stdout.write('x' * 200_000); sys.stdout.flush(); {STAY}"), _quiet(seen))
        await child.start()
        await until(seen, "here")
        await child.stop()

    def _quiet(out: io.StringIO) -> Console:
        return Console(tmp_path, out)

    asyncio.run(story())
    assert max(len(line) for line in seen.getvalue().splitlines()) < 140_000


def test_the_log_is_rotated(tmp_path, monkeypatch):
    """A log file does not grow beyond its size; older lines move to numbered files."""
    monkeypatch.setattr("millstream.site.cli.supervisor.console.FILE_BYTES", 1000)
    console = Console(tmp_path, io.StringIO())
    for number in range(100):
        console.line("web", f"line {number} " + "y" * 40)
    console.close()
    files = sorted(Path(tmp_path).glob("web.log*"))
    assert len(files) == 6
    assert all(file.stat().st_size <= 1000 for file in files)
