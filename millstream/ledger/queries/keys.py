"""Which keys stand already for another request."""

from collections.abc import Sequence

from django.db import connection

from millstream.ledger.rules.entries import request_hash
from millstream.ledger.types import EntryDraft

_STANDING = "SELECT key, request_hash FROM ledger_entry WHERE key = ANY(%s)"


def reused_keys(drafts: Sequence[EntryDraft]) -> frozenset[str]:
    """The keys of these drafts under which another request was posted: posting them would be refused."""
    asked = {draft.key: request_hash(draft) for draft in drafts}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(asked)])
        return frozenset(key for key, told in cursor.fetchall() if bytes(told) != asked[key])
