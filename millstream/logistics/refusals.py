"""What logistics says no with; the words stand in web/wording.py."""

from __future__ import annotations

from millstream.kernel.refusals import Refusal


class UnknownLabel(Refusal):
    """No parcel or bag of ours has this code."""

    code = "logistics.unknown_label"


class NotYours(Refusal):
    """The acting actor does not hold this, or has no part in it."""

    code = "logistics.not_yours"


class NotPacked(Refusal):
    """The maker has not said that it is packed."""

    code = "logistics.not_packed"


class ParcelCancelled(Refusal):
    """The order was called off; the parcel goes nowhere."""

    code = "logistics.cancelled"


class DoubleCustody(Refusal):
    """Another station has this parcel already."""

    code = "logistics.double_custody"


class AlreadyGone(Refusal):
    """The parcel is further on its way than this step."""

    code = "logistics.already_gone"


class WrongState(Refusal):
    """This step does not fit where the thing stands."""

    code = "logistics.wrong_state"


class CustodyMoved(Refusal):
    """Someone else moved it in the same moment; nothing was done twice."""

    code = "logistics.custody_moved"


class BagNotOpen(Refusal):
    """Only an open bag takes or gives parcels."""

    code = "logistics.bag_not_open"


class BagEmpty(Refusal):
    """An empty bag is not sealed."""

    code = "logistics.bag_empty"


class BagUnsealed(Refusal):
    """Only a sealed bag rides."""

    code = "logistics.bag_unsealed"


class BadSeal(Refusal):
    """A seal number is missing or too long."""

    code = "logistics.bad_seal"


class SealTaken(Refusal):
    """This seal number has been used before."""

    code = "logistics.seal_taken"


class InBag(Refusal):
    """The parcel lies in a sealed bag and moves with it only."""

    code = "logistics.in_bag"


class NothingToHandOver(Refusal):
    """There is nothing here to hand over."""

    code = "logistics.nothing_to_hand_over"


class AlreadyOffered(Refusal):
    """One of the things is in another handover that is still open."""

    code = "logistics.already_offered"


class AlreadyAccepted(Refusal):
    """The handover is over; this is how it ended."""

    code = "logistics.already_accepted"


class HandoverWithdrawn(Refusal):
    """The giver took the offer back."""

    code = "logistics.handover_withdrawn"


class WrongCode(Refusal):
    """The other side's code does not match."""

    code = "logistics.wrong_code"


class WrongPickupCode(Refusal):
    """Whoever stands at the counter does not know the pick-up code."""

    code = "logistics.wrong_pickup_code"


class PickupLocked(Refusal):
    """The pick-up code was wrong too often; `minutes` until it is asked for again."""

    code = "logistics.pickup_locked"


class CodeLocked(Refusal):
    """Too many wrong codes; only a sign-in of the other side helps now."""

    code = "logistics.code_locked"


class NothingToPlan(Refusal):
    """No parcel waits at any station and none goes down."""

    code = "logistics.nothing_to_plan"


class NoVehicle(Refusal):
    """The centre has no vehicle in service with a driver."""

    code = "logistics.no_vehicle"


class RunNotEmpty(Refusal):
    """Something is still on the vehicle."""

    code = "logistics.run_not_empty"


class CaseClosed(Refusal):
    """The case was resolved already."""

    code = "logistics.case_closed"


class NoWayOut(Refusal):
    """A case of this kind does not end like this."""

    code = "logistics.no_way_out"


class CarrierAway(Refusal):
    """The carrier does not answer; nothing is lost, it is tried again."""

    code = "logistics.carrier_away"


class NotWithCarrier(Refusal):
    """Only a parcel with the carrier can be called delivered."""

    code = "logistics.not_with_carrier"


class DemoOnly(Refusal):
    """This button exists in demo mode only."""

    code = "logistics.demo_only"


class BadWeight(Refusal):
    """A parcel weighs between one gram and the limit."""

    code = "logistics.bad_weight"


class FontMissing(Refusal):
    """The label needs its font and the package is not installed."""

    code = "logistics.font_missing"
