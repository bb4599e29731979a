"""Writing facts, in the transaction of the action that made them true."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from millstream.kernel.facts.base import Fact, to_json

# `unnest` keeps the order of its arrays, and nextval is drawn row by row, so ids follow the order of the batch.
_INSERT = """
INSERT INTO fact (kind, version, subject, at, body)
SELECT kind, version, subject, %s, body::jsonb
FROM unnest(%s::text[], %s::smallint[], %s::uuid[], %s::text[])
     WITH ORDINALITY AS told(kind, version, subject, body, place)
ORDER BY place
"""


def record(fact: Fact, *, now: datetime) -> None:
    """Write one fact; the caller must be in a transaction, whose commit makes it heard."""
    record_many((fact,), now=now)


def record_many(facts: Sequence[Fact], *, now: datetime) -> None:
    """Write facts in one statement, in their order; the caller must be in a transaction."""
    assert connection.in_atomic_block, "a fact is recorded in the transaction that did it"
    if not facts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                now,
                [fact.kind for fact in facts],
                [fact.version for fact in facts],
                [fact.subject for fact in facts],
                [json.dumps(to_json(fact), ensure_ascii=False) for fact in facts],
            ],
        )
