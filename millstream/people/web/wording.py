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
}
