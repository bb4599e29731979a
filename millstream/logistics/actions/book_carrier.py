"""Get carrier numbers for checked parcels; the carrier is asked outside any transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from millstream.logistics.actions.move_custody import Why, lock_parcels, move_parcels
from millstream.logistics.actions.open_case import CaseAsk, open_case
from millstream.logistics.models import CarrierBooking, Centre, Parcel
from millstream.logistics.ports import BookAsk, Booked, CarrierAdapter, CarrierAwayError, CarrierRefusedError
from millstream.logistics.types import BookingState, CaseKind, EventKind, Holder, HolderKind
from millstream.people.api import actor, address_lines

MOST_AT_ONCE: Final = 50
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)
LONGEST_TROUBLE: Final = 300


def want_carrier(parcel: Parcel, now: datetime) -> None:
    """Ask for a number of the centre's carrier, once for a parcel."""
    carrier = Centre.objects.filter(actor_id=parcel.centre_id).values_list("carrier_id", flat=True).first()
    if carrier is None:
        return
    booking = CarrierBooking(
        parcel=parcel,
        carrier_id=carrier,
        state=BookingState.WANTED.value,
        next_try_at=now,
        wanted_at=now,
    )
    CarrierBooking.objects.bulk_create([booking], ignore_conflicts=True)


def book_wanted(carrier: CarrierAdapter, *, now: datetime) -> tuple[int, int]:
    """Ask for every number that is wanted and due, up to 50; how many were booked and how many must wait.

    The booking's id is the idempotency key, so an answer that was lost is asked for again without a second booking.
    A refusal of the carrier becomes a case; when it does not answer, all wait and are asked again later.
    """
    due = CarrierBooking.objects.filter(state=BookingState.WANTED.value, next_try_at__lte=now)
    booked = waiting = 0
    for booking in due.select_related("parcel").order_by("next_try_at")[:MOST_AT_ONCE]:
        try:
            answer = carrier.book(_ask(booking, now))
        except CarrierAwayError as error:
            _wait(booking, str(error), now)
            waiting += 1
        except CarrierRefusedError as error:
            _refused(booking, str(error), now)
        else:
            note_booked(booking, answer, now=now)
            booked += 1
    return booked, waiting


@transaction.atomic
def note_booked(booking: CarrierBooking, answer: Booked, *, now: datetime) -> None:
    """Write the carrier's number onto booking and parcel, once."""
    (parcel,) = lock_parcels([booking.parcel_id])
    changed = CarrierBooking.objects.filter(id=booking.id, state=BookingState.WANTED.value).update(
        state=BookingState.BOOKED.value,
        number=answer.number,
        sort_code=answer.sort_code,
        booked_at=now,
        trouble="",
    )
    if not changed:
        return
    parcel.carrier_number = answer.number
    parcel.save(update_fields=["carrier_number"])
    move_parcels([parcel], Why(EventKind.LABEL, detail={"number": answer.number}), now=now)


def _ask(booking: CarrierBooking, now: datetime) -> BookAsk:
    parcel = booking.parcel
    name, phone, lines = _recipient(parcel, now)
    return BookAsk(
        key=booking.id,
        parcel_code=parcel.code,
        weight_grams=parcel.weight_grams,
        value_minor=parcel.value_minor,
        currency=parcel.currency,
        sender_name=next(iter(actor(parcel.seller_id).name.values()), ""),
        recipient_name=name,
        recipient_phone=phone,
        recipient_lines=lines,
    )


def _recipient(parcel: Parcel, now: datetime) -> tuple[str, str, str]:
    if parcel.address_id is None:
        return "", "", ""
    address = address_lines(parcel.address_id, reader=parcel.centre_id, reason="carrier booking", now=now)
    return address.name, address.phone, address.lines


def _wait(booking: CarrierBooking, trouble: str, now: datetime) -> None:
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(booking.tries, 10))
    CarrierBooking.objects.filter(id=booking.id, state=BookingState.WANTED.value).update(
        tries=booking.tries + 1, next_try_at=now + wait, trouble=trouble[:LONGEST_TROUBLE]
    )


@transaction.atomic
def _refused(booking: CarrierBooking, trouble: str, now: datetime) -> None:
    (parcel,) = lock_parcels([booking.parcel_id])
    CarrierBooking.objects.filter(id=booking.id, state=BookingState.WANTED.value).update(
        state=BookingState.REFUSED.value, trouble=trouble[:LONGEST_TROUBLE]
    )
    open_case(
        CaseAsk(
            kind=CaseKind.CARRIER_REFUSED,
            site=parcel.centre_id,
            owner=parcel.centre_id,
            currency=parcel.currency,
            parcel=parcel.id,
            label=parcel.code,
            liable=Holder(HolderKind.CENTRE, parcel.centre_id),
            value_minor=parcel.value_minor,
        ),
        now=now,
    )
