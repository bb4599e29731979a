"""The doctor's examinations: each looks at one thing and returns findings. None of them changes anything."""

from __future__ import annotations

import enum
import importlib.metadata
import platform
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from millstream.site.cli.books import other_currencies, said
from millstream.site.cli.supervisor.lock import holder
from millstream.site.cli.supervisor.orphans import find_orphans
from millstream.site.cli.supervisor.probes import host_and_port, parts_told
from millstream.site.cli.supervisor.town import NATS_PORT, Town
from millstream.site.config import CURRENCY_SETTING, REPOSITORY, Config
from millstream.site.engines.account import EngineRefused, account_for, must_reach
from millstream.site.engines.nats import binary as nats_binary
from millstream.site.engines.nats import greets
from millstream.site.engines.ports import is_busy
from millstream.site.engines.postgres import ROLE, binaries

FREE_DISK_BYTES = 2 * 2**30
FREE_MEMORY_BYTES = 2**30
FILES_WANTED = 8192
BACKLOG_WANTED = 4096
CLOCK_DRIFT_SECONDS = 2.0
OLDEST_SERVER = 160_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VERSIONS = ("django", "granian", "psycopg", "nats-py", "procrastinate", "av", "pyvrp")


class Health(enum.Enum):
    """How a thing is: well, lacking something that only some need, or so ill that a town cannot run."""

    WELL = "well"
    LACKING = "lacking"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, how it is, and what to do about it."""

    health: Health
    subject: str
    text: str
    advice: str = ""


def examine(settings: Config) -> list[Finding]:
    """Look at everything."""
    up = holder(settings.var)
    findings = [Finding(Health.WELL, "town", f"up, process {up}" if up else f"not up; folder {settings.var}")]
    for look in (versions, programs, secrets, disk, limits, proxies, money):
        findings.extend(look(settings))
    findings.extend(ports(settings, is_up=bool(up)))
    findings.extend(database(settings))
    findings.extend(nerve(settings))
    findings.extend(parts(settings) if up else left_behind(settings))
    return findings


def versions(_settings: Config) -> Iterator[Finding]:
    """Python and the packages that matter."""
    new_enough = sys.version_info >= (3, 12)
    yield Finding(
        Health.WELL if new_enough else Health.ILL,
        "python",
        f"{platform.python_version()} on {platform.system()} {platform.release()}",
        "" if new_enough else "Install Python 3.12 or newer.",
    )
    yield Finding(Health.WELL, "packages", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in VERSIONS))


def programs(_settings: Config) -> Iterator[Finding]:
    """What comes with wheels, and what only tests and operators use."""
    import imageio_ffmpeg

    yield Finding(Health.WELL, "ffmpeg", f"{imageio_ffmpeg.get_ffmpeg_version()} (in a wheel)")
    built = (REPOSITORY / "millstream" / "site" / "static" / "build" / "manifest.json").exists()
    yield Finding(
        Health.WELL if built else Health.ILL,
        "front end",
        "built" if built else "not built: pages have no styles",
        "" if built else "Run `python3 run.py setup`.",
    )
    browser = next((name for name in BROWSERS if shutil.which(name)), None)
    yield Finding(
        Health.WELL if browser else Health.LACKING,
        "chromium",
        f"{browser} found" if browser else "not found: only the browser tests need it",
        "" if browser else "`apt-get install chromium fonts-noto-cjk`",
    )
    yield fonts()


def fonts() -> Finding:
    """Chinese glyphs for screenshots and for the browser tests."""
    if shutil.which("fc-list"):
        found = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False).stdout
        if found.strip():
            return Finding(Health.WELL, "fonts", "Chinese glyphs found: " + found.splitlines()[0])
    return Finding(
        Health.LACKING, "fonts", "no Chinese font on this machine: only browser tests need one", "fonts-noto-cjk"
    )


def secrets(settings: Config) -> Iterator[Finding]:
    """Keys must be ours alone."""
    path = settings.var / "secrets.json"
    mode = stat.S_IMODE(path.stat().st_mode)
    private = mode & 0o077 == 0
    yield Finding(
        Health.WELL if private else Health.ILL,
        "secrets",
        f"{path}, mode {mode:o}",
        "" if private else f"Others can read the keys: `chmod 600 {path}`, and think of new ones.",
    )


def proxies(settings: Config) -> Iterator[Finding]:
    """Behind a proxy that nobody named, all viewers are one network, and its limits hold for all of them together."""
    named = " ".join(str(network) for network in settings.trusted_proxies)
    if not settings.public_origin.startswith("https://") and not named:
        return
    yield Finding(
        Health.WELL if named else Health.LACKING,
        "proxies",
        f"believed: {named}" if named else f"{settings.public_origin} is served by a proxy, and none is named",
        "" if named else "Set MILLSTREAM_TRUSTED_PROXIES to its address (docs/operate/install.md).",
    )


def disk(settings: Config) -> Iterator[Finding]:
    """Room to write, and memory."""
    free = shutil.disk_usage(settings.var).free
    roomy = free >= FREE_DISK_BYTES
    yield Finding(
        Health.WELL if roomy else Health.ILL,
        "disk",
        f"{free / 2**30:.1f} GB free at {settings.var}",
        "" if roomy else "Free some, or put var/ elsewhere with MILLSTREAM_VAR; a show records about 1 GB an hour.",
    )
    available = psutil.virtual_memory().available
    enough = available >= FREE_MEMORY_BYTES
    yield Finding(
        Health.WELL if enough else Health.LACKING,
        "memory",
        f"{available / 2**30:.1f} GB available",
        "" if enough else "A town wants about 1 GB.",
    )


def limits(_settings: Config) -> Iterator[Finding]:
    """How many sockets the system grants."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = hard == resource.RLIM_INFINITY or hard >= FILES_WANTED
    yield Finding(
        Health.WELL if enough else Health.LACKING,
        "open files",
        f"up to {hard}",
        "" if enough else f"Rooms with many viewers want {FILES_WANTED}: raise `ulimit -Hn` or LimitNOFILE.",
    )
    if sys.platform.startswith("linux"):
        backlog = int(Path("/proc/sys/net/core/somaxconn").read_text())
        yield Finding(
            Health.WELL if backlog >= BACKLOG_WANTED else Health.LACKING,
            "backlog",
            f"net.core.somaxconn is {backlog}",
            "" if backlog >= BACKLOG_WANTED else f"`sysctl -w net.core.somaxconn={BACKLOG_WANTED}` before a big show.",
        )


def ports(settings: Config, *, is_up: bool) -> Iterator[Finding]:
    """The public ports: ours when up, free when not."""
    for setting, port in Town(settings).public_ports().items():
        busy = is_busy(settings.host, port)
        if busy == is_up:
            yield Finding(Health.WELL, "port", f"{port} ({setting}) is {'ours' if busy else 'free'}")
        elif busy:
            yield Finding(Health.ILL, "port", f"{port} is in use", f"Free it, or set {setting} to another port.")
        else:
            yield Finding(
                Health.ILL, "port", f"{port} ({setting}) does not listen though the town is up", "See var/log/."
            )


def database(settings: Config) -> Iterator[Finding]:
    """PostgreSQL: there, new enough, migrated, and of one mind with us about the time."""
    if not settings.database_url:
        yield embedded_database(settings)
        return
    import psycopg

    try:
        with psycopg.connect(settings.database_url, connect_timeout=3) as connection:
            version = connection.info.server_version
            row = connection.execute(
                "SELECT extract(epoch FROM clock_timestamp() - %s)", [datetime.now(UTC)]
            ).fetchone()
            others = other_currencies(lambda sql, values: connection.execute(sql, values).fetchall(), settings.currency)
    except psycopg.Error as error:
        yield Finding(Health.ILL, "postgresql", f"does not answer: {error}", "Check DATABASE_URL, or `millstream up`.")
        return
    new = version >= OLDEST_SERVER
    advice = "" if new else "PostgreSQL 16 or newer is needed."
    yield Finding(Health.WELL if new else Health.ILL, "postgresql", f"{version // 10000}.{version % 10000}", advice)
    drift = abs(float(row[0])) if row else 0.0
    near = drift < CLOCK_DRIFT_SECONDS
    advice = "" if near else "Holds and auctions follow PostgreSQL's clock: set both machines' clocks by NTP."
    yield Finding(Health.WELL if near else Health.ILL, "clock", f"{drift:.3f} s from PostgreSQL's", advice)
    if others:
        yield Finding(Health.ILL, "currency", f"{CURRENCY_SETTING}: {said(others, settings.currency)}")


def money(settings: Config) -> Iterator[Finding]:
    """What the town sells in."""
    yield Finding(Health.WELL, "money", f"{settings.currency}, delivery {settings.delivery_minor} of its smallest unit")


def embedded_database(settings: Config) -> Finding:
    """Whether the embedded PostgreSQL could start here."""
    try:
        program = binaries() / "postgres"
        account = account_for(settings.var)
    except EngineRefused as refusal:
        return Finding(Health.ILL, "postgresql", str(refusal))
    who = f"as {account.name}" if account else "as you"
    if must_reach(account, (program, settings.var / "postgres")):
        who += ", with leave to pass through closed folders"
    text = f"embedded, starts with `millstream up` {who}; role {ROLE}"
    return Finding(Health.WELL, "postgresql", text)


def nerve(settings: Config) -> Iterator[Finding]:
    """NATS: there, with JetStream."""
    if not settings.nats_url:
        try:
            nats_binary()
        except EngineRefused as refusal:
            yield Finding(Health.ILL, "nats", str(refusal))
        else:
            yield Finding(Health.WELL, "nats", "embedded, starts with `millstream up`")
        return
    host, port = host_and_port(settings.nats_url, NATS_PORT)
    good = greets(host, port)
    yield Finding(
        Health.WELL if good else Health.ILL,
        "nats",
        f"{host}:{port} " + ("answers, JetStream is on" if good else "does not answer with JetStream"),
        "" if good else "Check NATS_URL and `jetstream {}` in the server's configuration.",
    )


def parts(settings: Config) -> Iterator[Finding]:
    """What the running town says of its own parts; only a note, for a part may just be starting."""
    told = parts_told(settings.local_host, settings.web_port)
    if told is None:
        yield Finding(
            Health.LACKING, "health", "the web process does not say how its parts are", "See var/log/web.log."
        )
        return
    ill = [(name, part) for name, part in told.items() if not part["ok"]]
    for name, part in ill:
        yield Finding(
            Health.LACKING, "health", f"{name}: {part['says']}", "docs/operate/alarms.md says what to do first."
        )
    if not ill:
        yield Finding(Health.WELL, "health", f"all parts are well: {', '.join(told)}")


def left_behind(settings: Config) -> Iterator[Finding]:
    """Processes of this folder without a supervisor."""
    for process in find_orphans(settings.var):
        advice = "The next `millstream up` stops it."
        yield Finding(Health.LACKING, "left behind", f"process {process.pid} of an earlier run", advice)
