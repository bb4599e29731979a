"""How `live` says no."""

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING = {
    "live.no_such_show": Wording(_("There is no show at this address."), _("See what is on and what comes next."), 404),
    "live.not_your_show": Wording(_("Only the host of a show can do this."), _("Act as its host, or go back."), 403),
    "live.show_over": Wording(_("This show is over."), _("Plan a new one in your studio."), 409),
    "live.show_not_live": Wording(
        _("The show is not on yet."), _("Start it first, then put a product on the table."), 409
    ),
    "live.host_is_live": Wording(
        _("“{title}” is still on."), _("End it first: a host can be live in one show at a time."), 409
    ),
    "live.starts_in_the_past": Wording(_("That time is over already."), _("Choose a time from now on."), 422),
    "live.not_in_rundown": Wording(
        _("This product is not in the rundown of the show."), _("Add it to the rundown first."), 409
    ),
    "live.already_in_rundown": Wording(_("This product is in the rundown already."), "", 409),
    "live.rundown_full": Wording(_("A rundown holds {most} products."), _("Take one out before you add another."), 409),
    "live.seller_has_not_agreed": Wording(
        _("The maker has not agreed yet that you sell for it."), _("Agree on a pact first, then add the product."), 403
    ),
    "live.not_for_sale": Wording(_("This product is not for sale now."), _("Choose another one."), 409),
    "live.too_fast": Wording(
        _("You are talking faster than the room can read."), _("Wait {retry_after} seconds."), 429
    ),
    "live.too_long": Wording(_("That is too long."), _("Say it in {most} characters."), 422),
    "live.repeated": Wording(_("You said this a moment ago."), _("Everybody has it already."), 409),
    "live.empty": Wording(_("There is nothing in the message."), _("Write something first."), 422),
    "live.muted": Wording(
        _("The host asked you to be silent for a while."), _("You can talk again in {minutes} minutes."), 403
    ),
    "live.talk_closed": Wording(_("The chat of this show is closed."), "", 409),
    "live.bad_message": Wording(_("The room did not understand that."), _("Reload the page."), 400),
    "live.no_such_message": Wording(_("This message is gone already."), "", 404),
}
