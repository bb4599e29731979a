"""One supervisor for each folder."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from millstream.site.cli.supervisor.lock import FolderTaken, folder_lock, holder

HOLD = (
    "import sys, time; from pathlib import Path\n"
    "from millstream.site.cli.supervisor.lock import folder_lock\n"
    "with folder_lock(Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(60)\n"
)


def test_a_second_one_is_refused_with_the_number_of_the_first(tmp_path):
    """The refusal names the process that holds the folder; when it is killed the folder is free."""
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    other.stdout.readline()
    with pytest.raises(FolderTaken, match=f"process {other.pid}"), folder_lock(tmp_path):
        pass
    assert holder(tmp_path) == other.pid
    other.kill()
    other.wait()
    assert holder(tmp_path) is None
    with folder_lock(tmp_path):
        assert holder(tmp_path) == os.getpid()


def test_a_folder_that_never_ran_has_no_holder(tmp_path):
    """Asking changes nothing."""
    assert holder(tmp_path) is None
    assert not list(tmp_path.iterdir())
