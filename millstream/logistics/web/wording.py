"""The words in which logistics says no."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final[dict[str, Wording]] = {
    "logistics.unknown_label": Wording(
        _("“{label}” is not a parcel or bag of ours."),
        _("Scan again, or type the code printed under the bars. If it stays unknown, put it aside."),
        404,
    ),
    "logistics.not_yours": Wording(
        _("{label} is not with you, so you cannot do this with it."),
        _("Check where it is now, or ask the centre."),
        403,
    ),
    "logistics.not_packed": Wording(
        _("The maker has not marked {label} as packed."),
        _("Ask the maker to press “Packed”, then scan again."),
    ),
    "logistics.cancelled": Wording(
        _("The order of {label} was called off; it goes nowhere."),
        _("Give it back to the maker."),
    ),
    "logistics.double_custody": Wording(
        _("Another station already has {label}."),
        _("Put this one aside: the label may be a copy. The centre has been told."),
    ),
    "logistics.already_gone": Wording(
        _("{label} is already further on its way."),
        _("Nothing was changed. Look at its timeline."),
    ),
    "logistics.wrong_state": Wording(
        _("This step does not fit where {label} stands now."),
        _("Look at it again; someone may have done this already."),
    ),
    "logistics.custody_moved": Wording(
        _("Someone else moved this in the same moment."),
        _("Nothing was done twice. Look again and go on from there."),
    ),
    "logistics.bag_not_open": Wording(
        _("Bag {label} is not open."),
        _("Only an open bag takes or gives parcels. Open a new bag."),
    ),
    "logistics.bag_empty": Wording(
        _("Bag {label} is empty."),
        _("Put at least one parcel in before sealing it."),
    ),
    "logistics.bag_unsealed": Wording(
        _("Bag {label} is not sealed."),
        _("Seal it, or take the parcels out, before it rides."),
    ),
    "logistics.bad_seal": Wording(
        _("A seal number has between 1 and {longest} characters."),
        _("Type or scan the number on the seal."),
        422,
    ),
    "logistics.seal_taken": Wording(
        _("Seal number {seal} has been used before."),
        _("Take a new seal; every number is used once."),
        422,
    ),
    "logistics.in_bag": Wording(
        _("{label} lies in bag {bag} and moves with it."),
        _("Scan the bag, or open it first."),
    ),
    "logistics.nothing_to_hand_over": Wording(
        _("There is nothing here to hand over."),
        _("Take parcels in first."),
    ),
    "logistics.already_offered": Wording(
        _("Something in this list is already in another handover."),
        _("Finish that handover, or take its offer back."),
    ),
    "logistics.already_accepted": Wording(
        _("This handover was accepted before: {ok} fine, {missing} missing, {extra} too many, {damaged} damaged."),
        _("Nothing was done again."),
    ),
    "logistics.handover_withdrawn": Wording(
        _("This offer was taken back."),
        _("Ask for a new one."),
    ),
    "logistics.wrong_code": Wording(
        _("That is not the other side's code. {left} tries left."),
        _("Ask them to read it from their screen."),
        403,
    ),
    "logistics.pickup_locked": Wording(
        _("The pick-up code of {label} was wrong too often."),
        _("Keep the parcel. Try again in {minutes} minutes, with the code on the buyer's order page."),
        403,
    ),
    "logistics.wrong_pickup_code": Wording(
        _("That is not the pick-up code of {label}."),
        _("Ask for the code on the buyer's order page. Without it, keep the parcel."),
        403,
    ),
    "logistics.code_locked": Wording(
        _("Too many wrong codes."),
        _("The other side must now confirm on its own device."),
        403,
    ),
    "logistics.nothing_to_plan": Wording(
        _("No parcel is waiting at a station, and none has to go down."),
        _("Come back when a station has taken something in."),
    ),
    "logistics.no_vehicle": Wording(
        _("No van with a driver is free."),
        _("Put a vehicle into service, or wait until one is back."),
    ),
    "logistics.run_not_empty": Wording(
        _("Something is still on the vehicle."),
        _("Hand it over or open a case before closing the run."),
    ),
    "logistics.case_closed": Wording(
        _("This case was settled before."),
        _("Nothing was changed."),
    ),
    "logistics.no_way_out": Wording(
        _("This case cannot be settled like that: the parcel would stay where nobody scans it again."),
        _("Choose another way out. What the carrier brings back is settled by its scan at the centre."),
    ),
    "logistics.carrier_away": Wording(
        _("The carrier does not answer."),
        _("Nothing is lost: the centre still holds the parcels, and it is tried again by itself."),
        503,
    ),
    "logistics.not_with_carrier": Wording(
        _("{label} is not with the carrier."),
        _("Only a parcel that the carrier has can be called delivered."),
    ),
    "logistics.demo_only": Wording(
        _("This button works in demo mode only."),
        _("In a real town the carrier says when a parcel is delivered."),
        403,
    ),
    "logistics.bad_weight": Wording(
        _("A parcel weighs between 1 gram and {most_grams} grams."),
        _("Weigh it again and type grams."),
        422,
    ),
    "logistics.font_missing": Wording(
        _("The label cannot be drawn: its Chinese font is not installed."),
        _("The operator installs the package “pylopdf-fonts-zh-cn” and starts again."),
        503,
    ),
}
