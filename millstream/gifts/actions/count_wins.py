"""Count how often people win in a show, never past the limit."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

_COUNT = """
INSERT INTO gifts_wins (show, buyer_key, wins)
SELECT %s, key, 1 FROM unnest(%s::bytea[]) AS told(key) ORDER BY key
ON CONFLICT (show, buyer_key) DO UPDATE SET wins = gifts_wins.wins + 1 WHERE gifts_wins.wins < %s
RETURNING buyer_key
"""


def add_wins(show: UUID, keys: Sequence[bytes], *, most: int) -> frozenset[bytes]:
    """One more win for each of these people (each once); returns those who were still below `most`.

    The rows are locked in key order by the statement; two gifts of a show cannot let one person past the limit.
    """
    assert len(set(keys)) == len(keys)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [show, list(keys), most])
        return frozenset(bytes(row[0]) for row in cursor.fetchall())
