"""The sequencer: gives every committed fact its place in the one order, skipping none that commits late."""

from django.db import connection, transaction

_LOCK = "SELECT pg_try_advisory_xact_lock(7238901, 1)"

# Every transaction below the snapshot's xmin has ended, and this snapshot sees all of what it wrote. So the facts
# between the horizon of the last pass and this one are complete, and all of them get their place in this pass.
# The snapshot is that of the whole server, so writers of its other databases hold the horizon back too. Leaving them
# out would lose facts: views of who writes where know no prepared transactions, are no part of any snapshot, and hide
# other roles' rows. `/healthz` tells when a fact waits for long.
# A pass that finds none writes nothing: the horizon may stay where it is.
_PLACE = """
WITH here AS MATERIALIZED (
    SELECT position, horizon, pg_snapshot_xmin(pg_current_snapshot()) AS reached FROM fact_horizon WHERE only_one
), placed AS (
    INSERT INTO fact_order (position, fact_id)
    SELECT here.position + row_number() OVER (ORDER BY fact.id), fact.id
    FROM fact, here
    WHERE fact.xid >= here.horizon AND fact.xid < here.reached
    RETURNING position
)
UPDATE fact_horizon
SET position = (SELECT max(position) FROM placed), horizon = here.reached
FROM here
WHERE fact_horizon.only_one AND EXISTS (SELECT FROM placed)
RETURNING (SELECT count(*) FROM placed)
"""


@transaction.atomic
def place_facts() -> int:
    """Place all facts whose transactions have ended; returns how many. One sequencer at a time, others do nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        locked = cursor.fetchone()
        if locked is None or not locked[0]:
            return 0
        cursor.execute(_PLACE)
        placed = cursor.fetchone()
    return int(placed[0]) if placed else 0
