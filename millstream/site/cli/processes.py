"""`millstream web|worker|media|sim`: one process in the foreground, for machines that run them apart."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

import uvloop

from millstream.site import config
from millstream.site.cli.django_side import in_django
from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.supervisor.town import WEB_WORKERS, granian
from millstream.site.cli.up import Commands


def add(commands: Commands) -> None:
    """Describe the commands."""
    web = commands.add_parser("web", help="the web server alone: pages, API and room server")
    web.add_argument("--workers", type=int, default=WEB_WORKERS, help="processes (default: %(default)s)")
    web.set_defaults(run=run_web)
    commands.add_parser("worker", help="background work alone: queue, facts, media events, relay").set_defaults(
        run=run_worker
    )
    commands.add_parser("media", help="the media plane alone: RTMP and WHIP in, LL-HLS out").set_defaults(run=run_media)
    commands.add_parser("sim", help="the simulated outside world alone: payment gateway and carrier").set_defaults(
        run=run_sim
    )


def run_web(arguments: argparse.Namespace) -> int:
    """Become the web server."""
    settings = with_engines()
    os.environ.update(settings.children_env())
    return become(granian(settings.host, settings.web_port, arguments.workers))


def run_worker(_arguments: argparse.Namespace) -> int:
    """Do the background work until a signal."""
    in_django(with_engines())
    from millstream.site import worker

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(worker.run())
    return 0


def run_media(_arguments: argparse.Namespace) -> int:
    """Become the media plane."""
    os.environ.update(config.load().media_env())
    return become(["-m", "millstream.media.plane"])


def run_sim(_arguments: argparse.Namespace) -> int:
    """Become the simulated outside world."""
    os.environ.update(config.load().sim_env())
    return become(["-m", "millstream_sim"])


def with_engines() -> config.Config:
    """The settings, once both engines have an address."""
    settings = config.load()
    if not settings.database_url or not settings.nats_url:
        raise CommandRefused(
            "No engines run on this folder. Start them with `millstream up`, or set DATABASE_URL and NATS_URL."
        )
    return settings


def become(words: list[str]) -> int:
    """Replace this process by our Python with these words."""
    os.execv(sys.executable, [sys.executable, *words])  # noqa: S606 - our own module, no shell is wanted
