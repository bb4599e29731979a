"""`millstream reconcile`: prove that money, stock and custody add up."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from millstream.site.reconcile import reconcile


class Command(BaseCommand):
    """Prints each promise with what differs; the exit code is 1 when anything does."""

    help = "prove that money, stock, splits, orders and custody add up"

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check every promise."""
        found = dict(reconcile())
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            for promise, lines in found.items():
                self.stdout.write(f"{'differs' if lines else 'holds  '}  {promise}")
                for line in lines:
                    self.stdout.write(f"         {line}")
        if any(found.values()):
            raise SystemExit(1)
