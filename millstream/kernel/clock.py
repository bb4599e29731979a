"""The one clock: PostgreSQL's, read once at the edge and handed in."""

from datetime import UTC, datetime

from django.db import connection


def read_now() -> datetime:
    """The database's present time in UTC (the statement's clock, so it moves inside a transaction too)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment.astimezone(UTC)
