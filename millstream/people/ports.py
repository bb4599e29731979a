"""What people asks of contexts above them; `site` plugs the answers in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from millstream.people.types import ActorRecord, PersonRecord, UnderWay


class ForgetPerson(Protocol):
    """Erases what other contexts keep of a person, in the transaction that erases the person."""

    def __call__(self, leaving: "Leaving", *, now: datetime) -> None:
        """What is in `leaving` is known here for the last time."""
        ...


class FindUnderWay(Protocol):
    """Finds what still needs a person: orders, parcels, shows, money, goods on sale."""

    def __call__(self, person: PersonRecord, *, now: datetime) -> Sequence[UnderWay]:
        """What keeps the person from being erased now, what presses most first; in the active language."""
        ...


class FindBrowsers(Protocol):
    """Finds the browsers in which actors bought while they were signed in."""

    def __call__(self, actors: Sequence[UUID]) -> set[UUID]:
        """The visitors."""
        ...


@dataclass(frozen=True, slots=True)
class Leaving:
    """A person who is being erased: its actors as they were, its browsers, its contacts in the clear."""

    actors: tuple[ActorRecord, ...]
    visitors: tuple[UUID, ...]
    addresses: tuple[str, ...]


def _nothing_kept(leaving: Leaving, *, now: datetime) -> None:
    return


def _nothing_under_way(person: PersonRecord, *, now: datetime) -> Sequence[UnderWay]:
    return ()


def _no_browsers(actors: Sequence[UUID]) -> set[UUID]:
    return set()


@dataclass(slots=True)
class _Plugs:
    forget_person: ForgetPerson = _nothing_kept
    under_way: FindUnderWay = _nothing_under_way
    browsers_of: FindBrowsers = _no_browsers


PLUGS = _Plugs()


def plug_forget_person(forget: ForgetPerson) -> None:
    """Say who else keeps something of people."""
    PLUGS.forget_person = forget


def plug_under_way(find: FindUnderWay) -> None:
    """Say what still needs a person."""
    PLUGS.under_way = find


def plug_browsers(find: FindBrowsers) -> None:
    """Say in which browsers actors bought."""
    PLUGS.browsers_of = find
