"""`millstream doctor`: look at everything a town stands on and say what to do about what is wrong."""

from __future__ import annotations

import sys

from millstream.site import config
from millstream.site.cli import examinations
from millstream.site.cli.examinations import Finding, Health
from millstream.site.cli.up import Commands

MARKS = {Health.WELL: "ok  ", Health.LACKING: "note", Health.ILL: "BAD "}
COLOURS = {Health.WELL: 32, Health.LACKING: 33, Health.ILL: 31}


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "doctor",
        help="check engines, ports, secrets, clock, disk, versions and programs; say what to do",
        description="Exit code 0 when a town can run here, 1 when something must be put right first.",
    )
    parser.set_defaults(run=run)


def run(_arguments: object) -> int:
    """Print every finding; 1 when one of them is bad."""
    findings = examinations.examine(config.load())
    for finding in findings:
        print(line(finding))
    bad = sum(finding.health is Health.ILL for finding in findings)
    print(f"{bad} to put right." if bad else "A town can run here.")
    return 1 if bad else 0


def line(finding: Finding) -> str:
    """One finding in one or two lines."""
    mark = MARKS[finding.health]
    if sys.stdout.isatty():
        mark = f"\x1b[{COLOURS[finding.health]}m{mark}\x1b[0m"
    text = f"{mark} {finding.subject:<12} {finding.text}"
    return f"{text}\n     {'':<12} -> {finding.advice}" if finding.advice else text
