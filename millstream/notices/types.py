"""Ids and records of notices."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from millstream.kernel.texts import Text

LONGEST_TOPIC: Final = 30
LONGEST_NAME: Final = 60
LETTERS_A_DAY: Final = 3
MOST_ATTEMPTS: Final = 6
CLAIM_HOLDS_FOR: Final = timedelta(minutes=2)
FORGOTTEN_AFTER: Final = timedelta(days=90)


class Channel(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    PUSH = "push"


class AskState(StrEnum):
    """What became of a wish to be told: asked, agreed to, ended by its owner, or its address is dead."""

    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    STOPPED = "stopped"
    GONE = "gone"


class NoticeState(StrEnum):
    """Where a notice is: waiting, taken by a sender, in the carrier's hands, sent; or how it ended otherwise.

    `unsure`: the sender died, or lost the carrier, while the carrier had it. Such a mail is not sent a second time.
    """

    WAITING = "waiting"
    TAKEN = "taken"
    HANDED = "handed"
    SENT = "sent"
    UNSURE = "unsure"
    REFUSED = "refused"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice says, in the languages of the installation. `url` is a whole address."""

    title: Text
    text: Text
    action: Text
    url: str


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where a browser takes pushes: its service's address and its keys, as base64url, from `PushSubscription`."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to be told about a subject. `is_proved`: the asker has shown that the address is theirs."""

    topic: str
    subject: UUID
    address: str | PushAddress
    language: str
    visitor: UUID
    actor: UUID | None = None
    is_proved: bool = False

    @property
    def channel(self) -> Channel:
        """By what."""
        return Channel.PUSH if isinstance(self.address, PushAddress) else Channel.EMAIL


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who has a part in a subject and is told about it without asking: an address, and a language."""

    address: str
    language: str


@dataclass(frozen=True, slots=True)
class OccasionPlan:
    """Something to tell about a subject at a time; `name` tells its occasions apart. Not told after `useless_at`."""

    topic: str
    subject: UUID
    name: str
    due_at: datetime
    useless_at: datetime
    words: Words


@dataclass(frozen=True, slots=True)
class AskRecord:
    """A wish as its owner sees it; the address is masked."""

    id: UUID
    topic: str
    subject: UUID
    channel: Channel
    address: str
    state: AskState
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many notices of a subject ended how."""

    waiting: int
    sent: int
    failed: int
