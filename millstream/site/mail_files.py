"""Mail of a town without a mail server: into files, and onto the console."""

import sys
from typing import Any

from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.core.mail.message import EmailMessage


class EmailBackend(FileBackend):
    """Writes each mail into a file of its own and onto the console, so that a code for sign-in can be read there."""

    def write_message(self, message: EmailMessage) -> None:
        """Write one mail."""
        super().write_message(message)
        told: Any = message.message()
        sys.stdout.write(f"mail to {', '.join(message.recipients())}: {told['Subject']}\n{message.body}\n")
        sys.stdout.flush()
