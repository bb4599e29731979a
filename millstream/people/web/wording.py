"""How the refusals of people are said."""

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING = {
    "people.bad_contact": Wording(
        _("“{typed}” is neither a phone number nor an e-mail address."),
        _("Type a number such as 138 0013 8000 or an address such as bo@example.com."),
        422,
    ),
    "people.bad_address": Wording(
        _("The address is not complete."), _("Give a name and where the parcel should go."), 422
    ),
    "people.slug_taken": Wording(_("Somebody already has this address."), _("Choose another one."), 409),
    "people.not_a_member": Wording(
        _("You do not work there."), _("Ask its owner to invite you, or choose another role."), 403
    ),
    "people.not_a_person": Wording(
        _("“{slug}” is not one person."),
        _("A household or a shop is not forgotten; each of its people can be. Give the contact of the person."),
        409,
    ),
    "people.person_gone": Wording(
        _("This person was forgotten; nothing can be done in their name any more."), _("Sign in anew."), 409
    ),
    "people.still_under_way": Wording("{what}", "{next}", 409),
    "people.last_operator": Wording(
        _("You are the only operator; nobody would be left to run this town."),
        _("Make somebody else an operator first."),
        409,
    ),
}
