"""Which processes make up a town, how each is run, and what must be true before any of them starts."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

from millstream.site.cli.supervisor.child import Spec
from millstream.site.cli.supervisor.probes import accepts, answers_http, host_and_port
from millstream.site.config import Config, SettingRefused, engines_file, write_private
from millstream.site.engines.account import command_for
from millstream.site.engines.nats import Nats, greets
from millstream.site.engines.ports import is_busy
from millstream.site.engines.postgres import Postgres
from millstream.site.media_settings import PORT_STEP, media_port

WEB_WORKERS = 2
BACKLOG = 8192
DRAIN_SECONDS = 10
NATS_PORT = 4222


class Town:
    """The processes of one installation, in the order of their start."""

    STOP_ORDER = ("web", "room", "worker", "media", "sim", "prepare", "nats", "postgres")

    def __init__(self, config: Config) -> None:
        self.config = config
        self.postgres = Postgres(config.var / "postgres", config.run)
        self.nats = Nats(config.var / "nats", config.run)

    def refuse_busy_ports(self) -> None:
        """Refuse before anything starts, naming the setting of the port that somebody else holds."""
        for setting, port in self.public_ports().items():
            if is_busy(self.config.host, port):
                raise SettingRefused(
                    setting, f"port {port} on {self.config.host} is in use. Free it, or set {setting} to another port."
                )

    def refuse_silent_nats(self) -> None:
        """An outside NATS must answer, with JetStream."""
        if self.config.external_nats and self.config.nats_url:
            host, port = host_and_port(self.config.nats_url, NATS_PORT)
            if not greets(host, port):
                raise SettingRefused("NATS_URL", f"no NATS server with JetStream answers at {host}:{port}")

    def engines(self) -> list[Spec]:
        """The embedded engines; none where a URL is set."""
        found = []
        if not self.config.external_database:
            found.append(_engine(self.postgres, self.config, kills_group=False, stop_seconds=60))
        if not self.config.external_nats:
            found.append(_engine(self.nats, self.config, kills_group=True, stop_seconds=15))
        return found

    def announce_engines(self) -> None:
        """Write the engines' addresses for every other process of this folder, and take them over ourselves."""
        addresses = {}
        if not self.config.external_database:
            addresses["database_url"] = self.postgres.url()
        if not self.config.external_nats:
            addresses["nats_url"] = self.nats.url
        write_private(engines_file(self.config.var), json.dumps(addresses, indent=1) + "\n")
        self.config = replace(self.config, **addresses)  # type: ignore[arg-type] # both are text fields

    def preparation(self) -> Spec:
        """Check the database, migrate, and in demo mode seed the county."""
        words = ["prepare", "--demo"] if self.config.demo else ["prepare"]
        return self._ours("prepare", ["-m", "millstream", *words])

    def independent(self) -> list[Spec]:
        """Processes that need no database to start."""
        config, host = self.config, self.config.local_host
        media = [self._media(shard) for shard in range(config.media.processes)]
        sim = Spec(
            "sim",
            lambda: python(["-m", "millstream_sim"]),
            config.sim_env(),
            hides=("DATABASE_URL", "NATS_URL"),
            ready=lambda: answers_http(host, config.sim_port),
        )
        return [*media, sim] if config.demo else media

    def _media(self, shard: int) -> Spec:
        """One media process; the first keeps the plain name."""
        config, host = self.config, self.config.local_host
        http, rtmp = media_port(config.media_port, shard), config.rtmp_port + shard
        return Spec(
            "media" if shard == 0 else f"media-{shard}",
            lambda: python(["-m", "millstream.media.plane"]),
            config.media_env(shard),
            hides=("DATABASE_URL",),
            ready=lambda: answers_http(host, http) and accepts(host, rtmp),
        )

    def dependent(self) -> list[Spec]:
        """Processes that need the migrated database."""
        specs = [
            self._web("web", self.config.web_port, WEB_WORKERS),
            self._ours("worker", ["-m", "millstream", "worker"], stop_seconds=20),
        ]
        if self.config.room_apart:
            specs.append(self._room())
        return specs

    def _room(self) -> Spec:
        """The room server in a process of its own."""
        host, port = self.config.host, self.config.room_port
        words = ["-m", "millstream.live.room", "--host", host, "--port", str(port)]
        return replace(self._ours("room", words), ready=lambda: answers_http(self.config.local_host, port))

    def banner(self) -> str:
        """What a person wants to know when everything is up."""
        config = self.config
        lines = [
            "",
            f"  Millstream is up:  {config.public_origin}",
            f"  Publish video to:  rtmp://{config.local_host}:{config.rtmp_port}/live  (the host's key as stream key)",
        ]
        if config.demo:
            lines.append(f"  Simulated world:   http://{config.local_host}:{config.sim_port}  (payment, carrier)")
            lines.append(f"  Keys and sign-ins: {config.var / 'demo.json'}")
        lines += [f"  Logs:              {config.logs}", "  Stop:              Ctrl-C", " "]
        return "\n".join(lines)

    def public_ports(self) -> dict[str, int]:
        config = self.config
        ports = {
            "MILLSTREAM_WEB_PORT": config.web_port,
            "MILLSTREAM_MEDIA_PORT": config.media_port,
            "MILLSTREAM_RTMP_PORT": config.rtmp_port,
        }
        for shard in range(1, config.media.processes):
            ports[f"MILLSTREAM_MEDIA_PORT (+{PORT_STEP * shard})"] = media_port(config.media_port, shard)
            ports[f"MILLSTREAM_RTMP_PORT (+{shard})"] = config.rtmp_port + shard
        if config.demo:
            ports["MILLSTREAM_SIM_PORT"] = config.sim_port
        if config.room_apart:
            ports["MILLSTREAM_ROOM_PORT"] = config.room_port
        return ports

    def _web(self, name: str, port: int, workers: int) -> Spec:
        spec = self._ours(name, granian(self.config.host, port, workers), stop_seconds=DRAIN_SECONDS + 5.0)
        return replace(spec, ready=lambda: answers_http(self.config.local_host, port))

    def _ours(self, name: str, words: list[str], stop_seconds: float = 10.0) -> Spec:
        return Spec(name, lambda: python(words), self.config.children_env(), stop_seconds=stop_seconds)


def granian(host: str, port: int, workers: int) -> list[str]:
    """The web server's words after `python`."""
    return [
        *("-m", "granian", "--interface", "asgi", "--host", host, "--port", str(port), "--workers", str(workers)),
        *("--backlog", str(BACKLOG), "--backpressure", str(BACKLOG), "--loop", "uvloop", "--no-access-log"),
        # HTTP/1 alone: guessing between 1 and 2, granian would wait for ever for the first word of a silent connection.
        *("--http", "1"),
        *("--respawn-failed-workers", "--workers-kill-timeout", str(DRAIN_SECONDS), "--log-level", "warning"),
        "millstream.site.asgi:application",
    ]


def python(words: list[str]) -> list[str]:
    """Our Python with these words, dying with this process."""
    return command_for([sys.executable, *words])


def _engine(engine: Postgres | Nats, config: Config, *, kills_group: bool, stop_seconds: float) -> Spec:
    environment = engine.environment() if isinstance(engine, Nats) else {}
    return Spec(
        engine.name,
        engine.command,
        {"MILLSTREAM_VAR": str(config.var), **environment},
        prepare=engine.prepare,
        ready=engine.is_ready,
        stop_signal=signal.Signals[engine.stop_signal],
        stop_seconds=stop_seconds,
        kills_group=kills_group,
        quiet=True,
    )


def clear_addresses(var: Path) -> None:
    """After a stop nobody may believe the engines' addresses."""
    engines_file(var).unlink(missing_ok=True)
