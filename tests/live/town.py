"""The standing cast around one show: Dao hosts, Amina makes, Femi is a stranger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import get_resolver

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.live.api import add_to_rundown, plan_show, set_talk_rules, start_show
from millstream.live.types import OPERATOR, ShowPlan, ShowRecord
from millstream.live.types.talk import Talkers, TalkRulesRecord
from millstream.pacts.api import agree_pact
from millstream.pacts.types import PactSpec, Part
from millstream.people.api import open_actor
from millstream.people.types import ActorId, ActorKind, ActorSpec
from tests.shops.counter import Counter, make_counter

# Addresses are read now: whoever asks for the first one inside a transaction imports every page in it.
_ADDRESSES = get_resolver().url_patterns


@dataclass(frozen=True, slots=True)
class Town:
    """A planned show with one product in its rundown and ten of it on the shelf."""

    dao: UUID
    counter: Counter
    show: ShowRecord
    now: datetime

    def start(self) -> ShowRecord:
        """Open the doors."""
        return start_show(self.show.id, host=self.dao, now=self.now)

    def another_product(self) -> UUID:
        """One more product in the rundown."""
        variant = self.counter.another_variant()
        self.counter.stock(3, variant)
        add_to_rundown(self.show.id, variant, host=self.dao, now=self.now)
        return variant


def make_host(name: str = "Dao", chinese: str = "阿道") -> ActorId:
    """Somebody who hosts."""
    slug = f"{name.lower()}-{new_id().hex[-10:]}"
    return open_actor(ActorSpec(kind=ActorKind.PERSON, name=both(name, chinese), slug=slug))


def agree(host: UUID, seller: UUID | None, now: datetime) -> None:
    """The seller (every seller: None) agrees that this host sells for it."""
    spec = PactSpec(part=Part.HOST, permille=200, beneficiary=host, seller=seller, host=host)
    agree_pact(spec, now=now)


def make_show(host: UUID, now: datetime, hours: float = 0) -> ShowRecord:
    """A planned show."""
    plan = ShowPlan(
        host=host,
        title=both("Spring kiln", "春窑"),
        story=both("We open the kiln together.", "一起开窑。"),
        starts_at=now + timedelta(hours=hours),
    )
    return plan_show(plan, now=now)


def let_everybody_talk(now: datetime) -> None:
    """The operator lets guests talk, as a demonstration does by itself."""
    set_talk_rules(None, TalkRulesRecord(0, Talkers.ALL, emoji_only=False, off=False), by=OPERATOR, now=now)


def make_town() -> Town:
    """Build it all."""
    now = read_now()
    let_everybody_talk(now)
    counter = make_counter()
    counter.stock(10)
    dao = make_host()
    agree(dao, counter.amina, now)
    show = make_show(dao, now)
    add_to_rundown(show.id, counter.variant, host=dao, now=now)
    return Town(dao, counter, show, now)
