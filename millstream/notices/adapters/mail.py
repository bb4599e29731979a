"""Mail by Django's mailer: one letter as text and as plain HTML, with the headers by which a reader ends it."""

import smtplib
from dataclasses import dataclass
from email.policy import default
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.template.loader import render_to_string
from django.utils.translation import override

from millstream.kernel.settings import conf
from millstream.notices.adapters.outcome import End, Outcome

PERMANENT: Final = 500
LONGEST_LINE: Final = 998


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address. `stop_url` is empty for a letter that nobody subscribed to, such as a confirmation."""

    id: str
    to: str
    language: str
    title: str
    text: str
    action: str
    url: str
    stop_url: str


class _WholeLines(EmailMultiAlternatives):
    """A message whose header lines are as long as SMTP lets them be (RFC 5322, 2.1.1).

    With the usual 78 letters a long address in `List-Unsubscribe` is wrapped as an encoded word, which mail programs do
    not read as an address: their button for ending the notices would be missing.
    """

    def message(self, *, policy: Any = default) -> Any:
        """The message for a mail server."""
        return super().message(policy=policy.clone(max_line_length=LONGEST_LINE))


def compose(letter: Letter) -> EmailMultiAlternatives:
    """The message, with a Message-ID that is always the same for the same letter."""
    headers = {
        "Message-ID": f"<{letter.id}@{urlsplit(conf().public_origin).hostname}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
    }
    if letter.stop_url:
        headers["List-Unsubscribe"] = f"<{letter.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with override(letter.language):
        text = render_to_string("notices/letter.txt", {"letter": letter})
        page = render_to_string("notices/letter.html", {"letter": letter, "language": letter.language})
    subject = " ".join(letter.title.split())
    message = _WholeLines(subject, text, settings.DEFAULT_FROM_EMAIL, [letter.to], headers=headers)
    message.attach_alternative(page, "text/html")
    return message


class Post:
    """A connection to the mailer for a batch of letters."""

    def __init__(self) -> None:
        self._mailer: Any = None

    def open(self) -> Outcome | None:
        """Connect when there is no connection; an outcome when that failed, and nothing was handed over."""
        if self._mailer is not None:
            return None
        mailer = mailers["default"]
        try:
            mailer.open()
        except (smtplib.SMTPException, OSError) as broken:
            return Outcome(End.LATER, f"no connection: {broken}"[:200])
        self._mailer = mailer
        return None

    def deliver(self, letter: Letter) -> Outcome:
        """Hand one letter over. A connection lost meanwhile leaves it open whether the letter went."""
        assert self._mailer is not None, "open first"
        try:
            self._mailer.send_messages([compose(letter)])
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            return self._answered(code, said)
        except smtplib.SMTPResponseException as refused:
            return self._answered(refused.smtp_code, refused.smtp_error)
        except (smtplib.SMTPException, OSError) as broken:
            self.close()
            return Outcome(End.UNSURE, f"the mail server went away: {broken}"[:200])
        return Outcome(End.SENT)

    def _answered(self, code: int, said: bytes | str) -> Outcome:
        """The server said no, so the letter did not go."""
        self.close()
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        return Outcome(End.REFUSED if code >= PERMANENT else End.LATER, f"{code} {text}"[:200])

    def close(self) -> None:
        """Hang up."""
        mailer, self._mailer = self._mailer, None
        if mailer is not None:
            mailer.close()
