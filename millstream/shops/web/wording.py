"""How shops say no."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final[Mapping[str, Wording]] = {
    "shops.sold_out": Wording(
        _("There are not enough left: {left}."), _("Take fewer, or come back when the maker has made more."), 409
    ),
    "shops.cap_reached": Wording(
        _("You have your share of this deal; you can have {left} more."),
        _("Take fewer, or buy at the usual price."),
        409,
    ),
    "shops.not_for_sale": Wording(
        _("This is not for sale now."), _("Look at what else the maker has on the shelf."), 409
    ),
    "shops.together": Wording(
        _("Something else in this order is not available, so nothing of it was taken."),
        _("Leave out what is missing and order again."),
        409,
    ),
    "shops.price_not_positive": Wording(
        _("A price must be more than zero."), _("Write what the buyer pays, such as 128.00."), 422
    ),
    "shops.foreign_currency": Wording(
        _("This shop sells in {wanted}, not in {given}."), _("Write the price in {wanted}."), 422
    ),
    "shops.quantity_not_positive": Wording(
        _("{quantity} is not a quantity."), _("Write a whole number above zero."), 422
    ),
    "shops.below_claims": Wording(
        _("{claimed} are held for buyers or set aside, so only {free} can be taken out."),
        _("Count again, or wait until the held ones are paid or free."),
        409,
    ),
    "shops.reason_missing": Wording(_("The reason is missing."), _("Write in a few words what happened."), 422),
    "shops.too_much_returned": Wording(
        _("{quantity} cannot come back: {sold} were sold and {returned} came back already."),
        _("Check the number against the order."),
        409,
    ),
    "shops.sku_taken": Wording(
        _("The SKU {sku} is already used in this shop."), _("Choose another SKU for the new variant."), 409
    ),
    "shops.slug_taken": Wording(_("Something else already has the address {slug}."), _("Choose another one."), 409),
    "shops.not_listable": Wording(
        _("The product is not ready to be listed."),
        _("It needs a title and at least one variant with a price."),
        409,
    ),
    "shops.not_a_photo": Wording(
        _("The file {name} is not a photo that we can read."), _("Choose a JPEG, PNG or WebP picture."), 422
    ),
    "shops.photo_too_large": Wording(
        _("The photo {name} is too large: the limit is {limit}."), _("Make it smaller and try again."), 422
    ),
    "shops.too_many_photos": Wording(
        _("A product has {limit} photos at most."), _("Remove one before you add another."), 409
    ),
    "shops.not_a_list": Wording(_("The file is not a list of products."), _("Start from the exported file."), 422),
    "shops.list_too_long": Wording(
        _("The list is too long: the limit is {limit}."), _("Cut it into several lists."), 422
    ),
    "shops.column_missing": Wording(
        _("The list has no column “{column}”."), _("The first line names the columns."), 422
    ),
    "shops.bad_cell": Wording(
        _("{why} is not what column {field} can hold."), _("Correct the cell and send the line again."), 422
    ),
    "shops.nothing_uploaded": Wording(_("No file was chosen."), _("Choose a file and try again."), 422),
}
