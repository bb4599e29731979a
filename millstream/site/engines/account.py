"""Who runs an engine. PostgreSQL refuses root, so root lends it an ordinary account."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


class EngineRefused(Exception):
    """An engine cannot run here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """An ordinary system account, by number."""

    uid: int
    gid: int
    name: str


def account_for(folder: Path) -> Account | None:
    """The account that shall run PostgreSQL on `folder`: None for ourselves, else its owner, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for candidate in (_by_uid(folder.stat().st_uid), _by_name("nobody")):
        if candidate is not None and candidate.uid != 0:
            return candidate
    raise EngineRefused(
        "PostgreSQL does not run as root and this system has no account 'nobody'. "
        "Run millstream as an ordinary user, or set DATABASE_URL."
    )


def must_reach(account: Account | None, paths: Iterable[Path]) -> bool:
    """Whether the account needs help to pass through the folders above `paths`."""
    if account is None:
        return False
    return not all(_passes(account, folder) for path in paths for folder in path.resolve().parents)


def own(path: Path, account: Account | None) -> None:
    """Make a private folder that belongs to the account."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if account is not None:
        os.chown(path, account.uid, account.gid)


def command_for(
    program: list[str], *, account: Account | None = None, reach: bool = False, last_word: str = "SIGTERM"
) -> list[str]:
    """Wrap a program so that it runs as the account and hears `last_word` when this process dies."""
    options = ["--last-word", last_word]
    if account is not None:
        options += ["--user", f"{account.uid}:{account.gid}"]
    if reach:
        options.append("--reach")
    return [sys.executable, "-I", "-S", str(LAUNCHER), *options, str(os.getpid()), "--", *program]


def _passes(account: Account, folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _by_uid(uid: int) -> Account | None:
    try:
        found = pwd.getpwuid(uid)
    except KeyError:
        return None
    return Account(found.pw_uid, found.pw_gid, found.pw_name)


def _by_name(name: str) -> Account | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(found.pw_uid, found.pw_gid, found.pw_name)
