"""Processes of this folder that outlived their supervisor: found by the marks in their environment, and stopped."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

FOLDER_MARK = "MILLSTREAM_VAR"
CHILD_MARK = "MILLSTREAM_CHILD"
SELF_STOP_SECONDS = 3.0  # most are already on their way down: the kernel told them
STOP_SECONDS = 5.0


def find_orphans(var: Path) -> list[psutil.Process]:
    """Children of an earlier supervisor of `var` that still run. Only the holder of the folder lock may ask."""
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in mine and _marked(process, var) and process.status() != psutil.STATUS_ZOMBIE
    ]


def stop_orphans(var: Path) -> list[str]:
    """Let orphans end by themselves, then ask, then insist; returns what was stopped, for the console."""
    found = find_orphans(var)
    names = sorted({f"{_name(process)} ({process.pid})" for process in found})
    _, alive = psutil.wait_procs(found, timeout=SELF_STOP_SECONDS)
    for process in alive:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(alive, timeout=STOP_SECONDS)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=STOP_SECONDS)
    return names


def _marked(process: psutil.Process, var: Path) -> bool:
    try:
        environment = process.environ()
    except (psutil.Error, OSError):
        return False
    return CHILD_MARK in environment and environment.get(FOLDER_MARK) == str(var)


def _name(process: psutil.Process) -> str:
    try:
        return process.environ().get(CHILD_MARK, "?")
    except psutil.Error:
        return "?"


def _quietly(action: object) -> None:
    """A process may end between look and deed."""
    assert callable(action)
    try:
        action()
    except psutil.NoSuchProcess:
        return
