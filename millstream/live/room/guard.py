"""What keeps a room friendly, as one process knows it: rules of talk, words, who may not talk, what is closed."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Final

from millstream.live.room.admission import Entry
from millstream.live.room.bounds import CROWD_AT_ONCE, CROWD_LETTERS, CROWD_SECONDS, CROWD_SUGGEST_SECONDS
from millstream.live.room.words import WordFilter, has_link, is_emoji_only, plain, word_filter

STAFF: Final = frozenset({"host", "cohost", "moderator", "maker"})
MOST_PACED: Final = 10_000
MOST_CROWD: Final = 500


class TalkRefused(Exception):
    """A message is not taken; `code` is a refusal's code and `facts` fill its wording."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class TalkRules:
    """How a room talks: seconds between two messages of one, who may, emoji alone, or nobody at all."""

    slow_seconds: int = 0
    who: str = "all"
    emoji_only: bool = False
    off: bool = False

    def told(self) -> dict[str, object]:
        """The rules as the wire has them."""
        return {
            "slow_seconds": self.slow_seconds,
            "who": self.who,
            "emoji_only": self.emoji_only,
            "off": self.off,
        }


@dataclass(frozen=True, slots=True)
class GuardSeed:
    """What the rows say about a room's order. Times are epoch seconds; a ban without an end is infinite.

    `crew` says which actor has which role in the show; None when that is not known.
    """

    version: int = 0
    rules: TalkRules = field(default_factory=TalkRules)
    words: frozenset[str] = frozenset()
    mutes: Mapping[str, float] = field(default_factory=dict)
    banned_visitors: Mapping[str, float] = field(default_factory=dict)
    banned_actors: Mapping[str, float] = field(default_factory=dict)
    banned_networks: Mapping[str, float] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    sale_open: bool = True
    video_open: bool = True
    crew: Mapping[str, str] | None = None


class Guard:
    """Decides who may say what in one room; belongs to one event loop."""

    def __init__(self) -> None:
        self.seed = GuardSeed(version=-1)
        self.filter: WordFilter = word_filter(frozenset())
        self.mutes: dict[str, float] = {}
        self._said_at: dict[str, float] = {}
        self._crowd: deque[tuple[float, str, str, str]] = deque(maxlen=MOST_CROWD)
        self._suggested_at = -inf

    def take(self, seed: GuardSeed) -> None:
        """Take what the rows say now."""
        self.seed = seed
        self.mutes = dict(seed.mutes)
        self.filter = word_filter(seed.words)

    @property
    def rules(self) -> TalkRules:
        """The rules of talk now."""
        return self.seed.rules

    def banned_until(self, entry: Entry, now: float) -> float | None:
        """Until when (epoch seconds, maybe infinite) somebody is banned here; None for everybody else."""
        seed = self.seed
        ends = [
            seed.banned_visitors.get(str(entry.visitor)),
            seed.banned_actors.get(str(entry.actor)) if entry.actor else None,
            seed.banned_networks.get(entry.mark) if entry.role not in STAFF else None,
        ]
        lasting = [end for end in ends if end is not None and end > now]
        return max(lasting) if lasting else None

    def muted_until(self, visitor: str, now: float) -> float | None:
        """Until when (epoch seconds) the visitor may not talk; None when it may."""
        until = self.mutes.get(visitor)
        return until if until is not None and until > now else None

    def standing(self, entry: Entry, now: float) -> TalkRefused | None:
        """Why this viewer may not talk at all just now; None when it may."""
        until = self.banned_until(entry, now)
        if until is not None:
            return TalkRefused("live.banned")
        until = self.muted_until(str(entry.visitor), now)
        if until is not None:
            return TalkRefused("live.muted", minutes=ceil((until - now) / 60))
        if entry.role in STAFF:
            return None
        if self.rules.off:
            return TalkRefused("live.talk_off")
        if not _is_among(entry, self.rules.who):
            return TalkRefused(f"live.only_{self.rules.who}")
        return None

    def check(self, entry: Entry, text: str, at: float, now: float) -> None:
        """Refuse what this room does not take from this viewer; `at` is monotonic, `now` epoch seconds."""
        refused = self.standing(entry, now)
        if refused is not None:
            raise refused
        if entry.role in STAFF:
            return
        if self.rules.emoji_only and not is_emoji_only(text):
            raise TalkRefused("live.emoji_only")
        if has_link(text):
            raise TalkRefused("live.no_links")
        if self.filter.blocks(text):
            raise TalkRefused("live.blocked_words")
        if self._is_crowd(entry, text, at):
            raise TalkRefused("live.repeated")
        self._pace(str(entry.visitor), at)

    def _pace(self, visitor: str, at: float) -> None:
        """Slow mode: so many seconds between two messages of one visitor."""
        slow = self.rules.slow_seconds
        if not slow:
            return
        left = slow - (at - self._said_at.get(visitor, -inf))
        if left > 0:
            raise TalkRefused("live.slow_mode", retry_after=ceil(left), seconds=slow)
        self._said_at.pop(visitor, None)
        self._said_at[visitor] = at
        if len(self._said_at) > MOST_PACED:
            del self._said_at[next(iter(self._said_at))]

    def _is_crowd(self, entry: Entry, text: str, at: float) -> bool:
        """Whether several visitors of one network have just said the same; short greetings do not count."""
        while self._crowd and at - self._crowd[0][0] > CROWD_SECONDS:
            self._crowd.popleft()
        visitor, said = str(entry.visitor), _letters(text)
        others = {who for _, mark, who, words in self._crowd if mark == entry.mark and words == said}
        self.hear(entry.mark, visitor, text, at)
        if not entry.mark or len(said) < CROWD_LETTERS:
            return False
        return len(others - {visitor}) >= 2  # noqa: PLR2004 - the third of a kind

    def hear(self, mark: str, visitor: str, text: str, at: float) -> None:
        """Note what somebody of a network (by its mark) said, wherever it was taken; `at` is monotonic."""
        self._crowd.append((at, mark, visitor, _letters(text)))

    def suggests_slow_mode(self, at: float) -> bool:
        """Whether so much is said just now that somebody who keeps order should think of slow mode."""
        if self.rules.slow_seconds or at - self._suggested_at < CROWD_SUGGEST_SECONDS:
            return False
        lately = sum(1 for since, *_ in self._crowd if at - since < CROWD_SUGGEST_SECONDS / 6)
        if lately < CROWD_AT_ONCE:
            return False
        self._suggested_at = at
        return True


def _letters(text: str) -> str:
    return plain(text).replace(" ", "")


def _is_among(entry: Entry, who: str) -> bool:
    """Whether a viewer is one of those who may talk; somebody known better is always one of a wider circle."""
    match who:
        case "verified":
            return entry.verified
        case "followers":
            return entry.follower or entry.buyer
        case "buyers":
            return entry.buyer
        case _:
            return True
