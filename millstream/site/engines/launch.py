"""Become a child that dies with its parent, drop root if told to, then become the program.

Run by path with `python -I -S`, standard library only: `launch.py [--user UID:GID] [--reach] [--last-word SIGNAL]
PARENT_PID -- PROGRAM ARG...`. A launcher and not a `preexec_fn`: it is safe whatever threads the parent has.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_READ_SEARCH = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def main(argv: list[str]) -> None:
    """Parse, drop, tie to the parent, exec; never returns."""
    options, program = argv[: argv.index("--")], argv[argv.index("--") + 1 :]
    parent = int(options.pop())
    user, reach, last_word = None, False, signal.SIGTERM
    while options:
        option = options.pop(0)
        if option == "--user":
            user = [int(part) for part in options.pop(0).split(":")]
        elif option == "--last-word":
            last_word = signal.Signals[options.pop(0)]
        elif option == "--reach":
            reach = True
    if user is not None:
        drop_root(user[0], user[1], reach=reach)
    die_with(parent, last_word)
    os.execv(program[0], program)  # noqa: S606 - the program is ours, no shell is wanted


def die_with(parent: int, last_word: signal.Signals) -> None:
    """Ask the kernel for `last_word` when the parent dies. After the change of user, which forgets the wish."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(last_word), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("launch: the parent is already gone")


def drop_root(uid: int, gid: int, *, reach: bool) -> None:
    """Become `uid:gid`; with `reach`, keep one capability: to pass through folders closed to others."""
    libc = ctypes.CDLL(None, use_errno=True)
    if reach:
        # Keeps capabilities through setuid, and lets access(2), which PostgreSQL calls, count them.
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if reach and not any(keep(libc, capability) for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)):
        sys.exit("launch: this system does not let an ordinary user reach the folder")


def keep(libc: ctypes.CDLL, capability: int) -> bool:
    """Hold exactly one capability through exec (capset, then the ambient set of capabilities(7))."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
    bit = 1 << capability
    data = ctypes.create_string_buffer(struct.pack("=6I", bit, bit, bit, 0, 0, 0))
    if libc.capset(header, data) != 0:
        return False
    return bool(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0)


if __name__ == "__main__":
    main(sys.argv[1:])
