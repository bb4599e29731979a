"""`millstream erase-person`: forget somebody who asked for it, after saying what goes and what stays."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING
from uuid import UUID

from millstream.site.cli.database import engines_in_django
from millstream.site.cli.refusal import CommandRefused
from millstream.site.cli.up import Commands

if TYPE_CHECKING:
    from millstream.people.types import PersonRecord

GOES = (
    "name, picture, story and public address; contacts; addresses; reminders, letters and pushes on their way;"
    " follows; what was said in rooms and reports; the account with its sessions, passkeys and keys"
)
STAYS = (
    "orders, money and custody, without the name; bank details, sealed; bids under the"
    " name the room saw; what moderators noted; recordings of hosted shows; backups already written"
)


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "erase-person",
        help="forget a person: name, contacts, addresses, wishes, account; money and custody stay without the name",
        description="Exit code 2, with nothing changed, when nobody or more than one is meant, or something still needs"
        " the person (an order under way, a live show, money).",
    )
    parser.add_argument("who", help="a phone number, an e-mail address, or the id of an actor (or account)")
    parser.add_argument("--yes", action="store_true", help="do not ask once more")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Erase in this installation."""
    with engines_in_django():
        return erase(arguments.who, is_sure=arguments.yes)


def erase(who: str, *, is_sure: bool) -> int:
    """Find the person, say what will happen, ask, erase; 1 when the answer was no."""
    person = _find(who.strip())
    for line in _told(person):
        print(line)
    _refuse_what_cannot_be(person)
    if not is_sure and not _confirmed():
        print("Nothing was changed.")
        return 1
    _erase(person)
    print("Erased.")
    return 0


def _find(who: str) -> PersonRecord:
    from millstream.kernel.refusals import Refusal
    from millstream.kernel.wording import say
    from millstream.people import api

    try:
        actor_id = UUID(who)
    except ValueError:
        actor_id = None
    try:
        found = [_by_id(actor_id)] if actor_id else api.persons_with(who)
    except Refusal as refusal:
        if refusal.code == "people.person_gone":
            raise CommandRefused("no actor has this id, or it was erased before.") from None
        said = say(refusal)
        raise CommandRefused(f"{said.what} {said.next}") from None
    if not found:
        raise CommandRefused("nobody has given this contact. Look whether it is written as it was given.")
    if len(found) > 1:
        told = "\n".join(f"  {_id_of(person)}  {_line(person)}" for person in found)
        raise CommandRefused(f"{len(found)} persons have given this contact. Say which, by its id:\n{told}")
    return found[0]


def _by_id(some_id: UUID) -> PersonRecord:
    from millstream.people import api
    from millstream.people.refusals import PersonGone

    try:
        return api.person_of_actor(some_id)
    except PersonGone:
        return api.person_of_user(some_id)


def _id_of(person: PersonRecord) -> str:
    return str(person.actors[0].id if person.actors else person.user_id)


def _line(person: PersonRecord) -> str:
    from millstream.kernel.texts import localised

    names = ", ".join(localised(actor.name) for actor in person.actors) or "no name"
    kind = "an account" if person.user_id else "a guest"
    return f"{kind}: {names} ({', '.join(person.contacts) or 'no contact'})"


def _told(person: PersonRecord) -> list[str]:
    from millstream.kernel.texts import localised

    leaves = ", ".join(localised(body.name) for body in person.leaves)
    return [
        f"This is {_line(person)}.",
        f"Goes:  {GOES}.",
        *([f"Ends:  the work at {leaves}, which goes on."] if leaves else []),
        f"Stays: {STAYS}.",
    ]


def _refuse_what_cannot_be(person: PersonRecord) -> None:
    from millstream.kernel.clock import read_now
    from millstream.kernel.wording import say
    from millstream.people import api

    refusal = api.why_not_erase(person, now=read_now())
    if refusal is None:
        return
    things = refusal.facts.get("things") or [say(refusal)]
    told = "\n".join(f"  {thing.what} {thing.next}" for thing in things)  # type: ignore[attr-defined]
    raise CommandRefused(f"not yet, nothing was changed:\n{told}")


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise CommandRefused("nobody is there to be asked: say --yes.")
    return input("Nobody can bring it back. Erase? Type yes: ").strip().lower() == "yes"


def _erase(person: PersonRecord) -> None:
    from millstream.kernel.clock import read_now
    from millstream.kernel.refusals import Refusal
    from millstream.kernel.wording import say
    from millstream.people import api

    try:
        if person.user_id:
            api.erase_account(person.user_id, now=read_now())
        else:
            api.erase_person(person.actors[0].id, now=read_now())
    except Refusal as refusal:  # something began while we asked
        said = say(refusal)
        raise CommandRefused(f"not yet, nothing was changed: {said.what} {said.next}") from None
