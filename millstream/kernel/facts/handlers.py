"""Hearing facts: each handler has a cursor, moved in the transaction of its effect, so it hears each fact once."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from millstream.kernel.clock import read_now
from millstream.kernel.facts.base import Fact, Heard, Hint, from_json

log = logging.getLogger(__name__)

BATCH = 200

type Hearer = Callable[[Heard[Any]], Iterable[Hint] | None]
type BatchHearer = Callable[[Sequence[Heard[Any]]], Iterable[Hint] | None]


@dataclass(frozen=True, slots=True)
class Handler:
    """One reaction to some kinds of facts, under a name that never changes."""

    name: str
    kinds: tuple[str, ...]
    react: BatchHearer
    module: str


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass of a handler did: how many facts it heard, what to tell, and whether it failed."""

    heard: int
    hints: tuple[Hint, ...] = ()
    failed: bool = False


HANDLERS: dict[str, Handler] = {}

_TAKE = """
SELECT placed.position, fact.id, fact.kind, fact.version, fact.at, fact.body
FROM fact_order AS placed JOIN fact ON fact.id = placed.fact_id
WHERE placed.position > %s AND fact.kind = ANY(%s)
ORDER BY placed.position LIMIT %s
"""


def hears[F: Fact](
    *facts: type[F], name: str
) -> Callable[
    [Callable[[Heard[F]], Iterable[Hint] | None]],
    Callable[[Heard[F]], Iterable[Hint] | None],
]:
    """Register a handler of these facts under a stable name; it runs in a transaction and may return hints."""

    def enlist(react: Callable[[Heard[F]], Iterable[Hint] | None]) -> Callable[[Heard[F]], Iterable[Hint] | None]:
        def one_by_one(batch: Sequence[Heard[Any]]) -> list[Hint]:
            return [hint for heard in batch for hint in react(heard) or ()]

        _enlist(name, facts, one_by_one, react.__module__)
        return react

    return enlist


def hears_batch[F: Fact](
    *facts: type[F], name: str
) -> Callable[
    [Callable[[Sequence[Heard[F]]], Iterable[Hint] | None]],
    Callable[[Sequence[Heard[F]]], Iterable[Hint] | None],
]:
    """Register a handler that hears up to `BATCH` facts at once, in their order, so that it can write them together.

    It is called with one fact or more. When a batch fails, it is called with one fact at a time.
    """

    def enlist(
        react: Callable[[Sequence[Heard[F]]], Iterable[Hint] | None],
    ) -> Callable[[Sequence[Heard[F]]], Iterable[Hint] | None]:
        _enlist(name, facts, react, react.__module__)
        return react

    return enlist


def _enlist(name: str, facts: Sequence[type[Fact]], react: BatchHearer, module: str) -> None:
    known = HANDLERS.get(name)
    assert known is None or known.module == module, f"two handlers named {name}"
    HANDLERS[name] = Handler(name, tuple(fact.kind for fact in facts), react, module)


def last_position() -> int:
    """The position of the newest placed fact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT position FROM fact_horizon WHERE only_one")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def run_handler(handler: Handler) -> Pass:
    """Let one handler hear its next facts: a batch in one transaction, or, when that fails, one fact.

    A handler that fails on a fact stays before it, says so on its cursor, and is tried again later: order per
    subject matters more than getting on. Another process that is at the same handler makes this pass empty.
    """
    try:
        return _hear(handler, BATCH)
    except Exception:
        log.exception("handler %s failed in a batch; it goes on one fact at a time", handler.name)
    try:
        return _hear(handler, 1)
    except Exception as error:
        log.exception("handler %s fails on one fact and waits", handler.name)
        _say_failing(handler.name, f"{type(error).__name__}: {error}"[:2000])
        return Pass(0, failed=True)


def _say_failing(name: str, failure: str) -> None:
    """Say it on the cursor; one that failed at its very first fact has none yet, for that was rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fact_cursor AS known (name, failing_since, failure) VALUES (%s, clock_timestamp(), %s)"
            " ON CONFLICT (name) DO UPDATE"
            " SET failing_since = coalesce(known.failing_since, EXCLUDED.failing_since), failure = EXCLUDED.failure",
            [name, failure],
        )


@transaction.atomic
def _hear(handler: Handler, limit: int) -> Pass:
    with connection.cursor() as cursor:
        row = _take_cursor(cursor, handler.name)
        if row is None:
            return Pass(0)
        cursor.execute("SELECT position FROM fact_horizon WHERE only_one")
        horizon = cursor.fetchone()
        cursor.execute(_TAKE, [row[0], list(handler.kinds), limit])
        found = cursor.fetchall()
        reached = found[-1][0] if found else (horizon[0] if horizon else 0)
        if reached == row[0]:
            return Pass(0)
        hints = _react(handler, found)
        cursor.execute(
            "UPDATE fact_cursor SET position = greatest(position, %s), moved_at = clock_timestamp(),"
            " failing_since = NULL, failure = '' WHERE name = %s",
            [reached, handler.name],
        )
    return Pass(len(found), tuple(hints))


def _take_cursor(cursor: CursorWrapper, name: str) -> tuple[int] | None:
    """Lock the handler's cursor, made on first use; None while another process has it."""
    take = "SELECT position FROM fact_cursor WHERE name = %s FOR UPDATE SKIP LOCKED"
    cursor.execute(take, [name])
    row: tuple[int] | None = cursor.fetchone()
    if row is None:
        cursor.execute("INSERT INTO fact_cursor (name) VALUES (%s) ON CONFLICT DO NOTHING RETURNING position", [name])
        row = cursor.fetchone()
    return row


def _react(handler: Handler, found: Sequence[tuple[Any, ...]]) -> list[Hint]:
    if not found:
        return []
    now = read_now()
    batch = []
    for position, fact_id, kind, version, at, body in found:
        told = json.loads(body) if isinstance(body, str) else body
        batch.append(Heard(position, fact_id, at, now, from_json(kind, version, told)))
    return list(handler.react(batch) or ())
