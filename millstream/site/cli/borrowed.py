"""Engines for the length of one command: those that run already, or embedded ones started for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from millstream.site import config
from millstream.site.cli.supervisor.lock import FolderTaken, folder_lock
from millstream.site.cli.supervisor.town import clear_addresses
from millstream.site.config import Config, engines_file, write_private
from millstream.site.engines.nats import Nats
from millstream.site.engines.postgres import Postgres
from millstream.site.engines.running import running


@contextmanager
def borrowed_engines() -> Iterator[Config]:
    """The settings with both addresses known inside the block.

    When `up` runs on this folder its engines are used; else they are started, and stopped after the block.
    """
    settings = config.load()
    if settings.external_database and settings.external_nats:
        yield settings
        return
    with ExitStack() as held:
        try:
            held.enter_context(folder_lock(settings.var))
        except FolderTaken:
            yield config.load()
            return
        clear_addresses(settings.var)
        addresses = {}
        if not settings.external_database:
            postgres = Postgres(settings.var / "postgres", settings.run)
            held.enter_context(running(postgres, settings.logs / "postgres.log"))
            addresses["database_url"] = postgres.url()
        if not settings.external_nats:
            nats = Nats(settings.var / "nats", settings.run)
            held.enter_context(running(nats, settings.logs / "nats.log"))
            addresses["nats_url"] = nats.url
        write_private(engines_file(settings.var), json.dumps(addresses, indent=1) + "\n")
        held.callback(clear_addresses, settings.var)
        yield config.load()
