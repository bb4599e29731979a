"""What `live` says no with about who works on a show."""

from millstream.kernel.refusals import Refusal


class InvitationGone(Refusal):
    """The invitation was used, taken back or is too old."""

    code = "live.invitation_gone"


class AlreadyInCrew(Refusal):
    """This person works on the show already, or hosts it."""

    code = "live.already_in_crew"


class CrewFull(Refusal):
    """A crew has `most` people."""

    code = "live.crew_full"


class TooManyInvitations(Refusal):
    """A host has at most `most` open invitations."""

    code = "live.too_many_invitations"


class NotInCrew(Refusal):
    """This person does not work on the show."""

    code = "live.not_in_crew"
