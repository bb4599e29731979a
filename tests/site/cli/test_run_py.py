"""run.py: the door for a person who has Python and nothing else."""

from __future__ import annotations

import ast
import fcntl
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from millstream.site.config import REPOSITORY

RUN = REPOSITORY / "run.py"
LOCKS = [REPOSITORY / "requirements" / name for name in ("base.txt", "dev.txt")]


def test_it_imports_nothing_but_the_standard_library():
    """A fresh machine has no package."""
    tree = ast.parse(RUN.read_text())
    names = {a.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    names |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_an_old_python_can_read_it_and_hands_over():
    """Python 3.9's grammar suffices, so an old `python3` gets as far as finding a newer one."""
    ast.parse(RUN.read_text(), feature_version=(3, 9))


@pytest.mark.skipif(not shutil.which("python3.11"), reason="no old Python on this machine")
def test_started_by_an_old_python_it_runs_on_a_newer_one():
    """The command works whatever `python3` is, as long as a newer one is somewhere."""
    old = subprocess.run(["python3.11", "-V"], capture_output=True, check=False)
    if old.returncode != 0:
        pytest.skip("python3.11 is a shim of nothing")
    done = subprocess.run(
        ["python3.11", str(RUN), "doctor", "--help"], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "usage: millstream doctor" in done.stdout


def test_a_set_up_that_is_done_takes_a_moment():
    """With matching stamps nothing is installed or built again."""
    command = [sys.executable, str(RUN), "setup"]
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "Ready. Start the town with `make run`.\n"
    assert time.monotonic() - began < 5


def test_two_set_ups_at_once_wait_for_each_other():
    """The second says that it waits, and goes on when the first is done."""
    with (REPOSITORY / ".cache" / "setup.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        waiting = subprocess.Popen([sys.executable, str(RUN), "setup"], stdout=subprocess.PIPE, text=True)
        assert waiting.stdout is not None
        assert "waiting" in waiting.stdout.readline()
        assert waiting.poll() is None
    assert waiting.wait(120) == 0


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_the_locks_name_hashes_and_no_registry(lock: Path):
    """Every package is pinned with its hashes; where it comes from is the machine's business."""
    text = lock.read_text()
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert pins
    assert all(line.rstrip().endswith("\\") for line in pins)
    assert "://" not in text


def test_the_front_end_lock_names_no_registry():
    """Likewise for npm."""
    assert '"resolved"' not in (REPOSITORY / "frontend" / "package-lock.json").read_text()


def test_development_runs_what_a_town_runs():
    """The locked versions of base.txt and dev.txt agree."""
    base, dev = ({line.split()[0] for line in lock.read_text().splitlines() if "==" in line} for lock in LOCKS)
    assert base <= dev
