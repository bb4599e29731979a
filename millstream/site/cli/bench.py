"""`millstream bench [NAME ...]`: list the measuring programs of `bench/`, or run some."""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.up import Commands
from millstream.site.config import REPOSITORY

FOLDER = REPOSITORY / "bench"


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser("bench", help="list the measurements, or run some by name (`all` for each)")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.set_defaults(run=run, passes_on=True)


def run(arguments: argparse.Namespace) -> int:
    """Run the named programs one after the other; further words go to each of them."""
    programs = {path.stem: path for path in sorted(FOLDER.glob("[!_]*.py"))}
    if not arguments.names:
        for name, path in programs.items():
            print(f"{name:<12} {promise(path)}")
        print("Run one with `make bench ARGS=NAME` or `millstream bench NAME`, all with `all`.")
        return 0
    names = list(programs) if arguments.names == ["all"] else arguments.names
    unknown = [name for name in names if name not in programs]
    if unknown:
        raise CommandRefused(f"no such measurement: {', '.join(unknown)}; there are {', '.join(programs)}")
    codes = [subprocess.call([sys.executable, str(programs[name]), *arguments.rest], cwd=REPOSITORY) for name in names]
    return max(codes)


def promise(path: Path) -> str:
    """The first line of a program's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
