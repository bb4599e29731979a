"""The plan of accounts, and the id that an account has before anybody opens it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from millstream.ledger.types import AccountId, AccountKey, Purpose

ASSET, LIABILITY, EXPENSE = "A", "L", "X"
UNGUARDED, BY_ACCOUNT, BY_SUBJECT = "none", "account", "subject"
CURRENCY_LETTERS: Final = 3
_NAMES: Final = UUID("7c1f3f0e-6a53-5d0c-9a57-2f4f6d6e1a01")


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """How accounts of a purpose behave.

    `guard` says where the balance may never fall below zero on its normal side: nowhere, in the account, or in
    the account for each subject (each order). `custodian` says who holds the money; empty when it is no money.
    """

    kind: str
    owned: bool
    guard: str
    custodian: str = ""


PLAN: Final[Mapping[Purpose, AccountPlan]] = {
    Purpose.GATEWAY: AccountPlan(ASSET, owned=False, guard=UNGUARDED, custodian="gateway"),
    Purpose.GATEWAY_FEE: AccountPlan(EXPENSE, owned=False, guard=UNGUARDED),
    Purpose.BANK: AccountPlan(ASSET, owned=False, guard=UNGUARDED, custodian="bank"),
    Purpose.ESCROW: AccountPlan(LIABILITY, owned=False, guard=BY_SUBJECT),
    Purpose.PAYABLE: AccountPlan(LIABILITY, owned=True, guard=BY_ACCOUNT),
    Purpose.CARRIAGE: AccountPlan(LIABILITY, owned=True, guard=UNGUARDED),
    Purpose.PAYOUT: AccountPlan(LIABILITY, owned=True, guard=BY_ACCOUNT),
    Purpose.UNALLOCATED: AccountPlan(LIABILITY, owned=False, guard=BY_SUBJECT),
    Purpose.DEBT: AccountPlan(ASSET, owned=True, guard=BY_ACCOUNT),
}


@lru_cache(maxsize=65_536)
def account_id(key: AccountKey) -> AccountId:
    """The id of the account for a purpose, owner and currency: the same in every process, so nobody looks it up."""
    return AccountId(uuid5(_NAMES, f"{key.purpose}:{key.owner or '-'}:{key.currency}"))


def normal_side(kind: str) -> int:
    """1 when accounts of this kind grow by debit (assets, expenses), -1 when they grow by credit."""
    return 1 if kind in (ASSET, EXPENSE) else -1


def fits_plan(key: AccountKey) -> bool:
    """Whether such an account may exist: a known purpose, owned if and only if the plan says so, a currency."""
    if key.purpose not in PLAN:
        return False
    currency = key.currency
    looks_right = len(currency) == CURRENCY_LETTERS and currency.isascii() and currency.isalpha() and currency.isupper()
    return looks_right and PLAN[Purpose(key.purpose)].owned == (key.owner is not None)
