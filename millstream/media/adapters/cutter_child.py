"""Running the cutter: a niced child for each clip, so that neither its crash nor its work disturbs the worker."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from millstream.media.cutter.job import Job

LONGEST_SECONDS: Final = 1_800.0
LONGEST_LINE: Final = 10_000


class CutFailed(Exception):
    """The child did not cut; `reason` is its word. `for_good`: trying again would come to the same."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


def run_cutter(job: Job, tell: Callable[[int], None]) -> dict[str, Any]:
    """Cut, telling how far it is in thousandths; the child's result, or `CutFailed`."""
    command = [sys.executable, "-m", "millstream.media.cutter"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    watch = threading.Timer(LONGEST_SECONDS, child.kill)
    watch.start()
    assert child.stdin is not None
    assert child.stdout is not None
    result: dict[str, Any] = {}
    try:
        child.stdin.write(json.dumps(asdict(job)) + "\n")
        child.stdin.close()
        while line := child.stdout.readline(LONGEST_LINE):
            said = json.loads(line)
            if "progress" in said:
                tell(int(said["progress"]))
            else:
                result = said
        child.wait()
    except (BrokenPipeError, ValueError) as broken:
        raise CutFailed(f"the child broke off: {broken}") from None
    finally:
        watch.cancel()
        if child.poll() is None:
            child.kill()
        child.wait()
        child.stdout.close()
    if "done" in result:
        done: dict[str, Any] = result["done"]
        return done
    reason = str(result.get("failed") or f"the child ended with {child.returncode}")
    raise CutFailed(reason, for_good=reason == "too_long")
