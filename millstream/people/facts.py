"""What people tells the world."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class PersonErased(Fact):
    """A person was forgotten. `person` is the account's id, or the actor's of a guest; ids are all that is told."""

    kind: ClassVar[str] = "people.person_erased"
    subject_field: ClassVar[str] = "person"

    person: UUID
    actors: tuple[UUID, ...]
