"""What an entry must be before it is posted, and what makes two requests the same request."""

import json
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from millstream.ledger.rules.accounts import BY_SUBJECT, PLAN, fits_plan
from millstream.ledger.types import EntryDraft, PostingDraft, Purpose

LARGEST_MINOR: Final = 10**15
FEWEST_POSTINGS: Final = 2
MOST_POSTINGS: Final = 2_000
LONGEST_KEY: Final = 200


def unbalanced(postings: Sequence[PostingDraft]) -> dict[str, int]:
    """The currencies in which the postings do not sum to zero, with what is over."""
    sums: dict[str, int] = defaultdict(int)
    for posting in postings:
        sums[posting.account.currency] += posting.amount_minor
    return {currency: over for currency, over in sums.items() if over}


def mistake_in(draft: EntryDraft) -> str:
    """What is wrong with a draft, as a sentence for a programmer; empty when nothing is."""
    if not FEWEST_POSTINGS <= len(draft.postings) <= MOST_POSTINGS:
        return f"an entry has {FEWEST_POSTINGS} to {MOST_POSTINGS} postings, not {len(draft.postings)}"
    if not 0 < len(draft.key) <= LONGEST_KEY:
        return f"a key has 1 to {LONGEST_KEY} characters"
    for posting in draft.postings:
        if posting.amount_minor == 0 or abs(posting.amount_minor) > LARGEST_MINOR:
            return f"an amount is not zero and at most {LARGEST_MINOR}, not {posting.amount_minor}"
        if not fits_plan(posting.account):
            return f"the plan has no account like {posting.account}"
        if posting.subject is None and PLAN[Purpose(posting.account.purpose)].guard == BY_SUBJECT:
            return f"a posting to {posting.account.purpose} names its subject"
    if over := unbalanced(draft.postings):
        return f"the postings do not sum to zero: {over}"
    return ""


def request_hash(draft: EntryDraft) -> bytes:
    """32 bytes that are equal for the same request, whatever id and moment a retry gave it."""
    body = [
        draft.kind,
        draft.source_kind,
        str(draft.source_id),
        draft.memo,
        str(draft.reverses or ""),
        [_told(posting) for posting in draft.postings],
    ]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return sha256(text.encode()).digest()


def _told(posting: PostingDraft) -> list[object]:
    key = posting.account
    owner, subject = str(key.owner or ""), str(posting.subject or "")
    return [key.purpose, owner, key.currency, posting.amount_minor, subject, dict(posting.detail)]


def cover(wanted_minor: int, due_minor: int) -> tuple[int, int]:
    """Split what is taken back into what is due to the actor and what they then owe; both at least zero."""
    assert wanted_minor >= 0
    from_due = min(wanted_minor, max(due_minor, 0))
    return from_due, wanted_minor - from_due
