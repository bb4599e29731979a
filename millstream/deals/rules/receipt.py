"""The receipt of an auction: every bid in one chain, which anybody can compute again.

The hash of a step is SHA-256 over the JSON of [hash of the step before, number, time, name, price, leader, closing
time, extended, seal] without blanks. The first step follows on the hash of the terms. The seal of a bid is SHA-256 over
`<maximum in minor units>:<salt>`: only its bidder knows the salt, so the maximum was fixed and stays secret.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from millstream.deals.types import BidStep

TERMS: Final = (
    "auction",
    "currency",
    "start_minor",
    "opened_at",
    "first_closes_at",
    "extend_seconds",
    "most_extensions",
)
STEP: Final = ("number", "at", "name", "price_minor", "leader", "closes_at", "extended", "seal")


def moment(at: datetime) -> str:
    """A time as the chain has it: UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _hash(parts: Sequence[Any]) -> str:
    return sha256(json.dumps(list(parts), ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def terms_hash(terms: Mapping[str, Any]) -> str:
    """The hash that the first bid follows on."""
    return _hash([terms[name] for name in TERMS])


def seal_of(max_minor: int, salt: str) -> str:
    """What stands for a maximum in public."""
    return sha256(f"{max_minor}:{salt}".encode()).hexdigest()


def step_hash(before: str, step: Mapping[str, Any]) -> str:
    """The hash of a bid that follows on `before`."""
    return _hash([before, *(step[name] for name in STEP)])


def told_step(step: BidStep) -> dict[str, Any]:
    """A step as the receipt has it."""
    return {
        "number": step.number,
        "at": moment(step.at),
        "name": step.name,
        "price_minor": step.price_minor,
        "leader": step.leader,
        "closes_at": moment(step.closes_at),
        "extended": step.extended,
        "seal": step.seal,
        "hash": step.hash,
    }


def verify_receipt(receipt: Mapping[str, Any]) -> list[str]:
    """Every promise of a receipt that does not hold, as sentences; an empty list is the proof of its order.

    Numbers have no gap, times never go back, prices never fall, no bid came at or after the close that stood before
    it, a close moves only as far as the terms say and as often, and each hash follows on the one before.
    """
    terms, steps = receipt["terms"], receipt["bids"]
    wrong: list[str] = []
    before, price, extensions, leader = terms_hash(terms), terms["start_minor"], 0, ""
    extension = timedelta(seconds=terms["extend_seconds"])
    at, closes_at = _read(terms["opened_at"]), _read(terms["first_closes_at"])
    for place, step in enumerate(steps, start=1):
        here, closes_next = _read(step["at"]), _read(step["closes_at"])
        due = step["name"] != leader and here + extension > closes_at and extensions < terms["most_extensions"]
        extensions += closes_next != closes_at
        told = {
            "the number follows on": step["number"] == place,
            "time goes on": here >= at,
            "it came before the close": here < closes_at,
            "the price does not fall": step["price_minor"] >= price,
            "the close moves by the terms": closes_next == (here + extension if step["extended"] else closes_at),
            "a late bid of another gives time": step["extended"] == due,
            "extensions are bounded": extensions <= terms["most_extensions"],
            "the hash follows on": step["hash"] == step_hash(before, step),
        }
        wrong += [f"bid {place}: not so that {promise}" for promise, holds in told.items() if not holds]
        at, closes_at, price, before, leader = here, closes_next, step["price_minor"], step["hash"], step["leader"]
    if receipt["head"] != before:
        wrong.append("the head is not the hash of the last bid")
    return wrong


def _read(told: str) -> datetime:
    return datetime.fromisoformat(told)
