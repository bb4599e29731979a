"""What shops say no with."""

from millstream.kernel.refusals import Refusal


class SoldOut(Refusal):
    """Fewer units are free than asked for (`left`)."""

    code = "shops.sold_out"


class CapReached(Refusal):
    """A buyer may not have more of a pool (`left` under the cap)."""

    code = "shops.cap_reached"


class NotForSale(Refusal):
    """No such variant, not listed, its shop or its pool closed."""

    code = "shops.not_for_sale"


class OnlyTogether(Refusal):
    """This fits, but something else of the same order does not."""

    code = "shops.together"


class PriceNotPositive(Refusal):
    """A price is zero or below, or above what a price can be (`typed`)."""

    code = "shops.price_not_positive"


class ForeignCurrency(Refusal):
    """A price is in another currency than the shop's (`given`, `wanted`)."""

    code = "shops.foreign_currency"


class QuantityNotPositive(Refusal):
    """A quantity to receive, damage or return is zero or below, or beyond reason (`quantity`)."""

    code = "shops.quantity_not_positive"


class BelowClaims(Refusal):
    """Stock cannot go below what is held for buyers and set aside (`claimed`)."""

    code = "shops.below_claims"


class ReasonMissing(Refusal):
    """A correction or a loss needs a reason."""

    code = "shops.reason_missing"


class TooMuchReturned(Refusal):
    """More would come back of a hold than was sold (`sold`, `returned`)."""

    code = "shops.too_much_returned"


class SkuTaken(Refusal):
    """The shop has this SKU already (`sku`)."""

    code = "shops.sku_taken"


class SlugTaken(Refusal):
    """Something else has this address already (`slug`)."""

    code = "shops.slug_taken"


class NotListable(Refusal):
    """A product without a title or without a variant cannot be listed (`missing`)."""

    code = "shops.not_listable"


class NotAPhoto(Refusal):
    """The file is no picture that can be read (`name`)."""

    code = "shops.not_a_photo"


class PhotoTooLarge(Refusal):
    """The file has too many bytes or the picture too many pixels (`limit`)."""

    code = "shops.photo_too_large"


class TooManyPhotos(Refusal):
    """A product has as many photos as it can (`limit`)."""

    code = "shops.too_many_photos"


class NotAList(Refusal):
    """A file is no list of products that can be read."""

    code = "shops.not_a_list"


class ListTooLong(Refusal):
    """A list has too many bytes or lines (`limit`)."""

    code = "shops.list_too_long"


class ColumnMissing(Refusal):
    """A list lacks a column that it needs (`column`)."""

    code = "shops.column_missing"


class BadCell(Refusal):
    """A cell of an imported line holds what its column cannot (`field`, `why`)."""

    code = "shops.bad_cell"


class NothingUploaded(Refusal):
    """A form came without its file."""

    code = "shops.nothing_uploaded"
