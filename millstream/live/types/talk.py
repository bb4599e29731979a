"""Ids and records of talk: rules, followers, restraints, reports, the log, appeals, switches, captions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

TIMEOUT_MINUTES: Final = (1, 5, 10, 60)
SLOW_SECONDS: Final = (0, 3, 5, 10, 30, 60)
NETWORK_BAN_HOURS: Final = 24
MOST_BLOCKED_WORDS: Final = 500
LONGEST_WHY: Final = 300
LONGEST_APPEAL: Final = 500
MOST_APPEALS_OF_A_NETWORK: Final = 5
LONGEST_REPORT: Final = 300
LONGEST_CAPTION: Final = 200
MOST_CAPTIONS: Final = 5_000


class Talkers(StrEnum):
    """Who may talk in a room; its crew and its sellers always may."""

    ALL = "all"
    VERIFIED = "verified"
    FOLLOWERS = "followers"
    BUYERS = "buyers"


class ActKind(StrEnum):
    """What somebody did to keep order."""

    DELETE = "delete"
    TIMEOUT = "timeout"
    TIMEOUT_LIFTED = "timeout_lifted"
    BAN = "ban"
    UNBAN = "unban"
    RULES = "rules"
    WORDS = "words"
    SALE_CLOSED = "sale_closed"
    SALE_OPENED = "sale_opened"
    VIDEO_CLOSED = "video_closed"
    VIDEO_OPENED = "video_opened"
    DISMISSED = "dismissed"
    UPHELD = "upheld"
    APPEAL_GRANTED = "appeal_granted"
    APPEAL_REFUSED = "appeal_refused"
    SHOW_ENDED = "show_ended"


class Reason(StrEnum):
    """Why somebody reports a show, a product or a message."""

    SPAM = "spam"
    ABUSE = "abuse"
    FRAUD = "fraud"
    UNSAFE = "unsafe"
    OTHER = "other"


class ReportState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class AppealState(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


class SwitchKind(StrEnum):
    """What the operator can close: the counter, or the picture."""

    SALE = "sale"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class TalkRulesRecord:
    """How a room talks; `version` rises with everything that changes its order."""

    slow_seconds: int
    who: Talkers
    emoji_only: bool
    off: bool
    version: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a visitor may not talk in a room, until when (None: until lifted), and what became of an appeal.

    With `by_network` somebody else of its network was banned.
    """

    kind: ActKind
    why: str
    quoted: str
    since: datetime
    until: datetime | None
    act: UUID
    appeal: AppealState | None
    answer: str
    by_network: bool = False


@dataclass(frozen=True, slots=True)
class ActRecord:
    """One line of the log of moderation."""

    id: UUID
    kind: ActKind
    at: datetime
    show: UUID | None
    user: UUID | None
    actor: UUID | None
    role: str
    message: UUID | None
    quoted: str
    speaker: str
    why: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """Somebody finds that a show, a product (`show` None: on its own page) or a message does harm.

    With `operator_decides` the crew of the show does not decide about it.
    """

    id: UUID
    show: UUID | None
    variant: UUID | None
    message: UUID | None
    quoted: str
    speaker: str
    reason: Reason
    text: str
    at: datetime
    state: ReportState
    count: int
    operator_decides: bool


@dataclass(frozen=True, slots=True)
class AppealRecord:
    """Somebody asks to be heard again; `kind`, `quoted` and `why` say what it is about.

    With `by_network` it is not the banned, but somebody of the same network.
    """

    id: UUID
    show: UUID | None
    act: UUID
    kind: ActKind
    quoted: str
    speaker: str
    why: str
    text: str
    at: datetime
    state: AppealState
    by_network: bool = False


@dataclass(frozen=True, slots=True)
class BanRecord:
    """Somebody who may not talk: in all shows of a host, or (`host` None) anywhere."""

    id: UUID
    host: UUID | None
    speaker: str
    quoted: str
    why: str
    since: datetime
    until: datetime | None
    has_network: bool


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """A counter or picture that is closed: of a show, or (`show` None) everywhere."""

    kind: SwitchKind
    show: UUID | None
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class CaptionRecord:
    """What was said in a show, as text."""

    text: str
    at: datetime
