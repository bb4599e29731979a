"""Lists reach PostgreSQL as they are, whatever stands in them."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.array import ListDumper

from millstream.kernel.ids import new_id
from millstream.orders.till.quick_lists import QuickLists

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=5)


def sent(values: list[Any], kind: str) -> list[Any]:
    """What PostgreSQL gives back for a list that was sent as an array of a kind."""
    connection.ensure_connection()
    raw: Any = connection.connection
    with psycopg.Cursor(raw) as cursor:
        cursor.adapters.register_dumper(list, QuickLists)
        cursor.execute(f"SELECT %s::{kind}[]", [values])
        row = cursor.fetchone()
    assert row is not None
    told: list[Any] = row[0]
    return told


@pytest.mark.django_db
@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_texts_come_back_as_they_were(texts: list[str | None]) -> None:
    """Quotes, backslashes, commas, braces, NULL as a word, blanks and emptiness are only text."""
    assert sent(texts, "text") == texts


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([new_id(), None, new_id()], "uuid"),
        ([0, -5, 2**40, None], "bigint"),
        ([True, False, None], "boolean"),
        ([b"", b"\\x00", bytes(range(256)), None], "bytea"),
        (["null", "NULL", "", "{}", '"', "\\", "a,b", " c ", "茶碗\n"], "text"),
        ([None, None], "uuid"),
        ([], "text"),
    ],
)
def test_lists_come_back_as_they_were(values: list[Any], kind: str) -> None:
    """Ids, numbers, truth, bytes and nothing at all."""
    assert sent(values, kind) == values


def test_a_kind_that_is_not_known_goes_the_usual_way() -> None:
    """Nested lists are psycopg's."""
    assert QuickLists(list).dump([["a"], ["b c"]]) == ListDumper(list).dump([["a"], ["b c"]])
