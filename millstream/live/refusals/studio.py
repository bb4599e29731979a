"""What the studio says no with."""

from millstream.kernel.refusals import Refusal


class DirectedElsewhere(Refusal):
    """Another device directs this show."""

    code = "live.directed_elsewhere"


class FilmedElsewhere(Refusal):
    """Another device films this show."""

    code = "live.filmed_elsewhere"


class PriceIsTheSellers(Refusal):
    """The list price belongs to the seller; a host changes it only of own goods, or to correct a quick listing."""

    code = "live.price_is_the_sellers"


class PriceBelowFloor(Refusal):
    """The price is under the floor price that the seller agreed on (`floor`)."""

    code = "live.price_below_floor"


class HouseholdObjects(Refusal):
    """The household has said that this host lists nothing in its name."""

    code = "live.household_objects"


class QuickKeyMissing(Refusal):
    """The form came without the mark that keeps it from being listed twice."""

    code = "live.quick_key_missing"
