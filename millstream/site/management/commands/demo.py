"""`millstream demo`: seed the invented county."""

from typing import Any

from django.core.management.base import BaseCommand

from millstream.kernel.clock import read_now
from millstream.site.demo.seeding import seed


class Command(BaseCommand):
    """Makes the county if it is not there, and sees that a show is live."""

    help = "seed the invented county of the demonstration (again changes nothing)"

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed."""
        seed(read_now(), self.stdout.write)
