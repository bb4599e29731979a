"""`millstream manage found`: found a town of one's own, in the place of the demonstration's."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from millstream.kernel.clock import read_now
from millstream.kernel.refusals import NotFound
from millstream.kernel.settings import conf
from millstream.kernel.texts import both
from millstream.pacts.api import agree_pact
from millstream.pacts.types import PactSpec, Part
from millstream.people.api import actor, join_actor, normalise_contact, open_actor, open_user
from millstream.people.refusals import BadContact
from millstream.people.types import ActorKind, ActorSpec, ContactKind, Role


class Command(BaseCommand):
    """Opens the platform's actor, its operator, and the two pacts that every sale needs."""

    help = "found a town: the platform, its operator, its part and the hosts' part of every sale"

    def add_arguments(self, parser: CommandParser) -> None:
        """The names, the operator, the permilles."""
        parser.add_argument("--name", required=True, help="the town's name in English")
        parser.add_argument("--name-zh", default="", help="the town's name in Chinese; the English one when left out")
        parser.add_argument("--operator", required=True, help="the operator's e-mail address or phone number")
        parser.add_argument(
            "--platform-permille", type=int, default=50, help="the platform's part of goods (default 50)"
        )
        parser.add_argument("--host-permille", type=int, default=200, help="the part of whoever hosts (default 200)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Found the town once; refuses a second founding."""
        try:
            actor(conf().platform_actor)
        except NotFound:
            self._found(options)
            return
        raise CommandError("This town is founded already: its platform exists. Nothing was changed.")

    @transaction.atomic
    def _found(self, options: dict[str, Any]) -> None:
        try:
            kind, contact = normalise_contact(options["operator"])
        except BadContact:
            raise CommandError("--operator: give an e-mail address or a phone number.") from None
        now = read_now()
        name = both(options["name"], options["name_zh"] or options["name"])
        spec = ActorSpec(ActorKind.ASSOCIATION, name, "town", actor_id=conf().platform_actor)
        platform = open_actor(spec)
        given = {"phone": contact} if kind is ContactKind.PHONE else {"email": contact}
        user = open_user(email=given.get("email"), phone=given.get("phone"), name="", is_operator=True)
        join_actor(user.id, platform, Role.STAFF)
        agree_pact(PactSpec(Part.PLATFORM, options["platform_permille"], platform), now=now)
        agree_pact(PactSpec(Part.HOST, options["host_permille"], None), now=now)
        self.stdout.write(
            f"{options['name']} is founded. Sign in as {contact} at {conf().public_origin}/accounts/login/"
        )
