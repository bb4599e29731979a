"""What the people context says no with."""

from millstream.kernel.refusals import Refusal


class BadContact(Refusal):
    """What was typed is neither a phone number nor an e-mail address; `typed` repeats it."""

    code = "people.bad_contact"


class BadAddress(Refusal):
    """An address lacks what a courier needs; `field` names it."""

    code = "people.bad_address"


class SlugTaken(Refusal):
    """Another actor has this public address."""

    code = "people.slug_taken"


class NotAMember(Refusal):
    """The user has no such role in this actor."""

    code = "people.not_a_member"
