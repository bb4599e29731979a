"""What people asks of contexts above them; `site` plugs the answers in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class ForgetPerson(Protocol):
    """Erases what another context keeps to reach a person, in the transaction that erases the person."""

    def __call__(self, actor: UUID, *, addresses: Sequence[str], visitors: Sequence[UUID], now: datetime) -> None:
        """`addresses` are the person's contacts in the clear, `visitors` its browsers: known here for the last time."""
        ...


def _nothing_kept(actor: UUID, *, addresses: Sequence[str], visitors: Sequence[UUID], now: datetime) -> None:
    return


@dataclass(slots=True)
class _Plugs:
    forget_person: ForgetPerson = _nothing_kept


PLUGS = _Plugs()


def plug_forget_person(forget: ForgetPerson) -> None:
    """Say who else keeps addresses of people."""
    PLUGS.forget_person = forget
