"""Start everything in order, watch, and stop everything in the opposite order."""

from __future__ import annotations

import asyncio
import resource
import signal
from contextlib import suppress

from millstream.site.cli.supervisor.child import Child, ChildFailed, Spec
from millstream.site.cli.supervisor.console import Console
from millstream.site.cli.supervisor.town import Town


async def supervise(town: Town, console: Console) -> int:
    """Bring the town up, stay until a signal, take it down in order; returns the exit code."""
    raise_file_limit()
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    children: list[Child] = []
    coming = asyncio.create_task(bring_up(town, console, children))
    telling = asyncio.create_task(told.wait())
    await asyncio.wait({coming, telling}, return_when=asyncio.FIRST_COMPLETED)
    code = 0
    if coming.done() and (error := coming.exception()) is not None:
        if not isinstance(error, ChildFailed):
            console.say(f"{type(error).__name__}: {error}")
        else:
            console.say(str(error))
        code = 1
    else:
        await telling
    if not coming.done():
        coming.cancel()
        with suppress(asyncio.CancelledError):
            await coming
    console.say("stopping in order ...")
    await take_down(children, console)
    telling.cancel()
    return code


async def bring_up(town: Town, console: Console, children: list[Child]) -> None:
    """Engines side by side; then the database is made ready beside media and sim; then web and worker."""
    await start_all(town.engines(), console, children)
    town.announce_engines()
    outside = asyncio.create_task(start_all(town.independent(), console, children))
    try:
        await run_to_end(town.preparation(), console)
    finally:
        await asyncio.wait({outside})
    outside.result()
    await start_all(town.dependent(), console, children)
    console.say(town.banner())


async def start_all(specs: list[Spec], console: Console, children: list[Child]) -> None:
    """Start these side by side; the first failure is raised when all have settled."""
    fresh = [Child(spec, console) for spec in specs]
    children.extend(fresh)
    outcomes = await asyncio.gather(*(child.start() for child in fresh), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


async def run_to_end(spec: Spec, console: Console) -> None:
    """Run a process that does its work and ends well."""
    task = OneTask(spec, console)
    try:
        code = await task.run()
    except asyncio.CancelledError:
        await task.stop()
        raise
    if code != 0:
        raise ChildFailed(f"{spec.name} ended with code {code}; see its log")


class OneTask(Child):
    """A child that is not started again."""

    async def run(self) -> int:
        return await self._run_once()


async def take_down(children: list[Child], console: Console) -> None:
    """Stop in the order of `STOP_ORDER`: first who talks to people, last who keeps the truth."""
    for name in Town.STOP_ORDER:
        for child in [child for child in children if child.spec.name.partition("-")[0] == name]:
            await child.stop()
            console.line("up", f"{child.spec.name} stopped")
    console.say("all stopped")


def raise_file_limit() -> None:
    """Every socket is a file: take as many as the system grants."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
