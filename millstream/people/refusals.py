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


class NotAPerson(Refusal):
    """Only persons are erased; `slug` names what is none, or belongs to several."""

    code = "people.not_a_person"


class PersonGone(Refusal):
    """Whoever was meant has been erased."""

    code = "people.person_gone"


class StillUnderWay(Refusal):
    """Something still needs the person: `what` and `next` are of the first of `things`."""

    code = "people.still_under_way"


class LastOperator(Refusal):
    """Nobody would be left to run the installation."""

    code = "people.last_operator"
