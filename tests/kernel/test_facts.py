"""Facts are recorded with what they tell of, and each is heard exactly once, in one order."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from millstream.kernel.clock import read_now
from millstream.kernel.facts import Fact, Heard, Hint, hears, record
from millstream.kernel.facts.handlers import HANDLERS, last_position, run_handler
from millstream.kernel.facts.recording import record_many
from millstream.kernel.facts.sequencer import place_facts
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class PotThrown(Fact):
    """A pot was thrown on the wheel (of these tests)."""

    kind: ClassVar[str] = "test.pot_thrown"
    version: ClassVar[int] = 2
    subject_field: ClassVar[str] = "pot"

    pot: UUID
    glaze: str | None
    sizes: tuple[tuple[str, int], ...] = ()

    @classmethod
    def upcast(cls, version: int, body: dict) -> dict:
        """Version 1 knew no glaze."""
        assert version == 1
        return {**body, "glaze": None}


heard_pots: list[Heard[PotThrown]] = []


def _listen(heard: Heard[PotThrown]) -> list[Hint]:
    if heard.fact.glaze == "poison":
        raise RuntimeError("this handler cannot hear it")
    heard_pots.append(heard)
    return [Hint("pots", {"pot": heard.fact.pot})]


@pytest.fixture(autouse=True)
def _only_our_handler() -> Iterator[None]:
    """Only the handler of these tests listens."""
    kept = dict(HANDLERS)
    HANDLERS.clear()
    heard_pots.clear()
    hears(PotThrown, name="test.listen")(_listen)
    yield
    HANDLERS.clear()
    HANDLERS.update(kept)


def _throw(glaze: str | None = None) -> PotThrown:
    fact = PotThrown(new_id(), glaze, (("rim", 12), ("foot", 7)))
    with transaction.atomic():
        record(fact, now=read_now())
    return fact


@pytest.mark.django_db(transaction=True)
def test_a_fact_is_heard_once_as_it_was_recorded() -> None:
    """What was recorded is what is heard, once, and the hints come out."""
    fact = _throw("celadon")
    hints = hear_all()
    hear_all()
    assert [heard.fact for heard in heard_pots] == [fact]
    assert [hint.payload for hint in hints] == [{"pot": fact.pot}]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_fact_never_happened() -> None:
    """A fact of a transaction that failed is not heard."""
    with transaction.atomic():
        record(PotThrown(new_id(), None), now=read_now())
        transaction.set_rollback(True)
    hear_all()
    assert heard_pots == []


@pytest.mark.django_db(transaction=True)
def test_facts_need_a_transaction() -> None:
    """Recording outside a transaction is our own mistake."""
    with pytest.raises(AssertionError):
        record(PotThrown(new_id(), None), now=read_now())


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_not_skipped(pg_cluster) -> None:
    """A fact recorded first but committed after a later one is placed all the same."""
    early = new_id()
    with psycopg.connect(pg_cluster.url(connection.settings_dict["NAME"])) as other:
        other.execute(
            "INSERT INTO fact (kind, version, subject, at, body) VALUES ('test.pot_thrown', 1, %s, now(), %s)",
            [early, f'{{"pot": "{early}", "sizes": []}}'],
        )
        late = _throw()
        place_facts()
        held_back = last_position()
        other.commit()
    hear_all()
    assert held_back == 0
    assert [heard.fact.pot for heard in heard_pots] == [early, late.pot]
    assert heard_pots[0].fact.glaze is None, "version 1 was read through upcast"


@pytest.mark.django_db(transaction=True)
def test_a_failing_handler_waits_and_hears_in_order() -> None:
    """A handler that fails stays before the fact it fails on, says so, and goes on when it can."""
    first, poison, last = _throw("celadon"), _throw("poison"), _throw("ash")
    place_facts()
    handler = HANDLERS["test.listen"]
    assert not run_handler(handler).failed  # the batch failed, one by one the first is heard
    assert run_handler(handler).failed
    with connection.cursor() as cursor:
        cursor.execute("SELECT failing_since IS NOT NULL, failure FROM fact_cursor WHERE name = 'test.listen'")
        failing, failure = cursor.fetchone()
        assert failing
        assert "cannot hear" in failure
    assert [heard.fact.pot for heard in heard_pots if heard.fact.pot != poison.pot][-1] == first.pot
    assert last.pot not in [heard.fact.pot for heard in heard_pots]


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_fails_on_its_very_first_fact_says_so() -> None:
    """Its cursor is made in the pass that is undone; the failure stands on one all the same, before the fact."""
    _throw("poison")
    place_facts()
    assert run_handler(HANDLERS["test.listen"]).failed
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, failing_since IS NOT NULL, failure FROM fact_cursor WHERE name = 'test.listen'"
        )
        assert cursor.fetchone() == (0, True, "RuntimeError: this handler cannot hear it")


@pytest.mark.django_db(transaction=True)
def test_two_hearers_at_once_hear_each_fact_once() -> None:
    """Two workers at the same handler share its facts without doubling one."""
    facts = [PotThrown(new_id(), None) for _ in range(300)]
    with transaction.atomic():
        record_many(facts, now=read_now())
    place_facts()

    def hear() -> None:
        for _ in range(20):
            run_handler(HANDLERS["test.listen"])
        connection.close()

    threads = [threading.Thread(target=hear) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [heard.fact.pot for heard in sorted(heard_pots, key=lambda heard: heard.position)] == [
        fact.pot for fact in facts
    ]


@pytest.mark.django_db(transaction=True)
def test_facts_are_immutable() -> None:
    """Neither a change nor a deletion of a recorded fact is possible."""
    fact = _throw()
    for statement in ("UPDATE fact SET kind = 'x' WHERE subject = %s", "DELETE FROM fact WHERE subject = %s"):
        with pytest.raises(DatabaseError, match="facts_are_immutable"), connection.cursor() as cursor:
            cursor.execute(statement, [fact.pot])
