"""The worker's ear: facts recorded by anybody are heard soon, and a look when nothing happened is cheap."""

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from millstream.kernel.clock import read_now
from millstream.kernel.facts import record
from millstream.kernel.facts.handlers import HANDLERS, hears
from millstream.kernel.ids import new_id
from millstream.pacts.facts import PactEnded
from millstream.site.worker import BACK_OFF_SECONDS, Ear


def _end_a_pact() -> None:
    now = read_now()
    with transaction.atomic():
        record(PactEnded(pact=new_id(), valid_to=now), now=now)


@pytest.mark.django_db(transaction=True)
def test_a_quiet_look_asks_little() -> None:
    """When nothing is new a look places nothing, wakes no handler and costs at most six statements."""
    ear = Ear()
    for _ in range(3):
        ear.look(0.0)
    with CaptureQueriesContext(connection) as asked:
        assert ear.look(1.0) == (0, [])
    assert len(asked) <= 6


@pytest.mark.django_db(transaction=True)
def test_a_failing_handler_rests_and_others_go_on() -> None:
    """A handler that fails is left alone for a while; another one hears the same fact at once."""
    heard = []
    kept = dict(HANDLERS)

    def fail(_: object) -> None:
        raise RuntimeError("not today")

    try:
        HANDLERS.clear()
        hears(PactEnded, name="test.fails")(fail)
        hears(PactEnded, name="test.hears")(lambda told: heard.append(told.position))
        ear = Ear()
        _end_a_pact()
        for moment in (0.0, 0.1, 0.2):
            ear.look(moment)
        assert len(heard) == 1
        tried = ear.look(BACK_OFF_SECONDS / 2)
        assert tried == (0, [])
        HANDLERS["test.fails"] = replace(HANDLERS["test.fails"], react=lambda _: ())
        ear.look(BACK_OFF_SECONDS + 1)
    finally:
        HANDLERS.clear()
        HANDLERS.update(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, failing_since FROM fact_cursor WHERE name = 'test.fails'")
        assert cursor.fetchone() == (1, None)
