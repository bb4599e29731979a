"""The standing cast with money, and entries in one line."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries, set_payout_account
from millstream.ledger.types import AccountKey, BankDetails, EntryDraft, EntryPosted, PostingDraft, Purpose
from millstream.people.api import open_actor
from millstream.people.models import Actor
from millstream.people.types import ActorKind, ActorSpec

CNY = "CNY"
DAY = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ESCROW = AccountKey(Purpose.ESCROW, None, CNY)
GATEWAY = AccountKey(Purpose.GATEWAY, None, CNY)
FEE = AccountKey(Purpose.GATEWAY_FEE, None, CNY)
BANK = AccountKey(Purpose.BANK, None, CNY)
UNALLOCATED = AccountKey(Purpose.UNALLOCATED, None, CNY)


def actor(name: str, kind: ActorKind = ActorKind.PERSON) -> UUID:
    """Somebody of this name, opened now."""
    slug = f"{name.lower()}-{new_id().hex[-8:]}"
    return open_actor(ActorSpec(kind, {"en": name, "zh-hans": name}, slug))


def platform() -> UUID:
    """The platform's actor, as the settings name it."""
    known = settings.MILLSTREAM.platform_actor
    if not Actor.objects.filter(id=known).exists():
        open_actor(ActorSpec(ActorKind.ASSOCIATION, {"en": "Platform"}, f"platform-{known.hex[-6:]}", actor_id=known))
    return known


def payable(owner: UUID) -> AccountKey:
    """What is due to an actor."""
    return AccountKey(Purpose.PAYABLE, owner, CNY)


def debt(owner: UUID) -> AccountKey:
    """What an actor owes."""
    return AccountKey(Purpose.DEBT, owner, CNY)


def entry(
    sides: Mapping[AccountKey, int],
    *,
    key: str = "",
    kind: str = "capture",
    subject: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> EntryDraft:
    """A draft from accounts and amounts, debit positive."""
    entry_id = new_id()
    postings = tuple(PostingDraft(account, minor, subject, detail or {}) for account, minor in sides.items())
    return EntryDraft(entry_id, kind, key or f"test:{entry_id}", DAY, "test", subject or entry_id, postings)


def post(sides: Mapping[AccountKey, int], **rest: object) -> EntryPosted:
    """Post one entry from accounts and amounts."""
    return post_entries([entry(sides, **rest)], now=read_now())[0]  # type: ignore[arg-type]


def earn(owner: UUID, minor: int) -> UUID:
    """Let an order be captured and released to one actor; the order's id."""
    order = new_id()
    post({GATEWAY: minor, ESCROW: -minor}, subject=order)
    post({ESCROW: minor, payable(owner): -minor}, kind="release", subject=order, detail={"order": "7K3M-Q2P9-XW"})
    return order


def open_bank(owner: UUID, holder: str = "Amina Zhou", number: str = "6222 0000 1111 2222") -> UUID:
    """Give an actor bank details."""
    return set_payout_account(owner, BankDetails(holder, "County Rural Bank", number), now=read_now())
