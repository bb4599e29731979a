"""One supervised process: started, listened to, started again when it dies, stopped when told."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from millstream.site.cli.supervisor.console import Console
from millstream.site.cli.supervisor.orphans import CHILD_MARK
from millstream.site.engines.account import EngineRefused

FIRST_REST_SECONDS = 0.5
LONGEST_REST_SECONDS = 30.0
STEADY_SECONDS = 60.0  # after so long alive, a death is a first death again
START_TRIES = 3
READY_SECONDS = 60.0
LOOK_SECONDS = 0.05
LINE_BYTES = 64 * 1024
LAST_WORDS_SECONDS = 1.0


class ChildFailed(Exception):
    """A process did not come up; the text says which and where its log is."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How a process is run. `command` is asked at each start; `ready` may block for two seconds."""

    name: str
    command: Callable[[], list[str]]
    env: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None
    ready: Callable[[], bool] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    kills_group: bool = True
    hides: tuple[str, ...] = ()  # settings that this process may not know
    quiet: bool = False


class Child:
    """The life of one process under a supervisor."""

    def __init__(self, spec: Spec, console: Console) -> None:
        self.spec = spec
        self._console = console
        self._process: asyncio.subprocess.Process | None = None
        self._guard: asyncio.Task[None] | None = None
        self._told_to_stop = asyncio.Event()
        self._up = False

    def _is_stopping(self) -> bool:
        return self._told_to_stop.is_set()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start and wait until ready; raises ChildFailed after three deaths or a minute."""
        self._guard = asyncio.create_task(self._live(), name=self.spec.name)
        patience = time.monotonic() + READY_SECONDS
        while not await self._is_ready():
            if self._guard.done():
                raise ChildFailed(f"{self.spec.name} does not start; see var/log/{self.spec.name}.log")
            if time.monotonic() > patience:
                raise ChildFailed(f"{self.spec.name} is not ready after {READY_SECONDS:.0f} s; see its log")
            await asyncio.sleep(LOOK_SECONDS)
        self._up = True

    async def stop(self) -> None:
        """Ask it to stop, wait as long as it may take, then insist."""
        self._told_to_stop.set()
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(self.spec.stop_signal)
            try:
                await asyncio.wait_for(self._process.wait(), self.spec.stop_seconds)
            except TimeoutError:
                self._console.say(f"{self.spec.name} did not stop in {self.spec.stop_seconds:.0f} s: killed")
                self._process.kill()
                await self._process.wait()
        if self._guard is not None:
            await asyncio.wait({self._guard}, timeout=LONGEST_REST_SECONDS)

    async def _is_ready(self) -> bool:
        if self.pid is None:
            return False
        if self.spec.ready is None:
            return True
        return await asyncio.to_thread(self.spec.ready)

    async def _live(self) -> None:
        """Run it, again and again, with longer rests, until the stop."""
        rest, deaths = FIRST_REST_SECONDS, 0
        while not self._is_stopping():
            began = time.monotonic()
            try:
                how = ending(await self._run_once())
            except (EngineRefused, OSError) as refusal:
                how = f"could not be started: {refusal}"
            if self._is_stopping():
                return
            if time.monotonic() - began > STEADY_SECONDS:
                rest, deaths = FIRST_REST_SECONDS, 0
            deaths += 1
            if not self._up and deaths >= START_TRIES:
                self._console.say(f"{self.spec.name} {how}, for the third time before it was ready")
                return
            self._console.say(f"{self.spec.name} {how}; it starts again in {rest:g} s")
            await self._rest(rest)
            rest = min(rest * 2, LONGEST_REST_SECONDS)

    async def _run_once(self) -> int:
        """From start to end; what the dead process left in its group is ended too."""
        if self.spec.prepare is not None:
            await asyncio.to_thread(self.spec.prepare)
        # A pipe of our own: asyncio's makes `wait` wait for everyone who holds it, not for the process.
        lines, mouth = os.pipe()
        listening = asyncio.create_task(self._listen(lines))
        try:
            process = await asyncio.create_subprocess_exec(
                *self.spec.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=mouth,
                stderr=mouth,
                env=self._environment(),
                start_new_session=True,
            )
        finally:
            os.close(mouth)
        self._process = process
        if self._is_stopping():
            process.send_signal(self.spec.stop_signal)
        code = await process.wait()
        if self.spec.kills_group:
            end_group(process.pid)
        await asyncio.wait({listening}, timeout=LAST_WORDS_SECONDS)
        listening.cancel()
        return code

    def _environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if key not in self.spec.hides}
        return {**inherited, **self.spec.env, CHILD_MARK: self.spec.name, "PYTHONUNBUFFERED": "1"}

    async def _listen(self, lines: int) -> None:
        """Pass its lines on; a line without end is cut at 64 KB."""
        reader = asyncio.StreamReader(limit=LINE_BYTES)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(lines, "rb"))
        waiting = b""
        try:
            while chunk := await reader.read(LINE_BYTES):
                *whole, waiting = (waiting + chunk).split(b"\n")
                if len(waiting) > LINE_BYTES:
                    whole, waiting = [*whole, waiting], b""
                for line in whole:
                    self._pass_on(line)
        finally:
            if waiting:
                self._pass_on(waiting)
            transport.close()

    def _pass_on(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            serious = any(word in text for word in ("FATAL:", "PANIC:", "[FTL]"))
            self._console.line(self.spec.name, text, quiet=self.spec.quiet and (not serious or self._is_stopping()))

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told_to_stop.wait(), seconds)


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"


def end_group(leader: int) -> None:
    """End what a dead leader left behind, such as web workers that still hold the port."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
